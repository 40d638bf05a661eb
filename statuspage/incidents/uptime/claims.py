"""From what was said to intervals: from when to when an incident, or a direct report, held a component to be how.

The rule is the one of `overview`, for every moment at once, and as it is known now: corrected times of an incident
count, those of its posting do not.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import pairwise

from statuspage.components.status import Status
from statuspage.incidents.models import Incident

EVER = datetime.max.replace(tzinfo=UTC)
SILENT = {Incident.Status.SCHEDULED, *Incident.CLOSED}


@dataclass(frozen=True, slots=True)
class Claim:
    """That a component was in some state from `start` up to, not including, `end`; never that it worked."""

    start: datetime
    end: datetime
    status: Status
    # The key of the incident that says so; none for a direct report.
    incident: int | None = None
    # A direct report made at or after this moment is newer.
    posted_at: datetime = EVER


@dataclass(frozen=True, slots=True)
class Statement:
    """An update of an incident, as far as it speaks of components."""

    # Posting time and key: what the order of posting sorts by.
    order: tuple[datetime, int]
    shown_at: datetime
    status: str
    said: dict[int, Status] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Story:
    """An incident or maintenance, as far as it speaks of components."""

    key: int
    is_maintenance: bool
    started_at: datetime
    resolved_at: datetime | None
    statements: list[Statement] = field(default_factory=list)

    def claims(self) -> Iterator[tuple[int, Claim]]:
        """What it says of each component, by the component's key; takes no more steps than there are statements."""
        words: dict[int, tuple[Statement, Status]] = {}
        claimed: dict[int, tuple[datetime, Statement, Status]] = {}
        latest: Statement | None = None
        for moment, statement in self._in_effect():
            spoke = latest is not None and latest.status not in SILENT
            latest = max(latest or statement, statement, key=lambda one: one.order)
            speaks = latest.status not in SILENT
            # Planned work says nothing of the present until it begins.
            said = {} if statement.status == Incident.Status.SCHEDULED else statement.said
            for component, status in said.items():
                if component not in words or words[component][0].order < statement.order:
                    words[component] = (statement, status)
            for component in words if speaks != spoke else said:
                if component in claimed:
                    yield from self._claim(component, *claimed.pop(component), until=moment)
                if speaks:
                    claimed[component] = (moment, *words[component])
        for component, claim in claimed.items():
            yield from self._claim(component, *claim, until=EVER)

    def _in_effect(self) -> list[tuple[datetime, Statement]]:
        """Its statements with the moments at which they take effect, in that order.

        The first words of an incident hold from its start, which may lie before they were shown. How it ended is told
        by `resolved_at`, not by the updates that closed it last.
        """
        statements = sorted(self.statements, key=lambda statement: statement.order)
        while self.resolved_at and statements and statements[-1].status in Incident.CLOSED:
            statements.pop()
        effects = [(statement.shown_at, statement) for statement in statements]
        if effects and not self.is_maintenance:
            effects[0] = (min(effects[0][0], self.started_at), effects[0][1])
        return sorted(effects, key=lambda effect: (effect[0], effect[1].order))

    def _claim(
        self, component: int, since: datetime, statement: Statement, status: Status, *, until: datetime
    ) -> Iterator[tuple[int, Claim]]:
        # A maintenance starts when it is announced, and speaks from when it begins.
        start = since if self.is_maintenance else max(since, self.started_at)
        end = min(until, self.resolved_at or EVER)
        if status != Status.OPERATIONAL and start < end:
            yield component, Claim(start, end, status, self.key, posted_at=statement.order[0])


def against_reports(claims: Iterable[Claim], reports: Sequence[tuple[datetime, Status]]) -> list[Claim]:
    """What incidents and direct reports claim together: a report silences what was posted before it, and holds until
    the next. The reports come in the order in which they were made.
    """
    moments = [moment for moment, _ in reports]
    cut = [_until_reported(claim, moments) for claim in claims]
    held = [
        Claim(moment, until, status)
        for (moment, status), (until, _) in pairwise([*reports, (EVER, Status.OPERATIONAL)])
        if status != Status.OPERATIONAL
    ]
    return [claim for claim in [*cut, *held] if claim.start < claim.end]


def _until_reported(claim: Claim, moments: list[datetime]) -> Claim:
    place = bisect_left(moments, claim.posted_at)
    if place == len(moments) or moments[place] >= claim.end:
        return claim
    return replace(claim, end=moments[place])
