"""Who carries letters to the mail server, a claim at a time, and writes into the ledger what became of each.

A line is marked with the answer to its own letter, before the next letter leaves: a sender that dies has told at most
one person of whom the ledger does not know.
"""

from __future__ import annotations

import logging
import smtplib
import time
from collections import deque
from datetime import timedelta
from typing import NamedTuple

from statuspage.subscribers import ledger
from statuspage.subscribers.ledger import Claim, Line
from statuspage.subscribers.letters import Letter, Letters
from statuspage.subscribers.models import Channel
from statuspage.subscribers.outcomes import SENT, Outcome, Verdict, shortened
from statuspage.subscribers.settling import forgive, let_rest, settle, works_again
from statuspage.subscribers.slow_lane import SlowLane
from statuspage.subscribers.smtp import MESSAGE, Late, Session

logger = logging.getLogger(__name__)

BROKEN = (OSError, smtplib.SMTPException)
# How often in a row the server may hang up, or refuse whatever we send, before that is our fault.
HANG_UPS, REFUSALS = 3, 10
# A domain that takes longer than this many usual answers is not waited for here; in seconds at least, and at most.
UNUSUAL, SHORTEST, LONGEST = 20, 0.25, 5.0
FULL_UP = timedelta(minutes=1)


class Item(NamedTuple):
    """A line and its letter."""

    line: Line
    letter: Letter


class Rests(Exception):
    """The channel is to be left alone; the reason is for the desk."""


