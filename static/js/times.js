// Times in the reader's own zone, or as time ago, on demand; without this script they stand in the page's zone.
"use strict";

{
  const language = document.documentElement.lang;
  const exact = new Intl.DateTimeFormat(language, {
    year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
  });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const units = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

  const ago = (moment, now = Date.now()) => {
    const seconds = (moment - now) / 1000;
    const [unit, length] = units.find(([, length]) => Math.abs(seconds) >= length) ?? units.at(-1);
    return relative.format(Math.trunc(seconds / length), unit);
  };

  const mine = (time) => {
    const moment = new Date(time.dateTime);
    return time.dataset.until ? exact.formatRange(moment, new Date(time.dataset.until)) : exact.format(moment);
  };

  const ways = { mine, ago: (time) => ago(new Date(time.dateTime)) };
  const buttons = document.querySelectorAll("button[data-times]");
  const zone = document.querySelector("[data-zone]");
  const told = zone.textContent;
  let way = null;

  const show = () => {
    for (const time of document.querySelectorAll("time[datetime]")) {
      time.dataset.page ??= time.textContent;
      time.textContent = way ? ways[way](time) : time.dataset.page;
      time.title = way ? time.dataset.page : "";
    }
    zone.textContent = way === "mine" ? told.replace(zone.dataset.zone, exact.resolvedOptions().timeZone) : told;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.times === way));
  };

  // Storage may be forbidden; the choice then lasts as long as the page.
  const remembered = (value) => {
    try {
      if (value === undefined) return localStorage.getItem("times");
      localStorage.setItem("times", value ?? "");
    } catch { /* it is only a convenience */ }
    return null;
  };

  for (const button of buttons) {
    button.hidden = false;
    button.addEventListener("click", () => {
      way = way === button.dataset.times ? null : button.dataset.times;
      remembered(way);
      show();
    });
  }
  const before = remembered();
  if (before in ways) way = before;
  if (way) show();
  document.addEventListener("htmx:afterSwap", () => { if (way) show(); });
  setInterval(() => { if (way === "ago" && !document.hidden) show(); }, 60_000);
  window.timeAgo = ago;
}
