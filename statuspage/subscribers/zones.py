"""Time zones to choose from."""

from __future__ import annotations

import zoneinfo
from functools import lru_cache
from typing import Any

from django.utils.translation import pgettext_lazy

# Whole continents and oceans; the rest are old names and other names for them.
PLACES = {
    "Africa": pgettext_lazy("continent or ocean", "Africa"),
    "America": pgettext_lazy("continent or ocean", "America"),
    "Antarctica": pgettext_lazy("continent or ocean", "Antarctica"),
    "Arctic": pgettext_lazy("continent or ocean", "Arctic"),
    "Asia": pgettext_lazy("continent or ocean", "Asia"),
    "Atlantic": pgettext_lazy("continent or ocean", "Atlantic"),
    "Australia": pgettext_lazy("continent or ocean", "Australia"),
    "Europe": pgettext_lazy("continent or ocean", "Europe"),
    "Indian": pgettext_lazy("continent or ocean", "Indian Ocean"),
    "Pacific": pgettext_lazy("continent or ocean", "Pacific"),
}


@lru_cache(maxsize=1)
def zones_by_place() -> list[tuple[Any, list[tuple[str, str]]]]:
    """The zones by continent, which is told in the reader's language: the name of each, and how it reads."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(zoneinfo.available_timezones()):
        place, _, rest = name.partition("/")
        if place in PLACES and rest:
            found.setdefault(place, []).append((name, rest.replace("_", " ").replace("/", ": ")))
    return [*((PLACES[place], zones) for place, zones in found.items()), ("UTC", [("UTC", "UTC")])]
