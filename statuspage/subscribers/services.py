"""What happens to subscriptions and notices: every write, one verb each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from statuspage.components.models import Component, ComponentGroup
from statuspage.publishing.waking import wake_soon
from statuspage.subscribers.models import (
    HOOKS,
    Channel,
    Delivery,
    Followed,
    Notice,
    SignUp,
    Subscriber,
    SubscriberQuerySet,
    is_at,
    is_read_by,
    new_secret,
)

FAN_OUT = "statuspage.subscribers.tasks.fan_out"
DRAIN_MAIL, DRAIN_HOOKS = "statuspage.subscribers.tasks.drain_mail", "statuspage.subscribers.tasks.drain_hooks"
ANSWER_SIGN_UPS = "statuspage.subscribers.tasks.answer_sign_ups"
PENDING, DROPPED = Delivery.State.PENDING, Delivery.State.DROPPED


@dataclass(frozen=True)
class Scope:
    """Of what somebody wants to hear, by code: the one form of it in sign-ups, preferences and files."""

    whole_page: bool = False
    groups: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    # One incident, besides all else.
    incident: str = ""
    incidents: bool = True
    maintenance: bool = True

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Scope:
        """A scope as a sign-up keeps it."""
        lists = {name: tuple(stored.get(name, ())) for name in ("groups", "components")}
        return cls(**{**stored, **lists})

    @property
    def is_empty(self) -> bool:
        return not (self.whole_page or self.groups or self.components or self.incident)


class BelongsToSomebodyElse(Exception):
    """A hook that is subscribed already, by another contact: its preferences and its secret are theirs."""


class NoLongerHolds(Exception):
    """A link that did what it does, and whose subscription has ended since; or one that staff have stopped."""


@transaction.atomic
def announce(notices: Iterable[Notice]) -> None:
    """Record what is to be told, inside the caller's transaction; a few rows, whatever the number of subscribers.

    A notice whose key was announced before is left out: nobody is told of a thing twice.
    """
    kept = list(notices)
    Notice.objects.bulk_create(kept, ignore_conflicts=True)
    if kept:
        wake_soon(FAN_OUT, after=max(one.due_at for one in kept) - timezone.now())


def count_by_channel(found: SubscriberQuerySet) -> dict[str, int]:
    """How many of some subscribers there are on each channel."""
    return dict(found.values_list("channel").annotate(Count("pk")).values_list("channel", "pk__count"))


@transaction.atomic
def withdraw(cause: str, *, at: datetime | None = None) -> bool:
    """Take back what an update was to tell, as long as nobody was written down for it; tells whether that was so.

    All of its notices or none: people and programs hear of one update by notices of their own.
    """
    # Who is written down meanwhile waits for the lock, or is seen by it.
    found = Notice.objects.select_for_update().filter(cause=cause).order_by("pk")
    fanned_out = list(found.values_list("fanned_out_at", flat=True))
    if not fanned_out or any(fanned_out):
        return False
    Notice.objects.filter(cause=cause, withdrawn_at=None).update(withdrawn_at=at or timezone.now())
    return True


@transaction.atomic
def tell_now(cause: str) -> None:
    """End the time in which an update's notices can be withdrawn."""
    now = timezone.now()
    Notice.objects.filter(cause=cause, fanned_out_at=None, withdrawn_at=None, due_at__gt=now).update(due_at=now)
    wake_soon(FAN_OUT)


@transaction.atomic
def retry(lines: QuerySet[Delivery], *, again: bool = False) -> int:
    """Try once more to tell those whom nobody could tell; tells how many they are.

    `again` also repeats to hooks what they took already: programs know a repetition by its id. People are not told
    twice.
    """
    wanted = Q(state=Delivery.State.FAILED) | (Q(channel__in=HOOKS) if again else Q(pk__in=[]))
    found = lines.filter(wanted, subscriber__unsubscribed_at=None, subscriber__suspended_at=None)
    notices = list(found.order_by().values_list("notice", flat=True).distinct())
    fresh = {"attempts": 0, "answers": 0, "token": "", "sent_at": None, "next_at": timezone.now()}
    count = found.update(state=PENDING, **fresh)
    Notice.objects.filter(pk__in=notices).update(counts=None)
    wake_soon(DRAIN_MAIL)
    wake_soon(DRAIN_HOOKS)
    return count


