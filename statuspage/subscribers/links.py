"""What lets one person act on one subscription, without an account: a pass for one purpose, mailed to its address.

A pass is `CODE-MAC`: the MAC is derived from the row's own secret, so that it survives another SECRET_KEY and ends with
the row, and holds for its purpose alone.
"""

from __future__ import annotations

import base64
import hmac
import re
from datetime import datetime, timedelta
from typing import Protocol

from django.utils import timezone

from statuspage.subscribers.models import SignUp, Subscriber

CONFIRM, MANAGE, UNSUBSCRIBE = "confirm", "manage", "unsubscribe"
# Links to the preferences come with each mail, and old mails get forwarded: each holds for one to two of these.
MANAGE_FOR = timedelta(days=30)
# Whatever has another shape is nobody's, and is asked for nowhere.
PASS = re.compile(r"(?P<code>[a-z0-9]{12})-(?P<mac>[0-9a-f]{32})")


class HasSecret(Protocol):
    """A subscriber, or what the ledger knows of one."""

    @property
    def secret(self) -> str: ...


def mac(secret: str, purpose: str) -> str:
    """128 bits in hexadecimal, of one secret for one purpose."""
    return hmac.digest(secret.encode(), purpose.encode(), "sha256")[:16].hex()


def confirm_pass(sign_up: SignUp) -> str:
    """Confirms a sign-up, as long as it is there."""
    return f"{sign_up.code}-{mac(sign_up.secret, CONFIRM)}"


def unsubscribe_pass(code: str, secret: str) -> str:
    """Ends a subscription, for ever: a mail from last year must still be able to."""
    return f"{code}-{mac(secret, UNSUBSCRIBE)}"


def manage_pass(code: str, secret: str, at: datetime) -> str:
    """Opens the preferences for a while."""
    return f"{code}-{mac(secret, _manage(at))}"


def sign_up_of(given: str) -> SignUp | None:
    """The sign-up that a pass confirms."""
    if not (read := PASS.fullmatch(given)):
        return None
    found = SignUp.objects.filter(code=read["code"]).first()
    return found if found and hmac.compare_digest(read["mac"], mac(found.secret, CONFIRM)) else None


def subscriber_of(given: str, purpose: str, *, at: datetime | None = None) -> Subscriber | None:
    """The subscriber for whom a pass of this purpose, MANAGE or UNSUBSCRIBE, holds now."""
    at = at or timezone.now()
    if not (read := PASS.fullmatch(given)):
        return None
    found = Subscriber.objects.filter(code=read["code"]).first()
    purposes = [_manage(at), _manage(at - MANAGE_FOR)] if purpose == MANAGE else [purpose]
    valid = [mac(found.secret, one) for one in purposes] if found else []
    return found if any(hmac.compare_digest(read["mac"], one) for one in valid) else None


def signing_secret(subscriber: HasSecret) -> str:
    """With what the requests to a hook are signed: `whsec_` and 32 bytes in base64 (Standard Webhooks)."""
    key = hmac.digest(subscriber.secret.encode(), b"webhook", "sha256")
    return f"whsec_{base64.b64encode(key).decode()}"


def _manage(at: datetime) -> str:
    return f"{MANAGE} {int(at.timestamp() // MANAGE_FOR.total_seconds())}"
