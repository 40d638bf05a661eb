"""Times and lengths of time in running text, beside those that are known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product

from postmortems.lint.findings import Fix, Hit, Severity, rule
from postmortems.lint.subject import Subject
from statuspage.publishing import times

CLOCK = re.compile(
    r"(?<![\w:.,/+-])(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?:\s*(?P<half>[ap])\.?m\b\.?)?"
    r"(?:\s*(?P<zone>UTC|GMT|Z)\b)?(?![\w:])",
    re.IGNORECASE,
)
# A time that begins a line, an item or a cell opens an entry of a timeline of its own.
ENTRY = re.compile(r"(?m)^[ \t]{0,8}(?:[-*+|>#]|\d{1,3}[.)]){0,8}[ \t|*_]{0,8}(?=\d{1,2}:\d\d)")
TWELVE_HOURS = re.compile(r"(?<![\w:.])(?:0?[1-9]|1[0-2])(?::[0-5]\d(?::[0-5]\d)?\s*[ap]|\s*p)\.?m\b\.?", re.IGNORECASE)
NUMERIC_DATE = re.compile(r"(?<![\w/-])(\d{1,2})([/-])(\d{1,2})\2(?:\d{4}|\d\d)(?![\w/-])")

NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
NUMBER = rf"(?:\d+(?:\.\d+)?|an?|half an?|{'|'.join(NUMBERS)})"
UNIT = r"(?:minutes?|mins?|hours?|hrs?|days?)"
LENGTH = rf"(?P<length>{NUMBER}[\s-]+{UNIT}(?:(?:,|\s+and|,\s+and)?\s+{NUMBER}[\s-]+{UNIT})?)\b"
ABOUT = r"(?:(?:about|around|approximately|roughly|almost|nearly|some|just (?:over|under)|only)\s+)?"
TROUBLE = r"(?:outage|incident|disruption|interruption|downtime)"
TOTALS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{TROUBLE}\s+(?:of|lasted(?:\s+for)?|lasting)\s+{ABOUT}{LENGTH}",
        rf"\b{LENGTH}(?:[\s-]+long)?\s+{TROUBLE}\b",
        rf"\b(?:unavailable|unusable|unreachable|inaccessible|down|offline)\s+for\s+{ABOUT}{LENGTH}",
        rf"\b(?:resolved|restored|mitigated|over)\s+(?:after|within)\s+{ABOUT}{LENGTH}",
    )
]
SECONDS = {"m": 60, "h": 3600, "d": 86400}


@rule("PM010", Severity.WARNING)
def a_time_nobody_knows(subject: Subject) -> Iterator[Hit]:
    """A text names a clock time at which neither facts, updates nor actions tell of anything."""
    known = _known(subject)
    for passage in subject.prose:
        entries = {found.end() for found in ENTRY.finditer(passage.prose)}
        strange = [
            found[0].strip()
            for found in CLOCK.finditer(passage.prose)
            if found.start() not in entries and not _is_known(found, known)
        ]
        if strange:
            named = ", ".join(dict.fromkeys(strange))
            yield Hit(
                passage.place,
                f"{named} in {passage.name}: neither the facts nor the updates and actions tell of anything then.",
                Fix("Correct the time, or add what happened then to the actions taken."),
            )


@rule("PM011", Severity.WARNING)
def a_length_that_does_not_add_up(subject: Subject) -> Iterator[Hit]:
    """A text says how long the incident was, and no start and end of it lie so far apart, within a tenth."""
    if not subject.is_english or not (lengths := _lengths(subject)):
        return
    for passage in subject.prose:
        for found in (one for pattern in TOTALS for one in pattern.finditer(passage.prose)):
            said = _seconds(found["length"])
            if not any(abs(said - length) <= max(length / 10, 60) for length in lengths):
                yield Hit(
                    passage.place,
                    f"“{' '.join(found[0].split())}” in {passage.name}: by the facts and updates it was "
                    f"{_total(subject)}.",
                    Fix("Correct the length, or the times."),
                )


@rule("PM014", Severity.WARNING)
def dates_and_times_read_two_ways(subject: Subject) -> Iterator[Hit]:
    """Dates of which nobody knows which number is the month, and clocks of twelve hours. One habit, one finding."""
    written: dict[str, str] = {}
    for passage in subject.passages:
        text = passage.prose
        dates = [found[0] for found in NUMERIC_DATE.finditer(text) if _is_ambiguous(found)]
        for words in [*dates, *(found[0] for found in TWELVE_HOURS.finditer(text))]:
            written.setdefault(f"“{words.rstrip('.')}” in {passage.name}", passage.place)
    if written:
        told = list(written)
        more = f" and {len(told) - 5} more" if len(told) > 5 else ""
        yield Hit(
            written[told[0]],
            f"Not everybody reads these the same way: {', '.join(told[:5])}{more}.",
            Fix("Write days like “Feb 3, 2026” or “2026-02-03”, and times with 24 hours."),
        )


def _known(subject: Subject) -> tuple[set[int], set[int]]:
    """The minutes of the day at which something is known to have happened: on the page's clocks, and on UTC's."""
    moments = [at for fact in (*subject.facts, *subject.record) for at in (fact.at, fact.until)]
    moments += [action.at for action in subject.actions]
    moments += [update.at for update in subject.updates] + [entry.at for entry in subject.entries]
    told = [one for one in moments if one]
    here = {_minute(moment.astimezone(subject.zone)) for moment in told}
    there = {_minute(moment.astimezone(UTC)) for moment in told}
    for text in (passage.text for passage in (*subject.told_facts, *subject.told_actions)):
        here.update(_minutes(found) for found in CLOCK.finditer(text))
    for update in subject.updates:
        here.update(_minutes(found) for found in CLOCK.finditer(update.text))
    for passage in subject.prose:
        for entry in ENTRY.finditer(passage.prose):
            if found := CLOCK.match(passage.prose, entry.end()):
                here.add(_minutes(found))
    return here, there


def _is_known(found: re.Match[str], known: tuple[set[int], set[int]]) -> bool:
    here, there = known
    minutes = there | here if found["zone"] else here
    return any((_minutes(found) + off) % 1440 in minutes for off in (-1, 0, 1))


def _minutes(found: re.Match[str]) -> int:
    hour, half = int(found["hour"]), (found["half"] or "").lower()
    return ((hour % 12 + (12 if half == "p" else 0)) if half else hour) * 60 + int(found["minute"])


def _minute(local: datetime) -> int:
    return local.hour * 60 + local.minute


def _lengths(subject: Subject) -> list[float]:
    """How long it was from a start, told or recorded, to an end, and how long for each component, in seconds."""
    told = [(fact.key, at) for fact in (*subject.facts, *subject.record) for at in (fact.at, fact.until) if at]
    starts = {subject.started_at, *(moment for key, moment in told if key == "started")}
    ends = {moment for key, moment in told if key in {"stable", "resolved"}}
    ends |= {update.at for update in subject.updates if update.closes}
    return [*subject.lengths, *((end - start).total_seconds() for start, end in product(starts, ends) if end > start)]


def _total(subject: Subject) -> str:
    facts = {fact.key: fact.at for fact in subject.facts}
    started = facts.get("started") or subject.started_at
    ended = facts.get("resolved") or (subject.last_resolved.at if subject.last_resolved else subject.now)
    return times.span(max(ended, started) - started)


def _seconds(words: str) -> float:
    parts = re.findall(rf"({NUMBER})[\s-]+({UNIT})", words, re.IGNORECASE)
    return sum(_number(number.lower()) * SECONDS[unit[0].lower()] for number, unit in parts)


def _number(words: str) -> float:
    if words in NUMBERS:
        return NUMBERS.index(words) + 1
    if words[0].isdecimal():
        return float(words)
    return 0.5 if words.startswith("half") else 1


def _is_ambiguous(found: re.Match[str]) -> bool:
    first, second = int(found[1]), int(found[3])
    return first != second and 1 <= first <= 12 and 1 <= second <= 12