@transaction.atomic
def sign_up(
    *,
    channel: str,
    address: str,
    scope: Scope,
    contact: str = "",
    locale: str = "en",
    time_zone: str = "",
    network: str = "",
    answered: bool = False,
) -> SignUp:
    """Ask for a subscription; whoever reads the address gets a link by which to confirm it, unless it is `answered`."""
    made = SignUp.objects.create(
        channel=channel,
        address=address,
        contact=contact,
        scope=asdict(scope),
        locale=locale,
        time_zone=time_zone,
        network=network,
        due_at=None if answered else timezone.now(),
    )
    wake_soon(ANSWER_SIGN_UPS)
    return made


@transaction.atomic
def confirm(asked: SignUp, *, at: datetime | None = None) -> Subscriber:
    """What the link of a sign-up does: a new subscription, or the asked for added to the one that is there.

    Whoever had unsubscribed begins anew; whoever was suspended is listening again, for the link was read, unless staff
    suspended them. Raises BelongsToSomebodyElse for a hook that another contact looks after, since a link proves one's
    own mailbox alone, and NoLongerHolds for one that was used: whoever left or was removed is not brought back by it.
    """
    at = at or timezone.now()
    # A second click waits for the first, and finds the subscription.
    found = SignUp.objects.select_for_update().filter(pk=asked.pk).first()
    known = _known(asked.channel, asked.address)
    if found is None or (known and known.suspension == Subscriber.Suspension.STAFF):
        raise NoLongerHolds
    if found.confirmed_at:
        if known and known.is_listening and known.mailbox.lower() == asked.mailbox.lower():
            return known
        raise NoLongerHolds
    if known and known.mailbox.lower() != asked.mailbox.lower():
        if known.unsubscribed_at is None:
            raise BelongsToSomebodyElse
        # Whoever had it before knows its secret, and with that its passes.
        Subscriber.objects.filter(pk=known.pk).update(secret=new_secret())
    SignUp.objects.filter(pk=asked.pk).update(confirmed_at=at)
    return _subscribe(
        asked.channel,
        asked.address,
        Scope.of(asked.scope),
        {"contact": asked.contact, "locale": asked.locale, "time_zone": asked.time_zone},
        at=at,
    )


@transaction.atomic
def subscribe_verified(
    *, channel: str, address: str, scope: Scope, proof: str, at: datetime | None = None, **told: str
) -> Subscriber:
    """Subscribe somebody who agreed elsewhere; `proof` says where and how. `told`: contact, locale, time_zone."""
    return _subscribe(channel, address, scope, {**told, "proof": proof}, at=at or timezone.now())


@transaction.atomic
def choose(
    subscriber: Subscriber, *, scope: Scope, locale: str, time_zone: str, followed: Iterable[str] = ()
) -> Subscriber:
    """Set what a subscriber hears of, and in which language and zone."""
    subscriber = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
    subscriber.whole_page, subscriber.incidents = scope.whole_page, scope.incidents
    subscriber.maintenance, subscriber.locale, subscriber.time_zone = scope.maintenance, locale, time_zone
    subscriber.save(update_fields=["whole_page", "incidents", "maintenance", "locale", "time_zone"])
    subscriber.groups.set(ComponentGroup.objects.filter(code__in=scope.groups))
    subscriber.components.set(Component.objects.filter(code__in=scope.components))
    subscriber.followed.exclude(incident__in=followed).delete()
    return subscriber


@transaction.atomic
def unsubscribe(subscriber: Subscriber, *, at: datetime | None = None) -> None:
    """Tell them nothing any more, from the next mail on."""
    Subscriber.objects.filter(pk=subscriber.pk, unsubscribed_at=None).update(unsubscribed_at=at or timezone.now())
    _drop_pending(subscriber)


