"""The times told beside the updates that told of the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from postmortems.lint.findings import Change, Fix, Hit, Severity, rule
from postmortems.lint.moments import moments_told
from postmortems.lint.subject import Subject, Update
from statuspage.incidents.models import Incident
from statuspage.publishing import times
from statuspage.publishing.precision import Span

ROUND_SLIPS = {timedelta(minutes=minutes) for minutes in (10, 20, 30, 60)}
REOPENED = ("reopen", "re-open", "first", "second", "third", "last", "final", "again")


def is_resolved_apart(moments: dict[str, Span], subject: Subject) -> bool:
    """Whether the time told lies farther from the Resolved update than is near enough."""
    told, update = moments.get("resolved"), subject.last_resolved
    if told is None or update is None or subject.is_open:
        return False
    return told.apart(update.at) > subject.targets.tolerance


def stable_before(moments: dict[str, Span], subject: Subject) -> list[Update]:
    """The updates, Monitoring first, that came well after the time at which all is said to have been stable."""
    told = moments.get("stable")
    updates = [subject.first(status) for status in (Incident.Status.MONITORING, Incident.Status.IDENTIFIED)]
    return [one for one in updates if one and told and one.at - told.latest > subject.targets.tolerance]


@rule("PM005", Severity.WARNING)
def resolved_at_another_time_than_told(subject: Subject) -> Iterator[Hit]:
    """“Resolved” is not when the Resolved update was posted: a slip, or the moment it took effect."""
    fact, update = subject.fact("resolved"), subject.last_resolved
    if not fact or not fact.at or not update:
        return
    if is_resolved_apart(moments_told(subject), subject):
        slip = (
            " So round a difference, or one digit, is often a slip of the finger." if _is_slip(subject, fact.at) else ""
        )
        yield Hit(
            fact.place,
            f"“{fact.name}” says {subject.told(fact)}, the {update.label} update was posted on "
            f"{subject.full(update.at)}: {times.span(abs(fact.at - update.at))} apart.{slip}",
            Fix(f"Use the update’s time, {subject.clock(update.at)}.", (Change(fact.place, at=update.at),)),
        )


@rule("PM006", Severity.WARNING)
def stable_before_updates_said_so(subject: Subject) -> Iterator[Hit]:
    """Stability is said to have been restored well before updates spoke of it."""
    fact = subject.fact("stable")
    if fact and fact.at and (later := stable_before(moments_told(subject), subject)):
        told = " and ".join(
            f"{times.span(one.at - fact.at)} before the {one.label} update of {subject.clock(one.at)}" for one in later
        )
        yield Hit(
            fact.place,
            f"“{fact.name}” says {subject.told(fact)}, {told}.",
            Fix("Correct the time, or tell readers why the updates came later."),
        )


@rule("PM012", Severity.WARNING)
def readers_waited_long(subject: Subject) -> Iterator[Hit]:
    """Between two updates of an open incident readers waited longer than the team means to let them."""
    gaps = [(after.at - before.at, before, after) for before, after in pairwise(subject.updates) if not before.closes]
    length, before, after = max(gaps, key=lambda gap: gap[0], default=(timedelta(), None, None))
    if before and after and length > subject.targets.silence:
        yield Hit(
            "/updates",
            f"Readers heard nothing for {times.span(length)}, from {subject.full(before.at)} to "
            f"{subject.full(after.at)}; the target is {times.span(subject.targets.silence)}.",
            Fix("Say in the postmortem why, and what you change about it."),
        )


@rule("PM013", Severity.WARNING)
def reopened_and_not_said(subject: Subject) -> Iterator[Hit]:
    """It was resolved more than once, and neither the time nor a fact says that the last one counts."""
    fact, last = subject.fact("resolved"), subject.last_resolved
    if fact and fact.span and last and fact.span.holds(last.at):
        # Readers are told beside it that it is the last of so many.
        return
    words = " ".join(f"{fact.name if fact.key == 'other' else ''} {fact.typed}" for fact in subject.facts).lower()
    if subject.reopenings and not any(word in words for word in REOPENED):
        again = "once" if subject.reopenings == 1 else f"{subject.reopenings} times"
        yield Hit(
            "/facts/resolved",
            f"The incident was reopened {again}, and the facts do not say which resolution counts.",
            Fix("Add a fact, such as “Reopened: resolved first at 13:45; the last time counts”."),
        )


def _is_slip(subject: Subject, told: datetime) -> bool:
    update = subject.last_resolved
    if not update:
        return False
    digits = [f"{moment.astimezone(subject.zone):%H%M}" for moment in (told, update.at)]
    return abs(told - update.at) in ROUND_SLIPS or sum(one != other for one, other in zip(*digits, strict=True)) == 1
