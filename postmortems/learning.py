"""What a year of incidents teaches: how long they take, whether promises are kept, and who owes a postmortem.

Pure reading, in a constant number of queries, of no more than the months that are shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from statistics import median

from django.db.models import Count, Min, Q, QuerySet

from postmortems.lint.targets import Targets
from postmortems.models import Fact, Mitigation
from statuspage.incidents.history import Month, midnight
from statuspage.incidents.models import Incident, Tag
from statuspage.publishing.models import StatusPage

MONTHS = 12
# How long after the end of an incident its postmortem is owed.
OWED_AFTER = timedelta(days=5)
# Of what recurs, so much is shown.
MOST_RECURRING = 12


class Stage(StrEnum):
    """What is measured of an incident, from its start."""

    NOTICE = "notice"
    STABLE = "stable"
    RESOLVED = "resolved"


class Kept(StrEnum):
    """What became of a promise whose day has come, or comes this month; `DONE` also where nobody knows when."""

    DONE = "done"
    LATE = "done late"
    OVERDUE = "overdue"
    GIVEN_UP = "will not be done"
    AHEAD = "still ahead"


@dataclass(frozen=True)
class Median:
    """The middle of some lengths of time; none where there are none."""

    length: timedelta | None
    count: int

    @classmethod
    def of(cls, lengths: Iterable[timedelta]) -> Median:
        """Of these lengths. The middle rather than the mean: one long night says nothing of the others."""
        seconds = [length.total_seconds() for length in lengths]
        return cls(timedelta(seconds=median(seconds)) if seconds else None, len(seconds))


@dataclass(frozen=True)
class Pace:
    """How long one stage took: month by month, the oldest first, and over all of them."""

    stage: Stage
    months: list[tuple[Month, Median]]
    overall: Median


@dataclass(frozen=True)
class Promises:
    """What became of the promises due in each month, the oldest first."""

    months: list[tuple[Month, dict[Kept, int]]]

    @property
    def totals(self) -> dict[Kept, int]:
        """The same over all months."""
        return {kept: sum(counts[kept] for _, counts in self.months) for kept in Kept}

    @property
    def due(self) -> int:
        """How many fell due by now, whatever became of them."""
        return sum(self.totals.values()) - self.totals[Kept.AHEAD]


def last_months(at: datetime, page: StatusPage) -> list[Month]:
    """The months that are shown, this one at the end."""
    months = [Month.of(at, page.zone)]
    while len(months) < MONTHS:
        months.insert(0, months[0].previous)
    return months


def paces(at: datetime, page: StatusPage) -> list[Pace]:
    """How long it took to notice, to calm and to resolve the incidents that began in the last months."""
    months = last_months(at, page)
    found: dict[Stage, dict[Month, list[timedelta]]] = {stage: {month: [] for month in months} for stage in Stage}
    for started_at, ends in _moments(midnight(months[0].first, page.zone)):
        month = Month.of(started_at, page.zone)
        for stage, end in ends.items():
            if end and end >= started_at and month in found[stage]:
                found[stage][month].append(end - started_at)
    return [
        Pace(
            stage,
            [(month, Median.of(lengths)) for month, lengths in by_month.items()],
            Median.of(length for lengths in by_month.values() for length in lengths),
        )
        for stage, by_month in found.items()
    ]


def promises(at: datetime, page: StatusPage) -> Promises:
    """What became of the measures that were due in the last months."""
    months, today = last_months(at, page), at.astimezone(page.zone).date()
    counts = {month: dict.fromkeys(Kept, 0) for month in months}
    due = Mitigation.objects.filter(due_on__gte=months[0].first, due_on__lt=months[-1].next.first)
    for due_on, status, settled_at in due.values_list("due_on", "status", "settled_at"):
        settled_on = settled_at and settled_at.astimezone(page.zone).date()
        if due_on:
            counts[Month(due_on.year, due_on.month)][_kept(status, due_on, settled_on, today)] += 1
    return Promises(list(counts.items()))


def recurring(at: datetime, page: StatusPage) -> QuerySet[Tag]:
    """What several incidents of the last months had in common, in the words of their tags, the most frequent first.

    `times` tells how many. Tags rather than the texts: two people call one factor by two names, and nobody sees it.
    """
    since = midnight(last_months(at, page)[0].first, page.zone)
    mine = Q(incidents__kind=Incident.Kind.INCIDENT, incidents__started_at__gte=since)
    counted = Tag.objects.annotate(times=Count("incidents", filter=mine)).filter(times__gt=1)
    return counted.order_by("-times", "slug")[:MOST_RECURRING]


def owed(at: datetime) -> QuerySet[Incident]:
    """The grave incidents that readers have waited for a postmortem of, the longest first."""
    published = Q(postmortem__published_revision__isnull=False)
    grave = Incident.objects.closed().filter(kind=Incident.Kind.INCIDENT, impact__in=Targets().grave)
    return (
        grave.filter(~published, resolved_at__lt=at - OWED_AFTER).select_related("postmortem").order_by("resolved_at")
    )


def _kept(status: str, due_on: date, settled_on: date | None, today: date) -> Kept:
    if status == Mitigation.Status.WONT_DO:
        return Kept.GIVEN_UP
    if status == Mitigation.Status.DONE:
        return Kept.LATE if settled_on and settled_on > due_on else Kept.DONE
    return Kept.OVERDUE if due_on < today else Kept.AHEAD


def _moments(since: datetime) -> Iterable[tuple[datetime, dict[Stage, datetime | None]]]:
    """When each incident started, and when it was noticed, stable and resolved.

    By its postmortem, where somebody typed it there, else by the record: a “Resolved” posted late is paperwork. It is
    noticed when it was detected, else when readers were first told; of what was recorded afterwards nobody was.
    """
    typed: dict[int, dict[str, datetime | None]] = {}
    facts = Fact.objects.filter(key__in=Fact.TIMES, at__isnull=False, postmortem__incident__resolved_at__gte=since)
    said = facts.exclude(source=Fact.Source.COMPUTED)
    for incident, fact, moment in said.values_list("postmortem__incident", "key", "at"):
        typed.setdefault(incident, {})[fact] = moment
    rows = Incident.objects.closed().filter(kind=Incident.Kind.INCIDENT, resolved_at__gte=since)
    told = rows.order_by().annotate(first_told=Min("updates__display_at"))
    for key, started_at, backfilled, first_told, stable, resolved in told.values_list(
        "pk", "started_at", "backfilled", "first_told", "monitoring_at", "resolved_at"
    ):
        known = typed.get(key, {})
        yield (
            known.get(Fact.Key.STARTED) or started_at,
            {
                Stage.NOTICE: known.get(Fact.Key.DETECTED) or (None if backfilled else first_told),
                Stage.STABLE: known.get(Fact.Key.STABLE) or stable,
                Stage.RESOLVED: known.get(Fact.Key.RESOLVED) or resolved,
            },
        )
