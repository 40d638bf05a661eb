"""Days and months as the page's time zone cuts them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from statuspage.incidents.history import Month, midnight


@dataclass(frozen=True)
class Calendar:
    """The days from the first up to and including the last; days of 23 and 25 hours included."""

    first: date
    last: date
    zone: ZoneInfo

    @classmethod
    def back_from(cls, at: datetime, days: int, zone: ZoneInfo) -> Calendar:
        """So many days, the last of which is the day it was at a moment."""
        today = at.astimezone(zone).date()
        return cls(today - timedelta(days=days - 1), today, zone)

    @classmethod
    def months_back_from(cls, at: datetime, months: int, zone: ZoneInfo) -> Calendar:
        """So many calendar months, the last of which is the one it was at a moment, as far as it had come."""
        month = Month.of(at, zone)
        for _ in range(months - 1):
            month = month.previous
        return cls(month.first, at.astimezone(zone).date(), zone)

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    @cached_property
    def midnights(self) -> list[datetime]:
        """When each day begins, and when the last one ends."""
        return [midnight(self.first + timedelta(days=place), self.zone) for place in range(len(self) + 1)]

    @property
    def start(self) -> datetime:
        return self.midnights[0]

    def day_of(self, moment: datetime) -> date:
        """On which day a moment of the calendar lies."""
        return self.first + timedelta(days=bisect_right(self.midnights, moment) - 1)

    def begin_of(self, day: date) -> datetime:
        """When a day begins: also that after the last."""
        return self.midnights[(day - self.first).days]

    def cut(self, start: datetime, end: datetime) -> Iterator[tuple[date, datetime, datetime]]:
        """An interval within the calendar in pieces of a day; one without length is one piece."""
        place = bisect_right(self.midnights, start) - 1
        while True:
            stop = min(end, self.midnights[place + 1])
            yield self.first + timedelta(days=place), start, stop
            if stop >= end:
                return
            start, place = stop, place + 1

    @property
    def months(self) -> list[Month]:
        """The months it touches, the first first."""
        month = Month(self.first.year, self.first.month)
        found = [month]
        while found[-1].next.first <= self.last:
            found.append(found[-1].next)
        return found

    def days_in(self, month: Month) -> tuple[date, date]:
        """The first and the last day of a month that lie in the calendar."""
        return max(month.first, self.first), min(month.next.first - timedelta(days=1), self.last)
