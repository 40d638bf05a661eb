"""Telling whoever is due, for a while: what a worker or the clock does when it is woken.

Never one task for each recipient: a line of the ledger is the work order, and whoever is awake takes some.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from statuspage.subscribers import ledger
from statuspage.subscribers.couriers import SmtpCourier
from statuspage.subscribers.django_mail import BackendCourier, is_smtp
from statuspage.subscribers.hook_courier import HookCourier
from statuspage.subscribers.ledger import Claim
from statuspage.subscribers.models import HOOKS, Channel, Notice
from statuspage.subscribers.settling import rests
from statuspage.subscribers.tally import close_books

# How long one turn lasts, in seconds, and how many lines are claimed at once.
TURN, BATCH = 10.0, 100


class Courier(Protocol):
    """Whoever carries the lines of a claim to those they are for."""

    def carry(self, claim: Claim) -> bool:
        """Tell them; whether to go on with more."""

    def is_waiting(self) -> bool:
        """Whether some are still under way."""

    def wait(self, seconds: float) -> None:
        """Wait for those."""

    def close(self) -> None:
        """End."""


def fan_out(*, once_begun: Callable[[], object] = lambda: None) -> int:
    """Write down who is to be told of each notice whose time has come; tells how many there are.

    `once_begun` is called when the first of them can be told.
    """
    close_books()
    count = 0
    for notice in Notice.objects.due().only("pk"):
        while (written := ledger.fan_out(notice)) is not None:
            if written and not count:
                once_begun()
            count += written
    return count


def drain_mail(*, seconds: float = TURN) -> bool:
    """Tell by mail whoever is due; tells whether more may be."""
    if rests(Channel.EMAIL):
        return False
    return drain([Channel.EMAIL], SmtpCourier() if is_smtp() else BackendCourier(), seconds=seconds)


def drain_hooks(*, seconds: float = TURN) -> bool:
    """Tell hooks what is due to them; tells whether more may be."""
    return drain(list(HOOKS), HookCourier(), seconds=seconds)


def drain(channels: Sequence[str], courier: Courier, *, seconds: float) -> bool:
    """Have a courier carry what is due on some channels, for a while; tells whether more may be."""
    ledger.bury()
    stop = time.monotonic() + seconds
    try:
        while True:
            # What is under way is waited for in any case, and more can be told meanwhile.
            if time.monotonic() > stop and not courier.is_waiting():
                return True
            claim = ledger.claim(channels, limit=BATCH)
            if claim.lines:
                if not courier.carry(claim):
                    return False
            elif courier.is_waiting():
                courier.wait(0.2)
            else:
                return False
    finally:
        courier.close()
