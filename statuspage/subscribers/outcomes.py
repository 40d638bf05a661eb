"""What came of trying to tell somebody: the one language of all channels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum


class Verdict(Enum):
    """What an attempt means for the line of the ledger, and for whoever it was to tell."""

    SENT = "sent"
    # Not now: try again, and hold it against nobody.
    DEFERRED = "deferred"
    # Never, this one.
    REFUSED = "refused"
    # Never, and the address is to blame: a few of these suspend it.
    BAD_ADDRESS = "bad address"
    # Nobody may be told at this address any more, from now on.
    GONE = "gone"
    # The fault is ours: the whole channel rests, and the attempt does not count.
    OURS = "ours"


@dataclass(frozen=True)
class Outcome:
    """What came of one attempt; the reason is for the desk, in words of whoever answered."""

    verdict: Verdict
    reason: str = ""
    # What the other side asked for, if it did.
    wait: timedelta | None = None


SENT = Outcome(Verdict.SENT)


def shortened(text: str) -> str:
    """A stranger's words, fit for a page and a log: printable, on one line, and not many."""
    return "".join(sign if sign.isprintable() else " " for sign in text)[:300].strip()
