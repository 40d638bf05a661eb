"""What strangers may ask for, and how often: nobody is mailed without end, and no network keeps others waiting."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from statuspage.publishing.models import StatusPage
from statuspage.subscribers import services
from statuspage.subscribers.models import Channel, SignUp

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PER_NETWORK = 5
PER_MAILBOX = 3


class TooManyFromNetwork(Exception):
    """One network asked for more than its share; `wait` says for how long it may not."""

    def __init__(self, wait: timedelta) -> None:
        self.wait = wait


@transaction.atomic
def ask(*, network: str, channel: str, address: str, contact: str = "", **asked: Any) -> None:
    """Record what a stranger asks for, within the limits.

    One mailbox beyond its own is not told of: an answer of its own would tell others about the mailbox.
    """
    # Counting and writing are two steps: one at a time, or many at once would all be the first.
    StatusPage.objects.select_for_update().get()
    now = timezone.now()
    _check_network(network, now)
    lately = to_mailbox(contact or address).filter(created_at__gt=now - DAY)
    if lately.count() < PER_MAILBOX:
        services.sign_up(network=network, channel=channel, address=address, contact=contact, **asked)


def to_mailbox(mailbox: str) -> QuerySet[SignUp]:
    """Whatever was asked for in the name of one mailbox: its own subscription, or hooks that it looks after."""
    same = SignUp.objects.alias(lower=Lower("address"))
    return same.filter(Q(channel=Channel.EMAIL, lower=mailbox.lower()) | Q(contact__iexact=mailbox))


def _check_network(network: str, now: datetime) -> None:
    lately = SignUp.objects.filter(network=network, created_at__gt=now - HOUR).order_by("-created_at")
    counted = list(lately.values_list("created_at", flat=True)[:PER_NETWORK])
    if len(counted) == PER_NETWORK:
        raise TooManyFromNetwork(counted[-1] + HOUR - now)
