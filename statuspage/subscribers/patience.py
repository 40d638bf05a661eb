"""When to try again, when to leave an endpoint in peace for a while, and when to give up."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from statuspage.subscribers.models import Channel

# After how long each try follows the one before. Nobody wants to read of an incident on the day after.
MAIL_SCHEDULE = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 120, 240, 480, 480)]
# Ten tries over three days, the first of them at once: what Standard Webhooks 1.0 gives as an example.
WEBHOOK_SCHEDULE = [
    timedelta(seconds=5),
    *(timedelta(minutes=minutes) for minutes in (5, 30)),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
]
# Shorter or longer by so much, or all that failed together would come again together.
JITTER = 0.2

# An endpoint that failed so often in a row rests, longer after each failure more.
FAILURES = 10
REST, LONGEST_REST = timedelta(minutes=15), timedelta(hours=4)
# It is suspended when nothing but failures came from it for so long.
FAILING_FOR = timedelta(days=5)
# Nobody is to make us wait for longer.
LONGEST_WAIT = timedelta(days=1)


def next_attempt(
    channel: str,
    answers: int,
    *,
    at: datetime,
    wait: timedelta | None = None,
    chance: Callable[[], float] = random.random,
) -> datetime | None:
    """When to try what has just been put off, after so many answers before this one; None to give up.

    Never earlier than the other side asked. `chance` tells a number from 0 to 1 that spreads the tries.
    """
    pauses = MAIL_SCHEDULE if channel == Channel.EMAIL else WEBHOOK_SCHEDULE
    if answers >= len(pauses):
        return None
    pause = pauses[answers] * (1 - JITTER + 2 * JITTER * chance())
    return at + max(pause, wait or pause)


def rests_until(failures: int, *, at: datetime) -> datetime | None:
    """Until when nothing else is tried at an endpoint that has now failed so often in a row; None while it may go on.

    With many notices under way it would else be asked for each of them.
    """
    if failures < FAILURES:
        return None
    return at + min(REST * 2 ** min(failures - FAILURES, 10), LONGEST_REST)


def is_hopeless(failures: int, failing_since: datetime | None, *, at: datetime) -> bool:
    """Whether an endpoint is to be suspended: days of nothing but failures, and more than a few of them."""
    return failures >= FAILURES and failing_since is not None and at - failing_since >= FAILING_FOR


def wait_asked(text: str, *, at: datetime) -> timedelta | None:
    """How long a Retry-After asks to wait, in seconds or until a date; a day at most."""
    try:
        if text.isascii() and text.isdecimal():
            asked = timedelta(seconds=min(int(text[:9]), LONGEST_WAIT.total_seconds()))
        else:
            until = parsedate_to_datetime(text)
            asked = until.replace(tzinfo=until.tzinfo or UTC) - at
    except (ValueError, OverflowError):
        return None
    return min(asked, LONGEST_WAIT) if asked > timedelta(0) else None
