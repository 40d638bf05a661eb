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
    """The longest time that readers waited between two updates while the incident was open."""
    gaps = (later.display_at - earlier.display_at for earlier, later in pairwise(_as_shown(updates)) if _open(earlier))
    return max(gaps, default=timedelta())


def measured(incident: Incident, *, until: datetime) -> list[Measured]:
    """How long the incident said of each component that it was not operational, the worst affected first.

    By the times its updates show, between its start and its end; while it was closed, it said nothing.
    """
    updates = _as_shown(incident.updates.all())
    said: dict[int, list[Status]] = {}
    affected: dict[int, timedelta] = {}
    for update, length in zip(updates, _lengths(incident, updates, until=until), strict=True):
        for mention in update.affected.all() if update.speaks else []:
            said.setdefault(mention.component_id, []).append(Status(mention.new_status))
        for key, statuses in said.items():
            if statuses[-1] != Status.OPERATIONAL:
                affected[key] = affected.get(key, timedelta()) + length
    found = [
        Measured(last.name, worst(said.get(key, [])), affected.get(key, timedelta()))
        for key, last in last_words(updates).items()
    ]
    return sorted(found, key=lambda one: one.affected, reverse=True)


def _lengths(incident: Incident, updates: list[IncidentUpdate], *, until: datetime) -> list[timedelta]:
    """How long each update was the newest that readers saw, as far as the incident lasted and was open."""
    until = incident.resolved_at or until
    edges = [min(max(one, incident.started_at), until) for one in [*(one.display_at for one in updates), until]]
    lengths = [later - earlier for earlier, later in pairwise(edges)]
    return [length if _open(update) else timedelta() for update, length in zip(updates, lengths, strict=True)]


def _as_shown(updates: Iterable[IncidentUpdate]) -> list[IncidentUpdate]:
    return sorted(updates, key=lambda update: (update.display_at, *update.order))


def _open(update: IncidentUpdate) -> bool:
    return update.status not in Incident.CLOSED
