"""What the incident's own record says, for a postmortem to stand on. Pure reading."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from postmortems.models import Fact
from statuspage.components.status import Status, worst
from statuspage.incidents.affected import last_words
from statuspage.incidents.models import Incident, IncidentUpdate


@dataclass(frozen=True)
class Measured:
    """How long an incident affected one component."""

    name: str
    worst: Status
    affected: timedelta


def facts_of(incident: Incident, *, zone: ZoneInfo) -> list[Fact]:
    """The facts that can be computed from an incident, unsaved, in the order of the table."""
    impact = Incident.Impact(incident.impact).label
    known: list[Fact] = [
        Fact(key=Fact.Key.DATE, day=incident.started_at.astimezone(zone).date()),
        Fact(key=Fact.Key.STARTED, at=incident.started_at),
        Fact(key=Fact.Key.STABLE, at=incident.monitoring_at),
        Fact(key=Fact.Key.RESOLVED, at=incident.resolved_at),
        Fact(key=Fact.Key.IMPACT, typed="" if incident.impact == Incident.Impact.NONE else str(impact)),
    ]
    known = [fact for fact in known if fact.at or fact.day or fact.typed]
    for position, fact in enumerate(known):
        fact.position, fact.source = position, Fact.Source.COMPUTED
    return known


def longest_silence(updates: Iterable[IncidentUpdate]) -> timedelta:
    """The longest time that readers waited between two updates."""
    times = sorted(update.display_at for update in updates)
    return max((later - earlier for earlier, later in pairwise(times)), default=timedelta())


def measured(incident: Incident, *, until: datetime) -> list[Measured]:
    """How long the incident said of each component that it was not operational, the worst affected first."""
    updates = sorted(incident.updates.all(), key=lambda update: update.order)
    until = incident.resolved_at or until
    found = []
    for key, last in last_words(updates).items():
        said = [
            (update.display_at, Status(mention.new_status))
            for update in updates
            if update.speaks
            for mention in update.affected.all()
            if mention.component_id == key
        ]
        spans = [
            max(later - earlier, timedelta())
            for (earlier, status), (later, _) in pairwise([*said, (until, Status.OPERATIONAL)])
            if status != Status.OPERATIONAL
        ]
        found.append(Measured(last.name, worst(status for _, status in said), sum(spans, timedelta())))
    return sorted(found, key=lambda one: one.affected, reverse=True)
