"""Beside the fast lane: letters whose servers take long to answer are waited for here, and hold up nobody else.

Threads talk to the network only; whoever owns the lane writes into the ledger what came of it.
"""

from __future__ import annotations

import smtplib
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta

from statuspage.subscribers.ledger import Claim, Line
from statuspage.subscribers.letters import Letter
from statuspage.subscribers.outcomes import Outcome, Verdict, shortened
from statuspage.subscribers.smtp import COMMAND, MESSAGE, Late, Session

# So many connections at once, and so many letters waiting for them; the rest is given back for a minute.
CONNECTIONS, MOST, FULL_UP = 2, 8, timedelta(minutes=1)
# So many letters that left already may wait for their answers; then the fast lane waits, too.
ANSWERS = 16
# Nothing new is taken in so long after a turn began: it ends once nobody is waited for, and must end some day.
OPEN_FOR = 60.0
# What must be written down before the lease ends gets its answer before that, by so many seconds.
MARGIN = 1.0
# So many late answers tell that a domain takes long; one may be the pause of a server that we share with all others.
LATE = 3
BROKEN = (Late, OSError, smtplib.SMTPException)
UNANSWERED = Outcome(Verdict.DEFERRED, "No answer to the letter in time; perhaps it has arrived.")
# Held against nobody: its turn comes again.
UNTRIED = Outcome(Verdict.OURS, "Its domain takes long, and others of it were before.", wait=FULL_UP)


class SlowLane:
    """Letters that are under way for longer than usual, and the domains that are known for it."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="slow-mail")
        # An answer that is due already must not wait behind letters that take long.
        self.answers = ThreadPoolExecutor(ANSWERS, thread_name_prefix="slow-answer")
        self.closes = time.monotonic() + OPEN_FOR
        self.late: Counter[str] = Counter()
        self.under_way: dict[Future[Outcome], tuple[Claim, Line]] = {}

    def know(self, line: Line) -> None:
        """An answer for this domain came late, or not at all."""
        self.late[_domain(line)] += 1

    def knows(self, line: Line) -> bool:
        """Whether the domain of this address takes long so often that it is waited for here."""
        return self.late[_domain(line)] >= LATE

    def has_room(self) -> bool:
        """Whether one more letter may be carried here."""
        return len(self.under_way) < MOST and time.monotonic() < self.closes

    def is_crowded(self) -> bool:
        """Whether so many answers are waited for that not one domain is slow, but the server."""
        return len(self.under_way) >= MOST + ANSWERS

    def is_busy(self) -> bool:
        """Whether anything is under way."""
        return bool(self.under_way)

    def carry(self, claim: Claim, line: Line, letter: Letter) -> None:
        """Send a letter of a domain that takes long, over a connection of its own."""
        self.under_way[self.pool.submit(_carried, claim, letter)] = (claim, line)

    def await_answer(self, session: Session, claim: Claim, line: Line) -> None:
        """Wait for the answer to a letter that was sent already; the connection is not used for another."""
        self.know(line)
        ends = min(time.monotonic() + MESSAGE, claim.until - MARGIN)
        self.under_way[self.answers.submit(_answered, session, ends)] = (claim, line)

    def finished(self, *, within: float) -> Iterator[tuple[Claim, Line, Outcome]]:
        """What came of those that are through, after waiting a while for one of them."""
        if not self.under_way:
            return
        done, _ = wait(self.under_way, timeout=within, return_when=FIRST_COMPLETED)
        for future in done:
            yield (*self.under_way.pop(future), future.result())

    def close(self) -> None:
        """Wait for no more."""
        self.pool.shutdown(wait=False, cancel_futures=True)
        self.answers.shutdown(wait=False, cancel_futures=True)


def _carried(claim: Claim, letter: Letter) -> Outcome:
    """Send a letter over a connection of its own, all of it within the time that one message may take."""
    if not claim.has(MESSAGE + MARGIN):
        return UNTRIED
    ends = time.monotonic() + MESSAGE
    try:
        session = Session()
    except BROKEN as error:
        # Perhaps it takes no second connection from us; in any case that is not the fault of this address.
        return Outcome(Verdict.OURS, shortened(str(error)), wait=FULL_UP)
    try:
        session.allow(min(COMMAND, ends - time.monotonic()))
        session.write(None, letter)
        accepted = session.accepted(letter)
        if accepted.verdict != Verdict.SENT:
            session.close()
            return replace(accepted, wait=FULL_UP)
        session.write(letter, None)
    except BROKEN as error:
        session.close()
        return Outcome(Verdict.DEFERRED, shortened(str(error)) or "No answer in time.")
    return _answered(session, ends)


def _answered(session: Session, ends: float) -> Outcome:
    try:
        session.allow(ends - time.monotonic())
        return session.taken()
    except BROKEN:
        return UNANSWERED
    finally:
        session.close()


def _domain(line: Line) -> str:
    return line.address.rpartition("@")[2].lower()
