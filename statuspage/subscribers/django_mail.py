"""Mail by any other of Django's backends: an ESP through anymail, or the console of whoever tries Candor out."""

from __future__ import annotations

import logging
from collections import deque
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from statuspage.subscribers import ledger
from statuspage.subscribers.ledger import Claim
from statuspage.subscribers.letters import Letters
from statuspage.subscribers.models import Channel
from statuspage.subscribers.outcomes import SENT, Outcome, Verdict, shortened
from statuspage.subscribers.settling import forgive, let_rest, settle, works_again

logger = logging.getLogger(__name__)
# What an ESP answers when it does not like this one message; of all else we cannot tell whose fault it is.
ABOUT_THIS_ONE = {400, 404, 406, 422}


class BackendCourier:
    """Hands each letter to a backend of Django's."""

    def __init__(self) -> None:
        self.letters = Letters()
        self.connection = get_connection()
        self.has_worked = False

    def carry(self, claim: Claim) -> bool:
        """Send what was claimed; tells whether to go on with more. What could not be tried is given back."""
        queue = deque(claim.lines)
        try:
            while queue and claim.has(ledger.LEASE / 2):
                line = queue.popleft()
                if not ledger.take_next(claim, sent=None, next=line):
                    continue
                outcome = self._send(self.letters.message(line, self.connection))
                settle(claim, line, outcome)
                if outcome.verdict == Verdict.OURS:
                    logger.error("Mail rests: %s", outcome.reason)
                    let_rest(Channel.EMAIL, outcome.reason)
                    return False
                if outcome.verdict == Verdict.SENT:
                    forgive(line)
                    self._worked()
        finally:
            ledger.give_back(claim, *queue)
        return True

    def is_waiting(self) -> bool:
        """Nothing is ever under way: a backend answers before it is asked again."""
        return False

    def wait(self, seconds: float) -> None:
        """There is nothing to wait for."""

    def close(self) -> None:
        """End the connection."""
        self.connection.close()

    def _send(self, message: EmailMultiAlternatives) -> Outcome:
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
    """What it means that a backend raised something: this one letter cannot be sent, or none can."""
    reason = shortened(str(error)) or type(error).__name__
    status: Any = getattr(error, "status_code", None)
    if type(error).__name__ == "AnymailRecipientsRefused":
        return Outcome(Verdict.BAD_ADDRESS, reason)
    if status == 429:
        return Outcome(Verdict.DEFERRED, reason)
    return Outcome(Verdict.REFUSED if status in ABOUT_THIS_ONE else Verdict.OURS, reason)


def is_smtp() -> bool:
    """Whether mails go to a mail server, which has a courier of its own."""
    return settings.EMAIL_BACKEND == "django.core.mail.backends.smtp.EmailBackend"
