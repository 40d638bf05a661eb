"""What an outcome means for the ledger, for whoever was to be told, and for the whole channel."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from statuspage.subscribers import ledger, patience
from statuspage.subscribers.ledger import Claim, Line
from statuspage.subscribers.models import Channel, Delivery, Subscriber, Trouble
from statuspage.subscribers.outcomes import Outcome, Verdict

# So many refusals in a row that blame the address suspend it.
STRIKES = 3
# How long a channel rests whose fault is ours: at first, and at most.
REST, LONGEST_REST = timedelta(seconds=15), timedelta(minutes=5)


def settle(claim: Claim, line: Line, outcome: Outcome) -> None:
    """Write down what came of a line whose attempt `take_next` has counted."""
    if outcome.verdict == Verdict.SENT:
        ledger.take_next(claim, sent=line, next=None)
        forgive(line)
    elif outcome.verdict == Verdict.OURS:
        ledger.give_back(claim, line, later=outcome.wait or timedelta(0), uncounted=True)
    elif outcome.verdict == Verdict.DEFERRED:
        at = patience.next_attempt(line.channel, line.answers, at=timezone.now(), wait=outcome.wait)
        if at:
            ledger.put_off(claim, line, until=at, reason=outcome.reason)
        else:
            ledger.fail(claim, line, reason=f"Given up: {outcome.reason}")
    else:
        ledger.fail(claim, line, reason=outcome.reason)
        if outcome.verdict in (Verdict.BAD_ADDRESS, Verdict.GONE):
            blame(line.subscriber_id, line.channel, at_once=outcome.verdict == Verdict.GONE)


def forgive(line: Line) -> None:
    """An address that takes what it is told has no strikes."""
    if line.strikes:
        Subscriber.objects.filter(pk=line.subscriber_id).update(strikes=0, failing_since=None)


def rests(channel: str) -> bool:
    """Whether a channel is to be left alone for now."""
    return Trouble.objects.filter(channel=channel, until__gt=timezone.now()).exists()


def let_rest(channel: str, reason: str, *, wait: timedelta | None = None) -> None:
    """Leave a channel alone, longer each time or as long as we were asked to, and have the desk say why."""
    now = timezone.now()
    trouble, _ = Trouble.objects.get_or_create(channel=channel, defaults={"since": now, "until": now, "reason": reason})
    rest = wait or min(max(now - trouble.since, REST), LONGEST_REST)
    trouble.until, trouble.reason = now + rest, reason
    trouble.save(update_fields=["until", "reason"])


def works_again(channel: str) -> None:
    """End a channel's trouble."""
    Trouble.objects.filter(channel=channel).delete()


def blame(subscriber_id: int, channel: str, *, at_once: bool) -> None:
    """Hold a refusal against an address; a few in a row, or one that leaves no hope, suspend it."""
    found = Subscriber.objects.filter(pk=subscriber_id, suspended_at=None)
    found.update(strikes=F("strikes") + 1)
    if not at_once:
        found = found.filter(strikes__gte=STRIKES)
    why = Subscriber.Suspension.BOUNCE if channel == Channel.EMAIL else Subscriber.Suspension.ENDPOINT
    if found.update(suspended_at=timezone.now(), suspension=why):
        pending = Delivery.objects.filter(subscriber=subscriber_id, state=Delivery.State.PENDING)
        pending.update(state=Delivery.State.DROPPED)
