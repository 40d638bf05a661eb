"""When to try again."""

from __future__ import annotations

from datetime import datetime, timedelta

MAIL = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 120, 240, 480, 480)]


def next_attempt(channel: str, answers: int, *, at: datetime, wait: timedelta | None = None) -> datetime | None:
    return at + MAIL[answers] if answers < len(MAIL) else None
