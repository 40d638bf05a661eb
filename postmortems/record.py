"""What the incident's own record says, for a postmortem to stand on. Pure reading."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from postmortems.models import Fact
from statuspage.components.status import SEVERITY, Status, worst
from statuspage.incidents.affected import last_words
from statuspage.incidents.models import Incident, IncidentUpdate
from statuspage.publishing.precision import Precision

OPEN = tuple(status for status in Incident.Status if status not in Incident.CLOSED)


@dataclass(frozen=True)
class Measured:
    """How long an incident affected one component, in each status that it had meanwhile, the worst first."""

    name: str
    worst: Status
    spent: dict[Status, timedelta]

    @property
    def affected(self) -> timedelta:
        """How long it was not operational, however badly."""
        return sum(self.spent.values(), timedelta())


def facts_of(incident: Incident, *, zone: ZoneInfo) -> list[Fact]:
    """The facts that can be computed from an incident, unsaved, in the order of the table, each with its origin."""
    impact = Incident.Impact(incident.impact).label
    stable_at, stable_origin = _stable(incident)
    known: list[tuple[Fact, str]] = [
        (Fact(key=Fact.Key.DATE, day=incident.started_at.astimezone(zone).date()), "day of its start"),
        (Fact(key=Fact.Key.STARTED, at=incident.started_at), _started_origin(incident)),
        (Fact(key=Fact.Key.STABLE, at=stable_at), stable_origin),
        (Fact(key=Fact.Key.RESOLVED, at=incident.resolved_at), _resolved_origin(incident)),
        (
            Fact(key=Fact.Key.IMPACT, typed="" if incident.impact == Incident.Impact.NONE else str(impact)),
            "impact of the incident" + (", set by hand" if incident.impact_override else ""),
        ),
    ]
    facts: list[Fact] = []
    for fact, origin in known:
        if fact.at or fact.day or fact.typed:
            fact.position, fact.source, fact.origin = len(facts), Fact.Source.COMPUTED, origin
            if fact.at:
                fact.precision = Precision.EXACT
            facts.append(fact)
    return facts


def base_of(record: Iterable[Fact]) -> dict[str, str]:
    """What the record says of each fact, as it is kept for a later comparison."""
    return {fact.key: _kept(fact) for fact in record}


def fact_of(key: str, kept: str) -> Fact:
    """A fact as it was kept."""
    fact = Fact(key=key, source=Fact.Source.COMPUTED, precision=Precision.EXACT)
    if key in Fact.TIMES:
        fact.at = datetime.fromisoformat(kept)
    elif key == Fact.Key.DATE:
        fact.day = date.fromisoformat(kept)
    else:
        fact.typed = kept
    return fact


def only_day(incident: Incident, zone: ZoneInfo) -> date | None:
    """The day on which all of it happened, which a clock time without a day then means; None where there are more."""
    if incident.resolved_at is None:
        return None
    days = {moment.astimezone(zone).date() for moment in (incident.started_at, incident.resolved_at)}
    return days.pop() if len(days) == 1 else None


def turns(incident: Incident, *statuses: str) -> list[IncidentUpdate]:
    """The updates by which an incident turned to one of these statuses, in the order of posting.

    One for each time: what was added in the same status is not another one.
    """
    updates = sorted(incident.updates.all(), key=lambda update: update.order)
    before = [None, *updates[:-1]]
    return [
        update
        for earlier, update in zip(before, updates, strict=True)
        if update.status in statuses and (earlier is None or earlier.status not in statuses)
    ]


def stable_at(incident: Incident) -> datetime | None:
    """When it was stable for good: of several times the last, and none that came before it was opened again."""
    return _stable(incident)[0]


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
    spent: dict[int, dict[Status, timedelta]] = {}
    for update, length in zip(updates, _lengths(incident, updates, until=until), strict=True):
        for mention in update.affected.all() if update.speaks else []:
            said.setdefault(mention.component_id, []).append(Status(mention.new_status))
        for key, statuses in said.items():
            if length and statuses[-1] != Status.OPERATIONAL:
                mine = spent.setdefault(key, {})
                mine[statuses[-1]] = mine.get(statuses[-1], timedelta()) + length
    found = [
        Measured(last.name, worst(said.get(key, [])), _worst_first(spent.get(key, {})))
        for key, last in last_words(updates).items()
    ]
    return sorted(found, key=lambda one: one.affected, reverse=True)


def _kept(fact: Fact) -> str:
    if fact.at:
        return fact.at.isoformat()
    return fact.day.isoformat() if fact.day else fact.typed


def _worst_first(spent: dict[Status, timedelta]) -> dict[Status, timedelta]:
    return dict(sorted(spent.items(), key=lambda one: SEVERITY[one[0]], reverse=True))


def _started_origin(incident: Incident) -> str:
    if incident.backfilled:
        return "started time of the incident, recorded afterwards"
    first = min((update.display_at for update in incident.updates.all()), default=None)
    return "time of the first public update" if first == incident.started_at else "started time of the incident"


def _stable(incident: Incident) -> tuple[datetime | None, str]:
    turned = turns(incident, Incident.Status.MONITORING, Incident.Status.VERIFYING)
    closed = turns(incident, *Incident.CLOSED)
    opened_again = [one.order for one in turns(incident, *OPEN) if closed and one.order > closed[0].order]
    since = [one for one in turned if not opened_again or one.order >= opened_again[-1]]
    if opened_again and not since:
        return None, ""
    if len(turned) > 1:
        return since[-1].display_at, f"last of {len(turned)} {since[-1].get_status_display()}"
    return incident.monitoring_at, f"{turned[0].get_status_display()} update" if turned else "told by its source"


def _resolved_origin(incident: Incident) -> str:
    closed = turns(incident, *Incident.CLOSED)
    if not closed or closed[-1].display_at != incident.resolved_at:
        return "end of the incident"
    label = closed[-1].get_status_display()
    return f"last of {len(closed)} {label}" if len(closed) > 1 else f"{label} update"


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
