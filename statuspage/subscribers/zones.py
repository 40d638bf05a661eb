"""Time zones to choose from."""

from __future__ import annotations

import zoneinfo
from functools import lru_cache

# Whole continents and oceans; the rest are old names and other names for them.
PLACES = {
    *("Africa", "America", "Antarctica", "Arctic", "Asia"),
    *("Atlantic", "Australia", "Europe", "Indian", "Pacific"),
}


@lru_cache(maxsize=1)
def zones_by_place() -> list[tuple[str, list[tuple[str, str]]]]:
    """The zones by continent: the name of each, and how it reads."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(zoneinfo.available_timezones()):
        place, _, rest = name.partition("/")
        if place in PLACES and rest:
            found.setdefault(place, []).append((name, rest.replace("_", " ").replace("/", ": ")))
    return [*found.items(), ("UTC", [("UTC", "UTC")])]
