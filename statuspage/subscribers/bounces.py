"""What an ESP reports of mails that it took: bounces and complaints, by anymail's webhooks and its one signal."""

from __future__ import annotations

from typing import Any

from django.db.models.functions import Lower

from statuspage.subscribers.models import Channel, Subscriber
from statuspage.subscribers.services import suspend, unsubscribe
from statuspage.subscribers.settling import blame

Suspension = Subscriber.Suspension


def hear(sender: Any, event: Any, esp_name: str, **rest: Any) -> None:
    """Suspend an address that bounces for good or complains; one that leaves at the ESP leaves here as well."""
    same = Subscriber.objects.alias(lower=Lower("address")).filter(channel=Channel.EMAIL)
    for subscriber in same.filter(lower=str(event.recipient or "").lower()):
        if event.event_type == "complained":
            suspend(subscriber, Suspension.COMPLAINT)
        elif event.event_type == "unsubscribed":
            unsubscribe(subscriber)
        elif event.event_type in ("bounced", "rejected") and event.reject_reason in ("invalid", "bounced"):
            blame(subscriber.pk, subscriber.channel, at_once=event.reject_reason == "invalid")
