"""Whether one slip of zone, or of a.m. and p.m., explains several times at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from postmortems.lint.against_updates import is_resolved_apart, stable_before
from postmortems.lint.findings import Fix, Hit, Severity, rule
from postmortems.lint.moments import moments_told, out_of_order
from postmortems.lint.subject import Subject
from statuspage.incidents.models import Incident
from statuspage.publishing.precision import Span

HALF_HOUR, HOUR, HALF_DAY = timedelta(minutes=30), timedelta(hours=1), timedelta(hours=12)
SHIFTS = (HOUR, -HOUR, HALF_HOUR, -HALF_HOUR, HALF_DAY, -HALF_DAY)


@rule("PM004", Severity.WARNING)
def all_times_look_shifted(subject: Subject) -> Iterator[Hit]:
    """Moved together, the times that people told fit the record better than as they are.

    Where more than one comes right by it, that is no coincidence. Delays of half an hour are many, and zones that
    differ by half an hour few: there a single one is no evidence.
    """
    moments = moments_told(subject)
    told = {fact.key for fact in subject.facts if fact.at and not fact.computed}
    if len(told) < 2:
        return
    wrong = _wrong(moments, subject)
    best, shift = min(
        ((_wrong(_moved(moments, told, shift), subject), shift) for shift in SHIFTS), key=lambda one: len(one[0])
    )
    righted = {fact for fact, _ in wrong - best}
    if best < wrong and (len(righted) > 1 or abs(shift) != HALF_HOUR):
        name = f"{abs(shift) // timedelta(minutes=1)} minutes" if abs(shift) <= HOUR else "12 hours"
        way, kind = "later" if shift > timedelta() else "earlier", "zone" if abs(shift) <= HOUR else "a.m. or p.m."
        yield Hit(
            "/facts",
            f"The times told look like a slip of {kind}: all of them {name} {way} would fit the updates better.",
            Fix(f"Look at each time, and correct the {kind}."),
        )


def _moved(moments: dict[str, Span], told: set[str], shift: timedelta) -> dict[str, Span]:
    return {key: moment.moved(shift) if key in told else moment for key, moment in moments.items()}


def _wrong(moments: dict[str, Span], subject: Subject) -> set[tuple[str, str]]:
    """What contradicts the record, as pairs of a fact and what it contradicts."""
    found = {(after, before) for before, after in out_of_order(moments)}
    found |= {("stable", update.status) for update in stable_before(moments, subject)}
    if is_resolved_apart(moments, subject):
        found.add(("resolved", "update"))
    first, monitoring = subject.first_update, subject.first(Incident.Status.MONITORING)
    if first and "started" in moments and moments["started"].earliest > first.at:
        found.add(("started", "first update"))
    if first and "stable" in moments and moments["stable"].latest < first.at:
        found.add(("stable", "first update"))
    if monitoring and "resolved" in moments and moments["resolved"].latest < monitoring.at:
        found.add(("resolved", "monitoring"))
    return found
