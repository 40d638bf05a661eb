"""From intervals to days, seconds and percentages. Pure: whoever has the claims can check the figures.

uptime = 1 − Σ (weight of a status × time in it) ÷ (measured time − time under maintenance)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import groupby

from statuspage.components.status import SEVERITY, Status, worst
from statuspage.incidents.uptime.claims import EVER, Claim
from statuspage.incidents.uptime.days import Calendar

Weights = Mapping[Status, Fraction]
STATUSES = list(Status)
NOTHING = timedelta()


@dataclass
class Day:
    """A day on which not everything was well: how long a component was in each state, and by whose word."""

    lengths: dict[Status, timedelta] = field(default_factory=dict)
    incidents: set[int] = field(default_factory=set)

    @property
    def worst(self) -> Status:
        return worst(self.lengths)


@dataclass(frozen=True)
class Uptime:
    """How one component was on the days of a calendar: measured from `start` to `end`, on no other moment.

    Only days that were not entirely operational are listed.
    """

    calendar: Calendar
    start: datetime
    end: datetime
    weights: Weights
    # How it was at the end.
    status: Status
    days: dict[date, Day]

    @cached_property
    def since(self) -> date | None:
        """The first measured day; none where nothing is measured at all."""
        return self.calendar.day_of(self.start) if self.start < self.end else None

    @cached_property
    def until(self) -> date:
        """The last measured day."""
        return self.calendar.day_of(self.end - timedelta(microseconds=1))

    @cached_property
    def worst_of_days(self) -> dict[date, Status]:
        return {day: told.worst for day, told in self.days.items()}

    def lengths(self, first: date, last: date) -> dict[Status, timedelta]:
        """How long it was in each state but the best from one day to another, both included."""
        total: dict[Status, timedelta] = {}
        for day, told in self.days.items():
            if first <= day <= last:
                for status, length in told.lengths.items():
                    total[status] = total.get(status, NOTHING) + length
        return total

    def share(self, first: date, last: date) -> Fraction | None:
        """The uptime from one day to another, both included, exactly; none where nothing counts as measured."""
        begin, stop = self.calendar.begin_of(first), self.calendar.begin_of(last + timedelta(days=1))
        lengths = self.lengths(first, last)
        counted = min(self.end, stop) - max(self.start, begin) - lengths.get(Status.UNDER_MAINTENANCE, NOTHING)
        if counted <= NOTHING:
            return None
        lost = [self.weights[status] * _whole(length) for status, length in lengths.items() if status in self.weights]
        return 1 - sum(lost, Fraction()) / _whole(counted) if lost else Fraction(1)

    @property
    def overall(self) -> Fraction | None:
        """The uptime over all of the calendar."""
        return self.share(self.calendar.first, self.calendar.last)


@dataclass(frozen=True)
class GroupUptime:
    """How a group was: the mean of its components, and on each day as bad as the worst of them."""

    members: list[Uptime]

    @property
    def calendar(self) -> Calendar:
        return self.members[0].calendar

    @cached_property
    def since(self) -> date | None:
        return min((one.since for one in self.members if one.since), default=None)

    @cached_property
    def until(self) -> date:
        return max(one.until for one in self.members)

    @cached_property
    def worst_of_days(self) -> dict[date, Status]:
        found: dict[date, Status] = {}
        for member in self.members:
            for day, status in member.worst_of_days.items():
                found[day] = worst([status, found.get(day, status)])
        return found

    def share(self, first: date, last: date) -> Fraction | None:
        shares = [share for one in self.members if (share := one.share(first, last)) is not None]
        return sum(shares, Fraction()) / len(shares) if shares else None


def measure(
    claims: Iterable[Claim], calendar: Calendar, *, since: datetime | None, until: datetime, weights: Weights
) -> Uptime:
    """Cut what was claimed into the days of the calendar.

    Measured is what lies between `since` and `until`: nothing where `since` is None. What holds at the very end belongs
    to its day even before it has lasted, so that a bar shows an outage as soon as it is told.
    """
    end = min(until, calendar.midnights[-1])
    start = end if since is None else max(since, calendar.start)
    days: dict[date, Day] = {}
    claims = list(claims)
    if start < end:
        for held, stop, status in _worst_at_each_moment(claims):
            for day, first, last in _within(held, stop, start, end, calendar):
                lengths = days.setdefault(day, Day()).lengths
                lengths[status] = lengths.get(status, NOTHING) + (last - first)
        for claim in claims:
            if claim.incident is not None:
                for day, _, _ in _within(claim.start, claim.end, start, end, calendar):
                    # Where the end is a midnight, what begins then may find its day not told of yet.
                    if day in days:
                        days[day].incidents.add(claim.incident)
    at_the_end = worst(claim.status for claim in claims if claim.start <= end < claim.end)
    return Uptime(calendar, start, end, weights, at_the_end, dict(sorted(days.items())))


def as_told(share: Fraction) -> Fraction:
    """Rounded down to hundredths of a percent: 1 only where nothing was lost."""
    return Fraction(share.numerator * 10_000 // share.denominator, 10_000)


def _worst_at_each_moment(claims: Iterable[Claim]) -> Iterator[tuple[datetime, datetime, Status]]:
    """Where claims overlap the worst counts: intervals one after another, none of them operational."""
    edges = sorted(
        edge
        for claim in claims
        for edge in ((claim.start, SEVERITY[claim.status], 1), (claim.end, SEVERITY[claim.status], -1))
    )
    standing = [0] * len(STATUSES)
    began, rank = EVER, 0
    for moment, changes in groupby(edges, key=lambda edge: edge[0]):
        for _, changed, step in changes:
            standing[changed] += step
        now = max((place for place, claimed in enumerate(standing) if claimed), default=0)
        if now != rank:
            if rank:
                yield began, moment, STATUSES[rank]
            began, rank = moment, now


def _within(
    held: datetime, stop: datetime, start: datetime, end: datetime, calendar: Calendar
) -> Iterator[tuple[date, datetime, datetime]]:
    """The pieces of an interval, a day each, that lie between start and end, or hold at the end itself."""
    first, last = max(held, start), min(stop, end)
    if first < last or first == end < min(stop, calendar.midnights[-1]):
        yield from calendar.cut(first, last)


def _whole(length: timedelta) -> int:
    return length // timedelta(microseconds=1)
