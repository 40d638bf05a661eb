"""Mail by any other of Django's backends: an ESP through anymail, or the console of whoever tries Candor out."""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import get_connection
from django.db import DatabaseError
from django.utils import timezone

from statuspage.subscribers import ledger, patience
from statuspage.subscribers.doubt import Doubt
from statuspage.subscribers.ledger import Claim, Line
from statuspage.subscribers.letters import Letters
from statuspage.subscribers.models import Channel
from statuspage.subscribers.outcomes import SENT, Outcome, Verdict, shortened
from statuspage.subscribers.settling import let_rest, settle, works_again

logger = logging.getLogger(__name__)
# What an ESP answers when it wants nothing from us now, whomever a letter is for: who we are, what we owe, how much.
ABOUT_US = {401, 402, 407, 408, 429}
# How long a letter waits behind the others that failed where we think the fault is ours.
LATER = timedelta(minutes=2)


class BackendCourier:
    """Hands each letter to a backend of Django's."""

    def __init__(self) -> None:
        self.letters = Letters()
        self.connection = get_connection()
        self.has_worked = False
        self.doubt = Doubt()

    def carry(self, claim: Claim) -> bool:
        """Send what was claimed; tells whether to go on with more. What could not be tried is given back."""
        queue, trouble, wait = deque(claim.lines), "", None
        try:
            while queue and not trouble and claim.has(ledger.LEASE / 2):
                line = queue.popleft()
                if not ledger.take_next(claim, sent=None, next=line):
                    continue
                outcome = self._send(line)
                if outcome.verdict == Verdict.SENT:
                    # It has no strikes to forgive: whether it arrives, the ESP's reports tell.
                    ledger.take_next(claim, sent=line, next=None)
                    self.doubt.dispel(claim)
                    self._worked()
                elif outcome.verdict == Verdict.OURS:
                    # The others come first when we try again: perhaps it is this one letter after all.
                    settle(claim, line, replace(outcome, wait=outcome.wait or LATER))
                    trouble, wait = outcome.reason, outcome.wait
                else:
                    trouble = self.doubt.hold(claim, line, outcome)
        finally:
            ledger.give_back(claim, *queue)
            trouble = self.doubt.end(claim, has_worked=self.has_worked) or trouble
        if trouble:
            logger.error("Mail rests: %s", trouble)
            let_rest(Channel.EMAIL, trouble, wait=wait)
        return not trouble

    def is_waiting(self) -> bool:
        """Nothing is ever under way: a backend answers before it is asked again."""
        return False

    def wait(self, seconds: float) -> None:
        """There is nothing to wait for."""

    def close(self) -> None:
        """End the connection."""
        self.connection.close()

    def _send(self, line: Line) -> Outcome:
        try:
            message = self.letters.message(line, self.connection)
        except DatabaseError:
            raise
        except Exception as error:
            # One letter that cannot be written holds up no other.
            logger.exception("The letter of %s cannot be written", line.id)
            return Outcome(Verdict.REFUSED, f"The letter cannot be written: {shortened(str(error))}")
        try:
            self.connection.send_messages([message])
        except Exception as error:
            # Backends raise what they like.
            return judged(error)
        return SENT

    def _worked(self) -> None:
        if not self.has_worked:
            works_again(Channel.EMAIL)
            self.has_worked = True


def judged(error: Exception) -> Outcome:
    """Whose fault it is, as far as one failure tells."""
    reason = shortened(str(error)) or type(error).__name__
    status: Any = getattr(error, "status_code", None)
    if type(error).__name__ == "AnymailRecipientsRefused":
        return Outcome(Verdict.BAD_ADDRESS, reason)
    if status in ABOUT_US:
        headers = getattr(getattr(error, "response", None), "headers", {})
        return Outcome(Verdict.OURS, reason, patience.wait_asked(headers.get("Retry-After", ""), at=timezone.now()))
    # What anymail cannot put into a request at all is a ValueError or a TypeError of its own.
    is_about_this_one = 400 <= status < 500 if isinstance(status, int) else isinstance(error, ValueError | TypeError)
    return Outcome(Verdict.REFUSED if is_about_this_one else Verdict.OURS, reason)


def is_smtp() -> bool:
    """Whether mails go to a mail server, which has a courier of its own."""
    return settings.EMAIL_BACKEND == "django.core.mail.backends.smtp.EmailBackend"
