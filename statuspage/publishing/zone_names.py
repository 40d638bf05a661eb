"""What the abbreviations of time zones mean: EDT one thing, CST three."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones


def offsets_named(zone: ZoneInfo, year: int) -> dict[str, set[timedelta]]:
    """What each abbreviation that a zone uses in a year means there."""
    found: dict[str, set[timedelta]] = {}
    for days in range(0, 366, 14):
        moment = datetime(year, 1, 1, tzinfo=zone) + timedelta(days=days)
        found.setdefault(moment.tzname() or "", set()).add(moment.utcoffset() or timedelta())
    return found


@lru_cache(maxsize=16)
def offsets_named_anywhere(year: int) -> dict[str, set[timedelta]]:
    """The same of all zones of the world."""
    found: dict[str, set[timedelta]] = {}
    for key in available_timezones():
        for name, offsets in offsets_named(ZoneInfo(key), year).items():
            found.setdefault(name, set()).update(offsets)
    return found
