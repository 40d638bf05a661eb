"""Whether the zones named beside times are those that clocks showed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from postmortems.lint.findings import Change, Fix, Hit, Severity, rule
from postmortems.lint.subject import Passage, Subject
from statuspage.publishing import times
from statuspage.publishing.zone_names import offsets_named, offsets_named_anywhere

CLOCK = r"(?<![\w:.])\d{1,2}(?::\d\d(?::\d\d)?(?:\s*(?i:[ap]\.?m\b\.?))?|\s*(?i:[ap]\.?m\b\.?))"
NAMED = re.compile(rf"({CLOCK}\s*\(?)([A-Z]{{2,5}})\b(?![-+/])")
NAMED_IN_FACT = re.compile(rf"({CLOCK}\s*\(?)([A-Za-z]{{2,5}})\b(?![-+/])")
MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
A_DAY = re.compile(rf"(?i)\d[-/.]\d{{1,2}}[-/.]\d|\b{MONTH}\s+\d|\d(?:st|nd|rd|th)?(?:\s+of)?\s+{MONTH}(?!\w)")


@rule("PM001", Severity.ERROR)
def names_a_zone_that_clocks_did_not_show(subject: Subject) -> Iterator[Hit]:
    """Beside a time stands a zone's abbreviation that the page's zone did not have at that moment.

    Of a time told as a fact that moment is known; in a text it is the incident's own, unless another day is named.
    """
    moments = {fact.place: fact.at for fact in subject.facts if fact.at}
    for passage in subject.passages:
        moment = moments.get(passage.place)
        pattern = NAMED_IN_FACT if moment else NAMED
        seen = set()
        for found in pattern.finditer(passage.prose):
            name = found[2].upper()
            if name in seen or (moment is None and A_DAY.search(_line_around(found))):
                continue
            seen.add(name)
            if hit := _wrong(subject, passage, found, moment or subject.started_at, pattern):
                yield hit


@rule("PM002", Severity.ERROR)
def a_time_is_no_moment(subject: Subject) -> Iterator[Hit]:
    """The words of a time could not be read: no zone, no day, or an hour that clocks skip or repeat."""
    for fact in subject.facts:
        if fact.key in {"started", "detected", "stable", "resolved"} and not fact.at:
            yield Hit(
                fact.place,
                f"“{fact.typed}” in “{fact.name}” cannot be read as one moment.",
                Fix("Pick the time, or write day, time and zone, such as “2026-11-21 09:12 UTC”."),
            )


def _wrong(
    subject: Subject, passage: Passage, found: re.Match[str], moment: datetime, pattern: re.Pattern[str]
) -> Hit | None:
    name, zone, year = found[2].upper(), subject.zone, moment.year
    right, own = times.abbreviation(moment, zone), offsets_named(zone, year)
    if name == right or name in {"UTC", "AM", "PM"} or (name == "GMT" and name not in own):
        return None
    written = " ".join(found[0].replace("(", "").split())
    if name in own:
        change = Change(passage.place, words=_renamed(passage, pattern, name, right))
        return Hit(
            passage.place,
            f"“{written}” in {passage.name}: that day clocks in {zone.key} showed {right}, not {name}.",
            # The journal is the incident's, and no part of the draft that is saved.
            Fix(f"Write {right} instead of {name}.", () if passage.place == "/entries" else (change,)),
        )
    if name in offsets_named_anywhere(year):
        return Hit(
            passage.place,
            f"“{written}” in {passage.name}: this page tells its times in {zone.key}, where no clock shows {name}.",
            Fix(f"Write the time in {right}, or in UTC."),
        )
    return None


def _renamed(passage: Passage, pattern: re.Pattern[str], name: str, right: str) -> str:
    """The text with the right name wherever the wrong one stands beside a time; what is quoted as code stays."""
    text = passage.text
    for found in reversed(list(pattern.finditer(passage.prose))):
        if found[2].upper() == name:
            text = f"{text[: found.start(2)]}{right}{text[found.end(2) :]}"
    return text


def _line_around(found: re.Match[str]) -> str:
    text = found.string
    begin, end = text.rfind("\n", 0, found.start()) + 1, text.find("\n", found.end())
    return text[max(begin, found.start() - 80) : found.end() + 80 if end < 0 else min(end, found.end() + 80)]