@transaction.atomic
def suspend(subscriber: Subscriber, why: Subscriber.Suspension, *, at: datetime | None = None) -> None:
    """Stop telling an address that cannot be told, or does not want to be."""
    Subscriber.objects.filter(pk=subscriber.pk, suspended_at=None).update(
        suspended_at=at or timezone.now(), suspension=why
    )
    _drop_pending(subscriber)


@transaction.atomic
def resume(subscriber: Subscriber) -> None:
    """Lift a suspension."""
    Subscriber.objects.filter(pk=subscriber.pk).update(suspended_at=None, suspension="", strikes=0, failing_since=None)


@transaction.atomic
def remove(subscriber: Subscriber) -> None:
    """Forget somebody at once, with whatever was asked in their name."""
    mail = subscriber.channel == Channel.EMAIL
    asked = is_read_by(subscriber.address) if mail else is_at(subscriber.channel, subscriber.address)
    SignUp.objects.filter(asked).delete()
    erase([subscriber])


@transaction.atomic
def erase(subscribers: Iterable[Subscriber]) -> None:
    """Forget some; the ledger keeps that so many more were told, and not who."""
    gone = [one.pk for one in subscribers]
    lines = Delivery.objects.filter(subscriber__in=gone)
    lines.filter(state=PENDING).update(state=DROPPED)
    # The words of a server that refused mostly name whom.
    lines.exclude(last_error="").update(last_error="")
    Subscriber.objects.filter(pk__in=gone).delete()


@transaction.atomic
def unfollow(incident: str, *, most: int) -> int:
    """End that some follow an incident, and forget those who asked for nothing else; tells how many they were.

    Whoever is suspended is not forgotten: that is why nobody mails them.
    """
    ending = list(Followed.objects.filter(incident=incident).order_by("pk")[:most])
    # Whoever asks for more at this moment waits, and begins anew.
    followers = Subscriber.objects.select_for_update().filter(pk__in=[one.subscriber_id for one in ending])
    listening = [one.pk for one in followers if one.is_listening and not one.whole_page]
    Followed.objects.filter(pk__in=[one.pk for one in ending]).delete()
    erase(Subscriber.objects.filter(pk__in=listening, groups=None, components=None, followed=None))
    return len(ending)


def _subscribe(channel: str, address: str, scope: Scope, told: dict[str, str], *, at: datetime) -> Subscriber:
    known = _known(channel, address)
    subscriber = known or Subscriber(channel=channel, address=address)
    returning = known is None or known.unsubscribed_at is not None
    if returning:
        # One incident alone is followed until it is over; nothing of the rest was asked for.
        subscriber.whole_page, subscriber.incidents = scope.whole_page, scope.incidents
        subscriber.maintenance, subscriber.confirmed_at = scope.maintenance, at
        subscriber.unsubscribed_at = None
        for name, value in told.items():
            setattr(subscriber, name, value)
    else:
        subscriber.whole_page |= scope.whole_page
        if not scope.incident:
            subscriber.incidents |= scope.incidents
            subscriber.maintenance |= scope.maintenance
    subscriber.suspended_at, subscriber.suspension = None, ""
    subscriber.strikes, subscriber.failing_since = 0, None
    subscriber.save()
    if returning:
        subscriber.groups.clear()
        subscriber.components.clear()
        subscriber.followed.all().delete()
    subscriber.groups.add(*ComponentGroup.objects.filter(code__in=scope.groups))
    subscriber.components.add(*Component.objects.filter(code__in=scope.components))
    if scope.incident:
        Followed.objects.get_or_create(subscriber=subscriber, incident=scope.incident)
    return subscriber


def _known(channel: str, address: str) -> Subscriber | None:
    return Subscriber.objects.select_for_update().filter(is_at(channel, address)).first()


def _drop_pending(subscriber: Subscriber) -> None:
    subscriber.deliveries.filter(state=PENDING).update(state=DROPPED)
