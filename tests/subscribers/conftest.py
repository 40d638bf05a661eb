"""Subscribers, notices for them, and a mail server that takes what they are told."""

from __future__ import annotations

import re

import pytest
from django.core import mail

from statuspage.publishing.press import publish
from statuspage.subscribers.answering import answer_sign_ups
from statuspage.subscribers.models import Kind, Notice, Subscriber
from statuspage.subscribers.services import Scope, subscribe_verified
from tests.subscribers.mail_server import MailServer

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


@pytest.fixture
def make_subscribers(page):
    """Make as many subscribers as there are addresses, of the whole page unless something else is said."""

    def make(*addresses: str, **fields) -> list[Subscriber]:
        channel = {"channel": "email", **fields}
        return [Subscriber.objects.create(address=address, **channel) for address in addresses]

    return make


@pytest.fixture
def make_notice(page):
    """A notice with a short letter, due now."""

    def make(key: str = "update:abcdefghijkl", **fields) -> Notice:
        text = "Investigating: Slow answers\n\nSince \ue0000\ue000 answers are slow.\n.\nhttps://x/\ue001\nhttps://x/\ue002\n"
        letter = {"subject": "Investigating: Slow answers", "text": text, "html": f"<p>{text}</p>", "brief": "Slow."}
        said = {
            "kind": Kind.INCIDENT,
            "thread": "abcdefghijkl",
            "letters": {"en": letter},
            "moments": ["2026-11-21T09:00:00+00:00"],
            "url": "https://status.example.com/incidents/abcdefghijkl",
        }
        return Notice.objects.create(key=key, **said | fields)

    return make


@pytest.fixture
def mail_server(settings):
    """Start a mail server that behaves as told, and send mail to it."""
    servers = []

    def start(**options) -> MailServer:
        server = MailServer(**options)
        servers.append(server)
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.DEFAULT_FROM_EMAIL = "status@example.com"
        return server

    yield start
    for server in servers:
        server.close()


def links_in(letter) -> list[str]:
    """The addresses in the text of a letter."""
    return re.findall(r"https?://\S+", letter.body)


def path_in(letter, kind: str) -> str:
    """Where the link of a kind leads: confirm, manage or unsubscribe."""
    [found] = [re.sub(r"^https?://[^/]+", "", one) for one in links_in(letter) if f"/subscriptions/{kind}/" in one]
    return found


def told(address: str) -> Subscriber:
    return Subscriber.objects.get(address=address)
