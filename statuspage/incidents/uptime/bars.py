"""A bar for each day, as a few paths: days in a row that look alike are one line, which CSS cuts into bars.

The page of 250 components must stay small, and ninety elements each would make it ten times as large.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby

from statuspage.components.status import Status
from statuspage.incidents.history import Month
from statuspage.incidents.uptime.measure import GroupUptime, Uptime, as_told

# How many days a component's bars tell of, today included.
BAR_DAYS = 90


@dataclass(frozen=True)
class WorstOfDay:
    """A day on which not everything was operational."""

    day: date
    status: Status
    # A group has no length of its own: its components were down at the same time, or one after another.
    length: timedelta | None


@dataclass(frozen=True)
class Bars:
    """The days from one to another, both included, as a picture: no more than that shows.

    Two that are equal look the same, so a picture drawn once can be shown again.
    """

    first: date
    last: date
    # The first of them that is measured, and the last; none where none is.
    since: date | None
    until: date
    # As it is told: it may change with every second of an outage, and need not be drawn anew for that.
    share: Fraction | None
    trouble: tuple[WorstOfDay, ...]

    @classmethod
    def of(cls, uptime: Uptime | GroupUptime, first: date, last: date) -> Bars:
        """Of what is known of a component or group."""
        since = uptime.since
        if since and (since > last or uptime.until < first):
            since = None
        share = uptime.share(first, last)
        trouble = tuple(
            WorstOfDay(day, status, uptime.days[day].lengths[status] if isinstance(uptime, Uptime) else None)
            for day, status in uptime.worst_of_days.items()
            if first <= day <= last
        )
        return cls(
            first=first,
            last=last,
            since=since and max(since, first),
            until=min(uptime.until, last),
            share=share and as_told(share),
            trouble=trouble,
        )

    @classmethod
    def recent(cls, uptime: Uptime | GroupUptime) -> Bars:
        """The last ninety days of its calendar."""
        last = uptime.calendar.last
        return cls.of(uptime, last - timedelta(days=BAR_DAYS - 1), last)

    @classmethod
    def by_month(cls, uptime: Uptime | GroupUptime) -> list[tuple[Month, Bars]]:
        """Each month of its calendar, the newest first, as far as it had come."""
        calendar = uptime.calendar
        return [(month, cls.of(uptime, *calendar.days_in(month))) for month in reversed(calendar.months)]

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def paths(self) -> list[tuple[str, str]]:
        """What each day was, as a status or “unmeasured”, with the lines to draw for all such days."""
        lines: dict[str, list[str]] = {}
        place = 0
        for look, run in groupby(self._looks()):
            length = len(list(run))
            lines.setdefault(look, []).append(f"M{place} 0h{length}")
            place += length
        return [(look, "".join(drawn)) for look, drawn in lines.items()]

    def _looks(self) -> list[str]:
        looks = ["unmeasured"] * self.days
        if self.since:
            begin, stop = self._place(self.since), self._place(self.until) + 1
            looks[begin:stop] = [Status.OPERATIONAL.value] * (stop - begin)
        for worst in self.trouble:
            looks[self._place(worst.day)] = worst.status.value
        return looks

    def _place(self, day: date) -> int:
        return (day - self.first).days
