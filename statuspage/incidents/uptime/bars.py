"""A bar for each day, as a few paths: days in a row that look alike are one line, which CSS cuts into bars.

The page of 250 components must stay small, and ninety elements each would make it ten times as large.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby

from statuspage.components.status import Status
from statuspage.incidents.uptime.measure import GroupUptime, Uptime


@dataclass(frozen=True)
class Bars:
    """The days from one to another, both included, as a picture."""

    uptime: Uptime | GroupUptime
    first: date
    last: date

    @classmethod
    def of(cls, uptime: Uptime | GroupUptime) -> Bars:
        """All days of the calendar."""
        return cls(uptime, uptime.calendar.first, uptime.calendar.last)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

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
        if self.uptime.since:
            begin, stop = self._place(self.uptime.since), self._place(self.uptime.until + timedelta(days=1))
            looks[begin:stop] = [Status.OPERATIONAL.value] * (stop - begin)
        for day, status in self.uptime.worst_of_days.items():
            if self.first <= day <= self.last:
                looks[self._place(day)] = status.value
        return looks

    def _place(self, day: date) -> int:
        return min(max((day - self.first).days, 0), self.days)
