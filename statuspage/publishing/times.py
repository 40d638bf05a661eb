"""Times as the page tells them: in its own zone, with the abbreviation that holds at that moment, in its language.

How a language writes dates stands in its catalogue, beside its words: formats of Django's `date` filter.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def abbreviation(value: datetime, zone: ZoneInfo) -> str:
    """EST, CEST, UTC; zones that have only a number get GMT before it, as in GMT-03."""
    name = value.astimezone(zone).tzname() or "UTC"
    return f"GMT{name}" if name[0] in "+-" else name


def full(value: datetime, zone: ZoneInfo) -> str:
    """“Feb 16, 2021 - 20:38 EST”: how the public page dates what was posted."""
    day_and_time = pgettext("format", "M d, Y - H:i")
    return f"{date_format(value.astimezone(zone), day_and_time)} {abbreviation(value, zone)}"


def clock(value: datetime, zone: ZoneInfo, *, with_day: bool = False) -> str:
    """“20:38”, or “Feb 16, 20:38”: for where little room is, and the zone is told beside it."""
    return date_format(value.astimezone(zone), pgettext("format", "M d, H:i") if with_day else "H:i")


def short_day(value: date) -> str:
    """“Feb 16, 2021”."""
    return date_format(value, pgettext("format", "M d, Y"))


def day_of_year(value: date) -> str:
    """“Feb 16”: a day of the last twelve months."""
    return date_format(value, pgettext("format", "M j"))


def long_day(value: date) -> str:
    """“Tuesday, 16 February 2021”, as a heading."""
    return capfirst(date_format(value, pgettext("format", "l, j F Y")))


def month(value: date) -> str:
    """“February 2021”, as a heading."""
    return capfirst(date_format(value, pgettext("format", "F Y")))


def short_month(value: date) -> str:
    """“Feb 2021”, as a heading."""
    return capfirst(date_format(value, pgettext("format", "M Y")))


def window(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """“Nov 28, 2026, 22:00 – 23:30 WET”; the second day, and the first zone, are told only where they differ."""
    first, last = start.astimezone(zone), end.astimezone(zone)
    begins, ends = abbreviation(start, zone), abbreviation(end, zone)
    one_day = first.date() == last.date()
    day_and_time = pgettext("format", "M d, Y, H:i")
    left = date_format(first, day_and_time) + ("" if one_day and begins == ends else f" {begins}")
    right = f"{last:%H:%M}" if one_day else date_format(last, day_and_time)
    return f"{left} – {right} {ends}"


def ends(start: datetime, end: datetime, zone: ZoneInfo) -> tuple[str, str]:
    """“Feb 16, 2021 - 17:09” and “17:20 EST”: two moments told in one sentence; what they share is told once."""
    first, last = start.astimezone(zone), end.astimezone(zone)
    begins, until = full(start, zone), full(end, zone)
    begins_in, ends_in = abbreviation(start, zone), abbreviation(end, zone)
    if begins_in == ends_in:
        begins = begins.removesuffix(f" {begins_in}")
    return begins, f"{last:%H:%M} {ends_in}" if first.date() == last.date() else until


def span(length: timedelta) -> str:
    """“3 h 29 min”, “2 d 4 h”, “under a minute”: rounded down, never more than two units."""
    minutes = int(length.total_seconds()) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    units = [(days, _("%d d")), (hours, _("%d h")), (minutes, _("%d min"))]
    while len(units) > 1 and not units[0][0]:
        units.pop(0)
    return " ".join(words % count for count, words in units[:2] if count) or _("under a minute")


def machine(value: datetime) -> str:
    """ISO 8601 in UTC to the second, for the datetime attribute."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
