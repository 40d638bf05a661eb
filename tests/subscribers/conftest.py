from __future__ import annotations

import re

import pytest
from django.core import mail

from statuspage.publishing.press import publish
from statuspage.subscribers.answering import answer_sign_ups
from statuspage.subscribers.models import Subscriber
from statuspage.subscribers.services import Scope, subscribe_verified

EVERYTHING = Scope(whole_page=True)


@pytest.fixture
def asking(page):
    """A form as the page sends it."""

    def form(email: str = "reader@example.com", **typed) -> dict[str, str | list[str]]:
        return {"channel": "email", "email": email, "what": "page", "incidents": "on", "maintenance": "on"} | typed

    return form


@pytest.fixture
def make_subscriber(page):
    """Somebody who confirmed already."""

    def make(address: str = "reader@example.com", *, channel: str = "email", scope: Scope = EVERYTHING, **told):
        return subscribe_verified(channel=channel, address=address, scope=scope, proof="Asked on paper.", **told)

    return make


@pytest.fixture
def mailed():
    """Answers whoever asked, and gives the letters that went out."""

    def answer() -> list:
        before = len(mail.outbox)
        answer_sign_ups()
        return mail.outbox[before:]

    return answer


@pytest.fixture
def published(page):
    """The public files, as they are when the test asks for them."""
    publish()
    return publish


def links_in(letter) -> list[str]:
    """The addresses in the text of a letter."""
    return re.findall(r"https?://\S+", letter.body)


def path_in(letter, kind: str) -> str:
    """Where the link of a kind leads: confirm, manage or unsubscribe."""
    [found] = [re.sub(r"^https?://[^/]+", "", one) for one in links_in(letter) if f"/subscriptions/{kind}/" in one]
    return found


def told(address: str) -> Subscriber:
    return Subscriber.objects.get(address=address)
