"""Reading the dates and times people type, as far as they can only mean one thing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

from statuspage.publishing.precision import Precision
from statuspage.publishing.zone_names import offsets_named, offsets_named_anywhere

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
DATES = [
    re.compile(r"(?<!\d)(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})(?!\d)"),
    re.compile(r"(?<!\d)(?P<first>\d{1,2})(?P<between>[-/.])(?P<second>\d{1,2})(?P=between)(?P<year>\d{4}|\d\d)(?!\d)"),
    re.compile(rf"\b{MONTH}\s+{DAY},?\s+(?P<year>\d{{4}})(?!\d)", re.I),
    re.compile(rf"(?<!\d){DAY}(?:\s+of)?[\s-]+{MONTH},?[\s-]+(?P<year>\d{{4}})(?!\d)", re.I),
]
# A letter may stand before it: the T of ISO 8601.
CLOCK = re.compile(
    r"(?<![\d:.])(?P<hour>\d{1,2})"
    r"(?::(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d{1,9})?)?)?"
    r"\s*(?P<half>[ap]\.?m\b\.?)?(?![\d:])",
    re.I,
)
OFFSET = re.compile(r"(?:utc|gmt)?\s*(?P<sign>[+\-−])(?P<hours>\d{1,2})(?::?(?P<minutes>\d\d))?", re.I)
NAME = re.compile("[A-Za-z]{2,6}")
NOISE = re.compile(
    r"\b(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|at|on|t)\b\.?"
    r"|[,;()|@]|(?<!\S)[-\N{EN DASH}\N{EM DASH}](?!\S)",
    re.I,
)
ROUGHLY = re.compile(r"\b(?:about|around|approx(?:imately)?|circa|ca|roughly)\b\.?|[~≈]", re.I)
BETWEEN = re.compile(r"(?P<before>.*?)\bbetween\b(?P<first>.+?)\band\b(?P<second>.+)", re.I)


@dataclass(frozen=True)
class Told:
    """A time as words tell it: the moment, how precisely, and for a range its end."""

    at: datetime
    precision: Precision
    until: datetime | None = None


@dataclass(frozen=True)
class _Words:
    """What words say of a moment: the day, the clock, and what else stands there, which may name a zone."""

    day: date | None
    clock: time
    has_seconds: bool
    has_half: bool
    named: str


def read_told(typed: str, zone: ZoneInfo, *, day: date | None = None) -> Told | None:
    """The time that words tell, with how precisely: “about 17:05”, “~17:05”, “between 17:00 and 17:10”.

    Words that name no day mean `day`, where there is only one that they can mean. None where they could mean two
    moments, or none.
    """
    text = _plain(typed)
    if found := BETWEEN.fullmatch(text):
        return _range(f"{found['before']} {found['first']}", found["second"], zone, day)
    words = _words(text, zone)
    at = _moment(words, words.day or day, words.named, zone) if words else None
    if words is None or at is None:
        return None
    if ROUGHLY.search(text):
        return Told(at, Precision.APPROXIMATE)
    return Told(at, Precision.EXACT if words.has_seconds else Precision.MINUTE)


def read_time(typed: str, zone: ZoneInfo) -> datetime | None:
    """The moment that words such as “02/16/2021, 05:09pm EDT” mean; None where they could mean two, or none.

    A zone's abbreviation means what it says: EDT is UTC-4 even in winter, if the page's zone uses it at any time of
    that year; else if all zones of the world that use it agree. UTC, GMT, Z and numbers always count; without any, it
    is the page's zone.
    """
    words = _words(_plain(typed), zone)
    return _moment(words, words.day, words.named, zone) if words else None


def read_day(typed: str, zone: ZoneInfo) -> date | None:
    """The day that words such as “02/16/2021” or “Feb 16, 2021” mean, with nothing else said; None where unsure."""
    day, rest = _find_day(_plain(typed), zone)
    return None if _without_noise(rest) else day


def _plain(typed: str) -> str:
    return " ".join(typed.split())


def _without_noise(text: str) -> str:
    return NOISE.sub(" ", ROUGHLY.sub(" ", text)).strip()


def _words(text: str, zone: ZoneInfo) -> _Words | None:
    """What the words say; None where there is no clock, or a date that could be two."""
    day, rest = _find_day(text, zone)
    clock = next((found for found in CLOCK.finditer(rest) if found["minute"] or found["half"]), None)
    if clock is None or (day is None and rest != text):
        return None
    hour, minute, second = int(clock["hour"]), int(clock["minute"] or 0), int(clock["second"] or 0)
    if clock["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if clock["half"][0] in "pP" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    named = _without_noise(f"{rest[: clock.start()]} {rest[clock.end() :]}")
    return _Words(day, time(hour, minute, second), bool(clock["second"]), bool(clock["half"]), named)


def _moment(words: _Words, day: date | None, named: str, zone: ZoneInfo) -> datetime | None:
    if day is None:
        return None
    local = datetime.combine(day, words.clock)
    meant = _zone_named(named, zone, day.year)
    return local.replace(tzinfo=meant) if meant else _only_moment(local, zone) if not named else None


def _range(first: str, second: str, zone: ZoneInfo, day: date | None) -> Told | None:
    """The range between two times; the day and the zone that one of them names are those of both."""
    begin, end = _words(first, zone), _words(second, zone)
    # Of “between 11:30 and 12:30 p.m.” nobody knows whose half of the day it is.
    if begin is None or end is None or begin.has_half != end.has_half:
        return None
    at = _moment(begin, begin.day or end.day or day, begin.named or end.named, zone)
    until = _moment(end, end.day or begin.day or day, end.named or begin.named, zone)
    return Told(at, Precision.RANGE, until) if at and until and at < until else None


def _find_day(typed: str, zone: ZoneInfo) -> tuple[date | None, str]:
    """The first date in the text and what stands around it."""
    for pattern in DATES:
        if found := pattern.search(typed):
            around = f"{typed[: found.start()]} {typed[found.end() :]}"
            return _day(found.groupdict(), zone), around
    return None, typed


def _day(parts: dict[str, str], zone: ZoneInfo) -> date | None:
    year = int(parts["year"]) + (2000 if len(parts["year"]) == 2 else 0)
    if "first" in parts:
        numbers = _month_and_day(int(parts["first"]), int(parts["second"]), parts["between"], zone)
        if numbers is None:
            return None
        month, day = numbers
    else:
        named = parts["month"][:3].lower()
        month, day = MONTHS.index(named) + 1 if named in MONTHS else int(parts["month"]), int(parts["day"])
    try:
        # The edges of the calendar have no room for an offset.
        return date(year, month, day) if 2 <= year <= 9998 else None
    except ValueError:
        return None


def _month_and_day(first: int, second: int, between: str, zone: ZoneInfo) -> tuple[int, int] | None:
    """Which of two numbers is the month; None where a reader could not tell.

    A number above 12 is the day, and so is the first one before a dot. Then it is the page's zone that tells: those
    parts of America whose time has a name (EST, PDT) write the month first, a page in UTC could be anybody's, all
    others write the day first.
    """
    if first > 12 or between == ".":
        return second, first
    if second > 12 or first == second:
        return first, second
    if zone.key.startswith(("America/", "US/", "Canada/", "Pacific/Honolulu")):
        name = datetime(2021, 1, 1, tzinfo=zone).tzname() or ""
        return (first, second) if name.isalpha() else (second, first)
    return (second, first) if "/" in zone.key and not zone.key.startswith("Etc/") else None


def _zone_named(named: str, zone: ZoneInfo, year: int) -> tzinfo | None:
    if named.upper() in {"UTC", "GMT", "Z"}:
        return UTC
    if offset := OFFSET.fullmatch(named):
        hours, minutes = int(offset["hours"]), int(offset["minutes"] or 0)
        # No zone is another number of minutes off: 07:50-09:20 is a span of time.
        if hours > 14 or minutes not in {0, 30, 45}:
            return None
        length = timedelta(hours=hours, minutes=minutes)
        return timezone(length if offset["sign"] == "+" else -length)
    if not NAME.fullmatch(named):
        return None
    name = named.upper()
    offsets = offsets_named(zone, year).get(name) or offsets_named_anywhere(year).get(name, set())
    return timezone(next(iter(offsets)), name) if len(offsets) == 1 else None


def _only_moment(local: datetime, zone: ZoneInfo) -> datetime | None:
    """The local time as a moment; None in the hour that clocks skip in spring or repeat in autumn."""
    readings = [local.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
    if any(first.utcoffset() != second.utcoffset() for first, second in pairwise(readings)):
        return None
    return readings[0]
