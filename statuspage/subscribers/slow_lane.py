"""Beside the fast lane: letters whose servers take long to answer are waited for here, and hold up nobody else.

Threads talk to the network only; whoever owns the lane writes into the ledger what came of it.
"""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from statuspage.subscribers.ledger import Claim, Line
from statuspage.subscribers.letters import Letter
from statuspage.subscribers.outcomes import Outcome, Verdict, shortened
from statuspage.subscribers.smtp import COMMAND, MESSAGE, Late, Session

# So many connections at once, and so many letters waiting for them; the rest is given back for a minute.
CONNECTIONS, MOST = 2, 8
UNANSWERED = Outcome(Verdict.DEFERRED, "No answer to the letter in time; perhaps it has arrived.")


class SlowLane:
    """Letters that are under way for longer than usual, and the domains that are known for it."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="slow-mail")
        self.domains: set[str] = set()
        self.under_way: dict[Future[Outcome], tuple[Claim, Line]] = {}

    def know(self, line: Line) -> None:
        """From now on the domain of this address is waited for here."""
        self.domains.add(_domain(line))

    def knows(self, line: Line) -> bool:
        return _domain(line) in self.domains

    def has_room(self) -> bool:
        return len(self.under_way) < MOST

    def is_busy(self) -> bool:
        return bool(self.under_way)

    def carry(self, claim: Claim, line: Line, letter: Letter) -> None:
        """Send a letter of a domain that takes long, over a connection of its own."""
        self.under_way[self.pool.submit(_carried, claim, letter)] = (claim, line)

    def await_answer(self, session: Session, claim: Claim, line: Line) -> None:
        """Wait for the answer to a letter that was sent already; the connection is not used for another."""
        self.know(line)
        self.under_way[self.pool.submit(_answered, session)] = (claim, line)

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


def _answered(session: Session) -> Outcome:
    try:
        session.allow(MESSAGE)
        return session.taken()
    except (Late, OSError, smtplib.SMTPException):
        return UNANSWERED
    finally:
        session.close()


def _carried(claim: Claim, letter: Letter) -> Outcome:
    if not claim.has(MESSAGE):
        return Outcome(Verdict.DEFERRED, "Its domain takes long, and others of it were before.")
    session = None
    try:
        session = Session()
        session.allow(COMMAND)
        session.write(None, letter)
        accepted = session.accepted(letter)
        if accepted.verdict != Verdict.SENT:
            return accepted
        session.write(letter, None)
    except (Late, OSError, smtplib.SMTPException) as error:
        if session:
            session.close()
        return Outcome(Verdict.DEFERRED, shortened(str(error)) or "No answer in time.")
    return _answered(session)


def _domain(line: Line) -> str:
    return line.address.rpartition("@")[2].lower()