class SmtpCourier:
    """Carries letters over one connection, and those that take long over others beside it."""

    def __init__(self) -> None:
        self.letters = Letters()
        self.session: Session | None = None
        self.slow = SlowLane()
        self.usual = SHORTEST / UNUSUAL * 4
        self.hang_ups = self.refusals = 0
        self.has_worked = False

    def carry(self, claim: Claim) -> bool:
        """Send what was claimed; tells whether to go on with more. What could not be tried is given back."""
        queue = deque(claim.lines)
        try:
            self._carry(claim, queue)
        except Rests as reason:
            logger.error("Mail rests: %s", reason)
            let_rest(Channel.EMAIL, str(reason))
            return False
        finally:
            ledger.give_back(claim, *queue)
        return True

    def is_waiting(self) -> bool:
        """Whether letters are on their way that take long."""
        return self.slow.is_busy()

    def wait(self, seconds: float) -> None:
        """Wait for those a while, and settle what came of them."""
        for claim, line, outcome in self.slow.finished(within=seconds):
            settle(claim, line, outcome)

    def close(self) -> None:
        """End the conversation."""
        if self.session:
            self.session.quit()
        self.slow.close()

    def _carry(self, claim: Claim, queue: deque[Line]) -> None:
        opened: Item | None = None
        sent: Line | None = None
        try:
            while opened or (queue and claim.has(MESSAGE)):
                self.wait(0)
                session = self._open()
                coming = self._next(claim, queue) if claim.has(MESSAGE) else None
                if opened is None and coming is None:
                    return
                opened, sent = self._exchange(session, claim, queue, opened, coming)
                if sent is None and opened is None:
                    continue
                coming_line = opened.line if opened else None
                if not ledger.take_next(claim, sent=sent, next=coming_line) and opened:
                    # Not ours any more, or not wanted: only hanging up takes back an envelope.
                    self._hang_up()
                    opened = None
                if sent:
                    forgive(sent)
                sent = None
        finally:
            if sent:
                ledger.take_next(claim, sent=sent, next=None)
            if opened:
                # Its letter has not left.
                ledger.give_back(claim, opened.line, uncounted=True)

    def _exchange(
        self, session: Session, claim: Claim, queue: deque[Line], opened: Item | None, coming: Item | None
    ) -> tuple[Item | None, Line | None]:
        """Send an opened letter and the next envelope: the item whose envelope was accepted, and the line sent."""
        began = time.monotonic()
        sent, outcome = None, SENT
        try:
            session.allow(self._patience)
            session.write(opened.letter if opened else None, coming.letter if coming else None)
            if opened:
                outcome = session.taken()
        except Late:
            self.session = None
            if opened:
                self.slow.await_answer(session, claim, opened.line)
            else:
                session.close()
            self._return(queue, coming)
            return None, None
        except BROKEN as error:
            self._broken(error)
            if opened:
                # Perhaps it has arrived: the same Message-ID tells, if it comes again.
                self._settle(claim, opened.line, Outcome(Verdict.DEFERRED, f"No answer to the letter: {_told(error)}"))
            self._return(queue, coming)
            return None, None
        if opened:
            if outcome.verdict == Verdict.SENT:
                self._worked()
                sent = opened.line
            else:
                self._settle(claim, opened.line, outcome)
        accepted = self._accepted(session, claim, queue, coming) if coming else None
        self.usual += (time.monotonic() - began - self.usual) / 16
        return accepted, sent

    def _accepted(self, session: Session, claim: Claim, queue: deque[Line], coming: Item) -> Item | None:
        if not session.is_open:
            # It said good-bye (421) with the answer before.
            self._return(queue, coming)
            return None
        try:
            session.allow(self._patience)
            outcome = session.accepted(coming.letter)
        except Late:
            self._hang_up()
            self.slow.know(coming.line)
            self._return(queue, coming)
            return None
        except BROKEN as error:
            self._broken(error)
            outcome = Outcome(Verdict.DEFERRED, f"The server hung up: {_told(error)}")
        if outcome.verdict == Verdict.SENT:
            return coming
        self._settle(claim, coming.line, outcome, counted=False)
        return None

    def _next(self, claim: Claim, queue: deque[Line]) -> Item | None:
        """The next line for this connection; those that take long go their own way."""
        while queue:
            line = queue.popleft()
            try:
                item = Item(line, self.letters.of(line))
            except Exception as error:
                # One letter that cannot be written holds up no other.
                logger.exception("The letter of %s cannot be written", line.id)
                ledger.fail(claim, line, reason=f"The letter cannot be written: {_told(error)}", counted=False)
                continue
            if not self.slow.knows(line):
                return item
            if not self.slow.has_room():
                ledger.give_back(claim, line, later=FULL_UP)
            elif ledger.take_next(claim, sent=None, next=line):
                self.slow.carry(claim, line, item.letter)
        return None

    def _settle(self, claim: Claim, line: Line, outcome: Outcome, *, counted: bool = True) -> None:
        settle(claim, line, outcome, counted=counted)
        if outcome.verdict == Verdict.OURS:
            raise Rests(outcome.reason)
        # A server that refuses whatever we send does not refuse those addresses, but us.
        self.refusals = self.refusals + 1 if outcome.verdict == Verdict.REFUSED else 0
        if self.refusals >= REFUSALS:
            raise Rests(f"{REFUSALS} letters in a row were refused: {outcome.reason}")

    def _open(self) -> Session:
        if self.session is None or not self.session.is_open:
            try:
                self.session = Session()
            except (*BROKEN, Late) as error:
                raise Rests(f"The mail server cannot be used: {_told(error)}") from error
        return self.session

    def _broken(self, error: Exception) -> None:
        self._hang_up()
        self.hang_ups += 1
        if self.hang_ups >= HANG_UPS:
            raise Rests(f"The mail server hangs up on us: {_told(error)}")

    def _worked(self) -> None:
        self.hang_ups = self.refusals = 0
        if not self.has_worked:
            works_again(Channel.EMAIL)
            self.has_worked = True

    def _hang_up(self) -> None:
        if self.session:
            self.session.close()
            self.session = None

    @property
    def _patience(self) -> float:
        return min(max(self.usual * UNUSUAL, SHORTEST), LONGEST)

    @staticmethod
    def _return(queue: deque[Line], coming: Item | None) -> None:
        if coming:
            queue.appendleft(coming.line)


def _told(error: Exception) -> str:
    return shortened(str(error) or type(error).__name__)
