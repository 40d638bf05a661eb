"""A bar for each day, as a few paths: days in a row that look alike are one line, which CSS cuts into bars.

The page of 250 components must stay small, and ninety elements each would make it ten times as large.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import groupby

from statuspage.components.status import Status
from statuspage.incidents.history import Month
from statuspage.incidents.uptime.measure import GroupUptime, Uptime

# How many days a component's bars tell of, today included.
BAR_DAYS = 90


@dataclass(frozen=True)
class Bars:
    """The days from one to another, both included, as a picture."""

    uptime: Uptime | GroupUptime
    first: date
    last: date

    @classmethod
    def recent(cls, uptime: Uptime | GroupUptime) -> Bars:
        """The last ninety days of its calendar."""
        last = uptime.calendar.last
        return cls(uptime, last - timedelta(days=BAR_DAYS - 1), last)

    @classmethod
    def by_month(cls, uptime: Uptime | GroupUptime) -> list[tuple[Month, Bars]]:
        """Each month of its calendar, the newest first, as far as it had come."""
        calendar = uptime.calendar
        return [(month, cls(uptime, *calendar.days_in(month))) for month in reversed(calendar.months)]

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @cached_property
    def share(self) -> Fraction | None:
        """The uptime over these days."""
        return self.uptime.share(self.first, self.last)

    @cached_property
    def since(self) -> date | None:
        """The first of them that is measured; none where none is."""
        since = self.uptime.since
        return None if since is None or since > self.last or self.uptime.until < self.first else max(since, self.first)

    @cached_property
    def worst_of_days(self) -> dict[date, Status]:
        """Those on which not everything was operational."""
        return {day: status for day, status in self.uptime.worst_of_days.items() if self.first <= day <= self.last}

    @cached_property
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
            begin, stop = self._place(self.since), self._place(min(self.uptime.until, self.last)) + 1
            looks[begin:stop] = [Status.OPERATIONAL.value] * (stop - begin)
        for day, status in self.worst_of_days.items():
            looks[self._place(day)] = status.value
        return looks

    def _place(self, day: date) -> int:
        return (day - self.first).days
