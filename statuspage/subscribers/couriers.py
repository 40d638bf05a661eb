"""Who carries letters to the mail server, a claim at a time, and writes into the ledger what became of each.

A line is marked with the answer to its own letter, before the next letter leaves: a sender that dies has told at most
one person of whom the ledger does not know, and those for whom it was waiting in the slow lane. While a letter is on
its way the ledger works, too: it marks the one before, and takes up the one after.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from typing import NamedTuple

from django.db import Error as DatabaseError

from statuspage.subscribers import ledger
from statuspage.subscribers.doubt import Doubt
from statuspage.subscribers.ledger import Claim, Line
from statuspage.subscribers.letters import Letter, Letters
from statuspage.subscribers.models import Channel
from statuspage.subscribers.outcomes import Outcome, Verdict, shortened
from statuspage.subscribers.settling import forgive, let_rest, settle, works_again
from statuspage.subscribers.slow_lane import BROKEN, FULL_UP, SlowLane
from statuspage.subscribers.smtp import MESSAGE, Late, Session

logger = logging.getLogger(__name__)

# How often in a row the server may hang up, or not answer, before that is our fault.
FAULTS = 3
# A domain that takes longer than this many usual answers is not waited for here; in seconds at least, and at most.
UNUSUAL, SHORTEST, LONGEST = 20, 0.25, 5.0
# What is the usual answer before there was one, and how much each one since then counts.
AT_FIRST, WEIGHT = 0.05, 1 / 16


class Item(NamedTuple):
    """A line and its letter."""

    line: Line
    letter: Letter


class SmtpCourier:
    """Carries letters over one connection, and those that take long over others beside it."""

    def __init__(self) -> None:
        self.letters = Letters()
        self.session: Session | None = None
        self.slow = SlowLane()
        self.usual = AT_FIRST
        self.faults = 0
        self.has_worked = False
        # Why the channel is to be left alone, for the desk.
        self.trouble = ""
        # The item whose envelope was accepted; its letter leaves next.
        self.opened: Item | None = None
        # The line whose letter was taken; it is marked before anything else leaves.
        self.answered: Line | None = None
        self.doubt = Doubt()

    def carry(self, claim: Claim) -> bool:
        """Send what was claimed; tells whether to go on with more. What could not be tried is given back."""
        queue = deque(claim.lines)
        try:
            while not self.trouble and claim.has(0) and (self.opened or (queue and claim.has(MESSAGE))):
                self.wait(0)
                self._take_turn(claim, queue)
        finally:
            self._stop_at(claim, queue)
        if self.trouble:
            logger.error("Mail rests: %s", self.trouble)
            let_rest(Channel.EMAIL, self.trouble)
        return not self.trouble

    def is_waiting(self) -> bool:
        """Whether letters are on their way that take long."""
        return self.slow.is_busy()

    def wait(self, seconds: float) -> None:
        """Wait for those a while, and settle what came of them."""
        for claim, line, outcome in self.slow.finished(within=seconds):
            settle(claim, line, outcome)

    def close(self) -> None:
        """End the conversation, once everything that is under way has ended: its lines belong to this sender."""
        try:
            while self.is_waiting():
                self.wait(0.2)
        finally:
            if self.session:
                self.session.quit()
            self.slow.close()

    def _take_turn(self, claim: Claim, queue: deque[Line]) -> None:
        """Send the opened letter and the next envelope, and write down what became of both."""
        session = self._open()
        if session is None:
            return
        leaving, coming = self.opened, None
        # What may end its sender travels alone, so that the attempt is counted against no other.
        if claim.has(MESSAGE) and not (leaving and leaving.line.is_suspect):
            coming = self._next(claim, queue)
        marked, self.answered = self.answered, None
        with ledger.taking_next(claim, sent=marked, next=coming.line if coming else None) as taken:
            self.opened = None
            of_letter, of_envelope = self._exchange(session, claim, leaving, coming, queue)
        if marked:
            self._worked(claim, marked)
        if leaving and of_letter:
            if of_letter.verdict == Verdict.SENT:
                self.answered, self.faults = leaving.line, 0
                self.doubt.dispel(claim)
            else:
                self._settle(claim, leaving.line, of_letter)
        if coming and of_envelope is None:
            # As if it had not been tried: its turn comes at once.
            ledger.discount(claim, coming.line)
            queue.appendleft(coming.line)
        elif coming and of_envelope and of_envelope.verdict != Verdict.SENT:
            self._settle(claim, coming.line, of_envelope)
        elif coming and taken.is_ours:
            self.opened = coming
        elif coming:
            # Only hanging up takes back an envelope.
            self._hang_up()
        if self.faults >= FAULTS:
            self.trouble = self.trouble or "The mail server hung up, or did not answer, again and again."
        while self.slow.is_crowded():
            self.wait(1)

    def _exchange(
        self, session: Session, claim: Claim, leaving: Item | None, coming: Item | None, queue: deque[Line]
    ) -> tuple[Outcome | None, Outcome | None]:
        """Send a letter and the next envelope: what came of either, None where nothing is known, or not yet.

        Nothing here may ask the database, which is at work meanwhile.
        """
        began = time.monotonic()
        of_letter = of_envelope = None
        try:
            session.allow(self._patience)
            session.write(leaving.letter if leaving else None, coming.letter if coming else None)
            if queue:
                self.letters.write_ahead(queue[0])
            if leaving:
                of_letter = session.taken()
            if coming and session.is_open:
                session.allow(self._patience)
                of_envelope = session.accepted(coming.letter)
        except Late:
            # A server that takes long for everybody is waited for longer.
            self.usual *= 2
            if leaving and of_letter is None:
                self.session = None
                self.slow.await_answer(session, claim, leaving.line)
                return None, None
            self._hang_up()
            if not session.has_answered:
                # Of the address nothing was asked yet, as far as we know.
                self.faults += 1
            if coming:
                self.slow.know(coming.line)
            return of_letter, None
        except BROKEN as error:
            session.close()
            broken = Outcome(Verdict.DEFERRED, f"The server hung up: {_told(error)}")
            if leaving and of_letter is None:
                # Perhaps it has arrived: the same Message-ID tells, if it comes again.
                of_letter = broken
            else:
                of_envelope = broken
        else:
            self.usual += (time.monotonic() - began - self.usual) * WEIGHT
        if session.has_carried and of_envelope and (of_envelope.verdict == Verdict.OURS or not session.is_open):
            # Many servers take so many letters over one connection; what they say on a fresh one counts.
            session.close()
            return of_letter, None
        if not session.is_open:
            self.faults += 1
        return of_letter, of_envelope

    def _next(self, claim: Claim, queue: deque[Line]) -> Item | None:
        """The next line for this connection; those that take long go their own way."""
        while queue:
            line = queue.popleft()
            try:
                item = Item(line, self.letters.of(line))
            except DatabaseError:
                queue.appendleft(line)
                raise
            except Exception as error:
                # One letter that cannot be written holds up no other.
                logger.exception("The letter of %s cannot be written", line.id)
                ledger.fail(claim, line, reason=f"The letter cannot be written: {_told(error)}")
                continue
            if not self.slow.knows(line):
                return item
            if not self.slow.has_room():
                ledger.give_back(claim, line, later=FULL_UP)
            elif ledger.take_next(claim, sent=None, next=line):
                self.slow.carry(claim, line, item.letter)
        return None

    def _settle(self, claim: Claim, line: Line, outcome: Outcome) -> None:
        if outcome.verdict == Verdict.OURS:
            settle(claim, line, outcome)
            self.trouble = outcome.reason
        else:
            self.trouble = self.doubt.hold(claim, line, outcome) or self.trouble

    def _worked(self, claim: Claim, sent: Line) -> None:
        forgive(sent)
        if not self.has_worked:
            works_again(Channel.EMAIL)
            self.has_worked = True

    def _stop_at(self, claim: Claim, queue: deque[Line]) -> None:
        opened, answered = self.opened, self.answered
        self.opened = self.answered = None
        if answered:
            ledger.take_next(claim, sent=answered, next=None)
            self._worked(claim, answered)
        if opened:
            # Its letter has not left, and must not with the next words on this connection.
            self._hang_up()
            ledger.give_back(claim, opened.line, uncounted=True)
        ledger.give_back(claim, *queue)
        self.trouble = self.doubt.end(claim, has_worked=self.has_worked) or self.trouble

    def _open(self) -> Session | None:
        if self.session is None or not self.session.is_open:
            try:
                self.session = Session()
            except (*BROKEN, ValueError) as error:
                self.trouble = f"The mail server cannot be used: {_told(error)}"
                return None
        return self.session

    def _hang_up(self) -> None:
        if self.session:
            self.session.close()
            self.session = None

    @property
    def _patience(self) -> float:
        return min(max(self.usual * UNUSUAL, SHORTEST), LONGEST)


def _told(error: Exception) -> str:
    return shortened(str(error) or type(error).__name__)
