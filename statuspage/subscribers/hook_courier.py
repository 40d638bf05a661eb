"""Who tells hooks what is due to them, and what their failures lead to."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from django.core.mail import EmailMessage
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from statuspage.publishing.models import StatusPage
from statuspage.subscribers import hooks, ledger, patience
from statuspage.subscribers.hook_letters import suspended_letter
from statuspage.subscribers.ledger import Claim, Line
from statuspage.subscribers.models import Delivery, Notice, Subscriber
from statuspage.subscribers.outcomes import Outcome, Verdict
from statuspage.subscribers.services import suspend
from statuspage.subscribers.settling import settle

logger = logging.getLogger(__name__)


class HookCourier:
    """Carries what is due to hooks, many at a time: one that does not answer holds up nobody else."""

    def __init__(self) -> None:
        self.page = StatusPage.objects.get()
        self.notices: dict[int, Notice] = {}
        self.letters: list[EmailMessage] = []

    def carry(self, claim: Claim) -> bool:
        """Tell what was claimed; those for whom the time did not suffice are given back."""
        left = {line.id: line for line in claim.lines}
        try:
            for line, outcome in hooks.tell_many(self._errands(claim, left), self.page):
                try:
                    self._settle(claim, line, outcome)
                except Exception:
                    # The answers that others have given meanwhile must be written down all the same.
                    logger.exception("What came of line %s was not written down", line.id)
        finally:
            ledger.give_back(claim, *left.values())
            self._post_letters()
        return True

    def is_waiting(self) -> bool:
        """Nothing is under way once a claim was carried."""
        return False

    def wait(self, seconds: float) -> None:
        """There is nothing to wait for."""

    def close(self) -> None:
        """There is nothing to end."""

    def _settle(self, claim: Claim, line: Line, outcome: Outcome) -> None:
        # As it was before: of several requests on their way at once, the first that hears of its end tells of it.
        told = Subscriber.objects.filter(pk=line.subscriber_id, suspended_at=None)
        gone = told.first() if outcome.verdict == Verdict.GONE else None
        settle(claim, line, outcome)
        if outcome.verdict == Verdict.DEFERRED:
            self._hear_failure(line, outcome)
        elif gone:
            self._tell_contact(gone, outcome)

    def _errands(self, claim: Claim, left: dict[int, Line]) -> Iterator[tuple[Line, Line, Notice]]:
        """Each line when somebody is free to run, asked for once more at that moment."""
        for line in claim.lines:
            if not claim.has(ledger.LEASE / 3):
                return
            del left[line.id]
            if ledger.take_next(claim, sent=None, next=line):
                yield line, line, self._notice(line.notice_id)

    def _notice(self, key: int) -> Notice:
        if key not in self.notices:
            self.notices[key] = Notice.objects.get(pk=key)
        return self.notices[key]

    def _hear_failure(self, line: Line, outcome: Outcome) -> None:
        """Leave an endpoint in peace that fails time and again, and give it up after days of nothing else."""
        now = timezone.now()
        mine = Subscriber.objects.filter(pk=line.subscriber_id, suspended_at=None)
        mine.update(strikes=F("strikes") + 1, failing_since=Coalesce("failing_since", now))
        subscriber = mine.first()
        if subscriber is None:
            return
        if patience.is_hopeless(subscriber.strikes, subscriber.failing_since, at=now):
            suspend(subscriber, Subscriber.Suspension.ENDPOINT, at=now)
            self._tell_contact(subscriber, outcome)
        elif until := patience.rests_until(subscriber.strikes, at=now):
            waiting = Delivery.objects.filter(subscriber=subscriber, state=Delivery.State.PENDING, next_at__lt=until)
            waiting.update(next_at=until)

    def _tell_contact(self, subscriber: Subscriber, outcome: Outcome) -> None:
        if letter := suspended_letter(subscriber, self.page, reason=outcome.reason, at=timezone.now()):
            self.letters.append(letter)

    def _post_letters(self) -> None:
        """Once the claim is settled: a mail server that takes long holds up no hook that was claimed."""
        letters, self.letters = self.letters, []
        for letter in letters:
            try:
                letter.send()
            except Exception:
                # Backends raise what they like.
                logger.exception("%s could not be told that a hook is suspended", letter.to)
