"""What an ESP reports of mails that it took: bounces and complaints, by anymail's webhooks and its one signal."""

from __future__ import annotations

import re
from typing import Any

from django.db.models.functions import Lower

from statuspage.subscribers.models import Channel, Subscriber
from statuspage.subscribers.services import suspend, unsubscribe
from statuspage.subscribers.settling import blame

Suspension = Subscriber.Suspension
# “HardBounce”, “hard_bounce”, “Permanent: General”, or what the other server said of the address (RFC 3463).
HARD = re.compile(r"\bhard[ _-]?bounce|\bpermanent\b|\b5\.1\.(?:1|2|3|6|10)\b", re.I)


def hear(sender: Any, event: Any, esp_name: str, **rest: Any) -> None:
    """Suspend an address that bounces for good or complains; one that leaves at the ESP leaves here as well."""
    same = Subscriber.objects.alias(lower=Lower("address")).filter(channel=Channel.EMAIL)
    for subscriber in same.filter(lower=str(event.recipient or "").lower()):
        if event.event_type == "complained":
            suspend(subscriber, Suspension.COMPLAINT)
        elif event.event_type == "unsubscribed":
            unsubscribe(subscriber)
        elif event.event_type in ("bounced", "rejected") and event.reject_reason in ("invalid", "bounced"):
            blame(subscriber.pk, subscriber.channel, at_once=event.reject_reason == "invalid" or _is_for_good(event))
        elif event.event_type == "delivered":
            # That the ESP took the mail has proved nothing.
            Subscriber.objects.filter(pk=subscriber.pk, strikes__gt=0).update(strikes=0, failing_since=None)


def _is_for_good(event: Any) -> bool:
    """Whether the ESP calls a bounce hard: anymail has one reason for both, each ESP its own place for the word."""
    own = event.esp_event if isinstance(event.esp_event, dict) else {}
    words = (event.description, event.mta_response, own.get("Type"), own.get("event"))
    return any(HARD.search(str(word or "")) for word in words)
