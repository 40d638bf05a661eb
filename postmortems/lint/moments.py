"""Whether the times told can all be true: their order, the day, the present."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from postmortems.lint.findings import Change, Fix, Hit, Severity, rule
from postmortems.lint.subject import Fact, Subject
from statuspage.incidents.models import Incident
from statuspage.publishing import times
from statuspage.publishing.precision import Span

IN_ORDER = ("started", "detected", "stable", "resolved")


def moments_told(subject: Subject) -> dict[str, Span]:
    """The times of the facts table, in the order in which they must have happened."""
    facts = {fact.key: fact.span for fact in subject.facts if fact.span}
    return {key: facts[key] for key in IN_ORDER if key in facts}


def out_of_order(moments: dict[str, Span]) -> list[tuple[str, str]]:
    """Pairs of neighbours of which the later one comes first, however roughly both are known."""
    return [(before, after) for before, after in pairwise(moments) if moments[after].latest < moments[before].earliest]


@rule("PM003", Severity.ERROR)
def times_are_out_of_order(subject: Subject) -> Iterator[Hit]:
    """Started, detected, stable, resolved: each no earlier than the one before. An alert may ring before the start."""
    for before, after in out_of_order(moments_told(subject)):
        first, second = subject.fact(before), subject.fact(after)
        if first and second:
            early = (before, after) == ("started", "detected")
            yield Hit(
                second.place,
                f"“{second.name}” ({subject.told(second)}) lies before “{first.name}” ({subject.told(first)}).",
                Fix("Correct one of the two." if not early else "Correct one of the two, or say that it rang early."),
                Severity.WARNING if early else None,
            )


@rule("PM007", Severity.ERROR)
def a_time_has_not_come_yet(subject: Subject) -> Iterator[Hit]:
    """Nothing is told that lies in the future, or after the postmortem was posted; nor was that before the end.

    What was posted before an incident was reopened tells of what came later, and is measured by the present.
    """
    resolved = subject.first(Incident.Status.RESOLVED) or subject.first(Incident.Status.COMPLETED)
    posted = subject.posted_at
    if posted and resolved and posted < resolved.at:
        yield Hit(
            "/posted_at",
            f"The postmortem was posted on {subject.full(posted)}, before the {resolved.label} update of "
            f"{subject.full(resolved.at)}.",
            Fix("Correct the time of that update at the incident."),
        )
    reopened = posted and any(update.at > posted for update in subject.updates)
    latest = posted if posted and posted < subject.now and not reopened else subject.now
    for fact in subject.facts:
        if fact.span and fact.span.earliest > latest:
            then = "is still to come" if latest == subject.now else "is later than the postmortem was posted"
            yield Hit(fact.place, f"“{fact.name}” ({subject.told(fact)}) {then}.", Fix("Correct the time."))


@rule("PM008", Severity.WARNING)
def the_start_and_the_first_update(subject: Subject) -> Iterator[Hit]:
    """Readers were told before it began; or, for information, later than the team means to tell them."""
    started, first = subject.fact("started"), subject.first_update
    if not started or not started.at or not started.span or not first:
        return
    if started.span.earliest > first.at:
        yield Hit(
            started.place,
            f"It started on {subject.told(started)}, after the first public update of {subject.full(first.at)}.",
            Fix("Use the time at which the trouble began."),
        )
    minor = subject.impact == Incident.Impact.MINOR
    target = subject.targets.first_update_minor if minor else subject.targets.first_update
    if first.at - started.span.latest > target:
        waited = times.span(first.at - started.at)
        yield Hit(
            started.place,
            f"Readers were first told {waited} after it started; the target is {times.span(target)}.",
            severity=Severity.INFO,
        )


@rule("PM009", Severity.ERROR)
def the_date_is_another_day(subject: Subject) -> Iterator[Hit]:
    """The date of the incident is the day it started, in the page's zone; for information where it ends on another."""
    date, started = subject.fact("date"), subject.fact("started")
    if not date or not date.day or not started or not started.at or not started.span:
        return
    day = started.at.astimezone(subject.zone).date()
    earliest, latest = (at.astimezone(subject.zone).date() for at in (started.span.earliest, started.span.latest))
    if not earliest <= date.day <= latest:
        yield Hit(
            date.place,
            f"“{date.name}” says {times.short_day(date.day)}, but it started on {subject.told(started)}.",
            Fix(f"Use {times.short_day(day)}.", (Change(date.place, day=day),)),
        )
    if (end := _end(subject, date)) and end.astimezone(subject.zone).date() > latest:
        yield Hit(
            date.place,
            f"It went past midnight, until {subject.full(end)}; “{date.name}” says one day only.",
            Fix("Name both days in words."),
            Severity.INFO,
        )


def _end(subject: Subject, date: Fact) -> datetime | None:
    """When it ended, unless the date is told in words of its own."""
    resolved = subject.fact("resolved")
    return resolved.at if resolved and not date.typed else None
