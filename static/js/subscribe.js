// Presets the reader's own time zone, where it is one of those to choose from; without this script the page's own stands.
"use strict";

{
  const zones = document.querySelector("select[name=time_zone]");
  const mine = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zones && !zones.value && [...zones.options].some((option) => option.value === mine)) zones.value = mine;
}
