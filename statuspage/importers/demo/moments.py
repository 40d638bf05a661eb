"""When things happened, told so that a history stays ninety days old: “3 weeks ago, Tuesday 10:02”."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
DAY = re.compile(rf"(\d+) weeks? (ago|ahead), ({'|'.join(WEEKDAYS)})")
CLOCK = re.compile(r"(?:([+-]\d+) )?(\d\d:\d\d)")
MINUTES = re.compile(r"(\d+) minutes ago")


class Moments:
    """Reads what the demo's files say of time, as seen from a moment in a zone."""

    def __init__(self, now: datetime, zone: ZoneInfo) -> None:
        self.now = now.replace(second=0, microsecond=0)
        self.zone = zone

    def day(self, told: str) -> date:
        """“3 weeks ago, Tuesday”: the Tuesday of the calendar week three before this one."""
        found = DAY.fullmatch(told)
        if not found:
            raise ValueError(f"“{told}” is no day")
        today = self.now.astimezone(self.zone).date()
        weeks = int(found[1]) if found[2] == "ahead" else -int(found[1])
        return today + timedelta(weeks=weeks, days=WEEKDAYS.index(found[3]) - today.weekday())

    def at(self, told: str, *, day: str = "") -> datetime:
        """“96 minutes ago”, “3 weeks ago, Tuesday 10:02”, or a clock time of `day`: “10:02”, “+1 08:30” a day later."""
        if found := MINUTES.fullmatch(told):
            return self.now - timedelta(minutes=int(found[1]))
        if DAY.match(told):
            day, _, told = told.rpartition(" ")
        found = CLOCK.fullmatch(told)
        if not found:
            raise ValueError(f"“{told}” is no time")
        on = self.day(day) + timedelta(days=int(found[1] or 0))
        return datetime.combine(on, time.fromisoformat(found[2]), tzinfo=self.zone).astimezone(UTC)
