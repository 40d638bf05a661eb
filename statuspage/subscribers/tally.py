"""How far the telling of something has come, as the desk shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Exists, OuterRef
from django.utils import timezone

from statuspage.subscribers.models import Channel, Delivery, Notice, Subscriber

State = Delivery.State
# Of the dropped, those who may be told again one day: they did not leave.
SUSPENDED = "suspended"
# By channel and state, or SUSPENDED, how many lines of the ledger.
Counts = dict[str, dict[str, int]]


@dataclass
class Tally:
    """All that was, is or will be told because of one thing: an update, a new window, a reminder."""

    cause: str
    due_at: datetime
    withdrawn: bool
    # Whether those who are to be told are written down by now.
    begun: bool
    counts: Counts = field(default_factory=dict)

    @property
    def can_be_withdrawn(self) -> bool:
        return not self.begun and not self.withdrawn

    @property
    def seconds_left(self) -> int:
        """How long it can still be withdrawn."""
        return max(round((self.due_at - timezone.now()).total_seconds()), 0)

    @property
    def told(self) -> int:
        return self._count(State.SENT)

    @property
    def pending(self) -> int:
        return self._count(State.PENDING)

    @property
    def failed(self) -> int:
        return self._count(State.FAILED)

    @property
    def suspended(self) -> int:
        return self._count(SUSPENDED)

    @property
    def left(self) -> int:
        """How many unsubscribed, or were removed, before their turn."""
        return self._count(State.DROPPED)

    @property
    def is_moving(self) -> bool:
        """Whether it is worth looking again soon."""
        return self.can_be_withdrawn or (self.pending > 0)

    @property
    def audience(self) -> str:
        """“1,204 by email and 31 by webhook”: everybody it is for."""
        return in_words({channel: sum(states.values()) for channel, states in self.counts.items()})

    def _count(self, state: str) -> int:
        return sum(states.get(state, 0) for states in self.counts.values())


def in_words(by_channel: dict[str, int]) -> str:
    """“1,204 by email and 31 by webhook”; “nobody”."""
    parts = [f"{by_channel[one]:,} by {one.label}" for one in Channel if by_channel.get(one)]
    parts = [part.replace("by Email", "by email").replace("by Webhook", "by webhook") for part in parts]
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts) or "nobody"


def tallies(causes: Iterable[str]) -> dict[str, Tally]:
    """The tally of each cause that has one; a constant number of queries.

    Whom something will reach that can still be withdrawn is asked once for all that reach the same.
    """
    found: dict[str, Tally] = {}
    notices = list(Notice.objects.filter(cause__in=list(causes)).defer("letters", "payload"))
    audiences: dict[tuple[str, str, tuple[int, ...]], Counts] = {}
    live = _live([notice.pk for notice in notices if notice.fanned_out_at and notice.counts is None])
    for notice in notices:
        tally = found.setdefault(
            notice.cause, Tally(notice.cause, notice.due_at, notice.withdrawn_at is not None, False)
        )
        tally.begun |= notice.fanned_out_at is not None
        counts = notice.counts or live.get(notice.pk, {})
        if tally.can_be_withdrawn:
            asked = (notice.kind, notice.thread, tuple(notice.component_ids))
            if asked not in audiences:
                audiences[asked] = _audience(notice)
            counts = audiences[asked]
        for channel, states in counts.items():
            mine = tally.counts.setdefault(channel, {})
            for state, many in states.items():
                mine[state] = mine.get(state, 0) + many
    return found


@dataclass(frozen=True)
class Told:
    """How many messages of one incident were sent, and how many people the notice reached that reached the most."""

    messages: int
    most: int


def told_of(thread: str) -> Told:
    """What the ledger knows of an incident by its code; what is told to the end was counted once and for all."""
    notices = Notice.objects.filter(thread=thread).values_list("pk", "counts")
    live = _live([key for key, counts in notices if counts is None])
    sent = [
        sum(states.get(State.SENT, 0) for states in (live.get(key, {}) if counts is None else counts).values())
        for key, counts in notices
    ]
    return Told(messages=sum(sent), most=max(sent, default=0))


def _audience(notice: Notice) -> Counts:
    interested = Subscriber.objects.interested_in(notice).order_by().values_list("channel")
    return {channel: {State.PENDING: many} for channel, many in interested.annotate(Count("pk"))}


def close_books() -> None:
    """Count once and for all what is told to the end: its lines are many, and it is looked at for years."""
    pending = Delivery.objects.filter(notice=OuterRef("pk"), state=State.PENDING)
    open_books = Notice.objects.filter(written_to=None, counts__isnull=True).exclude(Exists(pending))
    keys = list(open_books.values_list("pk", flat=True)[:100])
    counted = _live(keys)
    for key in keys:
        Notice.objects.filter(pk=key).update(counts=counted.get(key, {}))


def _live(keys: list[int]) -> dict[int, Counts]:
    found: dict[int, Counts] = {}
    lines = Delivery.objects.filter(notice__in=keys).order_by().values_list("notice", "channel", "state")
    for notice, channel, state, many in lines.annotate(Count("pk")):
        found.setdefault(notice, {}).setdefault(channel, {})[state] = many
    dropped = Delivery.objects.filter(notice__in=keys, state=State.DROPPED).order_by()
    suspended = dropped.filter(subscriber__suspended_at__isnull=False, subscriber__unsubscribed_at=None)
    for notice, channel, many in suspended.values_list("notice", "channel").annotate(Count("pk")):
        states = found.setdefault(notice, {}).setdefault(channel, {})
        # Senders go on between the two questions.
        states[SUSPENDED], states[State.DROPPED] = many, max(states.get(State.DROPPED, 0) - many, 0)
    return found
