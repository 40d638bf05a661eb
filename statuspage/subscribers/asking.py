"""What strangers may ask for, and how often: nobody is mailed without end, and no network keeps others waiting."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from statuspage.publishing.models import StatusPage
from statuspage.subscribers import services
from statuspage.subscribers.models import SignUp, is_read_by

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

    For a mailbox beyond its own it is recorded all the same, as answered: neither what a stranger is told, nor what
    their network may ask for after that, tells of the mailbox.
    """
    # Counting and writing are two steps: one at a time, or many at once would all be the first.
    StatusPage.objects.select_for_update().get()
    now = timezone.now()
    _check_network(network, now)
    answers = SignUp.objects.filter(is_read_by(contact or address)).aggregate(lately=Count("pk", filter=_counts(now)))
    services.sign_up(
        network=network,
        channel=channel,
        address=address,
        contact=contact,
        answered=answers["lately"] >= PER_MAILBOX,
        **asked,
    )


def _counts(now: datetime) -> Q:
    """What counts against a mailbox: what was answered of late by a letter, or is to be."""
    return Q(created_at__gt=now - DAY) & (Q(due_at__isnull=False) | Q(mailed_at__isnull=False))


def _check_network(network: str, now: datetime) -> None:
    lately = SignUp.objects.filter(network=network, created_at__gt=now - HOUR).order_by("-created_at")
    counted = list(lately.values_list("created_at", flat=True)[:PER_NETWORK])
    if len(counted) == PER_NETWORK:
        raise TooManyFromNetwork(counted[-1] + HOUR - now)
