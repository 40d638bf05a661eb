"""Whether what was promised can be kept, and followed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from postmortems.lint.findings import Fix, Hit, Severity, rule
from postmortems.lint.subject import Subject
from statuspage.publishing import times

LINK = re.compile(r"\[[^\[\]\n]*\]\(\s*<?([a-zA-Z][a-zA-Z0-9+.-]*):[^)\s]*")
SCHEMES = {"http", "https", "mailto"}


@rule("PM034", Severity.WARNING)
def a_promise_nobody_can_follow(subject: Subject) -> Iterator[Hit]:
    """A measure without owner, day or kind. One finding for the list: it is filled in at one sitting."""
    lacking: dict[int, list[str]] = {}
    for number, measure in enumerate(subject.measures):
        if measure.status == "wont_do":
            continue
        lacks = {"owner": measure.owner.strip(), "due day": measure.due_on or not measure.is_due, "kind": measure.kind}
        if missing := [name for name, said in lacks.items() if not said]:
            lacking[number] = missing
    if not lacking:
        return
    told = [f"measure {number + 1} has no {_or(missing)}" for number, missing in lacking.items()]
    more = f"; and {len(told) - 5} more" if len(told) > 5 else ""
    binds = subject.impact in subject.targets.promises_bind
    yield Hit(
        f"/mitigations/{next(iter(lacking))}",
        f"Promises that cannot be followed: {'; '.join(told[:5])}{more}.",
        Fix("Name an owner, a day, and whether it prevents, detects or limits."),
        Severity.ERROR if binds else None,
    )


@rule("PM035", Severity.WARNING)
def nothing_prevents_it(subject: Subject) -> Iterator[Hit]:
    """All measures only notice it sooner."""
    kinds = {measure.kind for measure in subject.measures if measure.status != "wont_do"}
    if kinds == {"detect"}:
        yield Hit(
            "/mitigations",
            "All measures show it sooner; none prevents it or limits the harm.",
            Fix("Add a measure that prevents it, or say in the lessons why there is none."),
        )


@rule("PM036", Severity.WARNING)
def a_link_readers_cannot_follow(subject: Subject) -> Iterator[Hit]:
    """A link to something that is no web address."""
    for passage in subject.passages:
        for found in LINK.finditer(passage.prose):
            if found[1].lower() not in SCHEMES:
                yield _unreachable(passage.place, f"A link in {passage.name}", found[1])
    for number, measure in enumerate(subject.measures):
        if measure.tracker_url and (scheme := _scheme(measure.tracker_url)) not in SCHEMES:
            yield _unreachable(f"/mitigations/{number}/tracker_url", f"The ticket of measure {number + 1}", scheme)


@rule("PM037", Severity.WARNING)
def due_at_an_odd_time(subject: Subject) -> Iterator[Hit]:
    """A measure is due before the incident, or too far away to be believed; for information, what is overdue."""
    began, today = (moment.astimezone(subject.zone).date() for moment in (subject.started_at, subject.now))
    for number, measure in enumerate(subject.measures):
        due, place = measure.due_on, f"/mitigations/{number}/due_on"
        if due is None or measure.status == "wont_do":
            continue
        named = f"Measure {number + 1} is due {times.short_day(due)}"
        if due < began:
            yield Hit(place, f"{named}, before the incident of {times.short_day(began)}.", Fix("Correct the day."))
        elif measure.is_due and due - today > subject.targets.farthest_due:
            days = subject.targets.farthest_due.days
            yield Hit(place, f"{named}, more than {days} days away.", Fix("Promise a first step that is nearer."))
        elif measure.is_due and due < today:
            yield Hit(place, f"{named}, and is not done.", severity=Severity.INFO)


def _or(names: list[str]) -> str:
    """“owner”, “owner or kind”, “owner, due day or kind”."""
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _scheme(address: str) -> str:
    try:
        return urlsplit(address).scheme.lower()
    except ValueError:
        return ""


def _unreachable(place: str, what: str, scheme: str) -> Hit:
    begins = f"begins with “{scheme}:”" if scheme else "is no web address"
    return Hit(place, f"{what} {begins}, which readers cannot open.", Fix("Use an address that begins with https://."))
