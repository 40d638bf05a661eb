"""Whoever looks after a hook that is told no more hears of it by mail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from statuspage.subscribers.hook_letters import suspended_letter
from statuspage.subscribers.models import Subscriber
from statuspage.subscribers.services import suspend
from tests.subscribers.conftest import path_in
from tests.subscribers.hooks import AT, a_page, a_subscriber

SECRET_PATH = "https://hooks.example.com/services/T0/B0/secret"


@pytest.fixture
def letter(settings):
    """The letter that somebody gets."""
    settings.SITE_URL = "https://status.example.com"
    settings.DEFAULT_FROM_EMAIL = "status@example.com"

    def write(reason: str = "500 Oops", **fields):
        said = {"contact": "ops@example.com", "failing_since": AT - timedelta(days=5)} | fields
        return suspended_letter(a_subscriber("slack", SECRET_PATH, **said), a_page(), reason=reason, at=AT)

    return write


def bodies(letter) -> list[str]:
    return [letter.body, letter.alternatives[0][0]]


def test_it_says_which_hook_since_when_and_why(letter):
    told = letter(reason="500 Oops")
    assert told.to == ["ops@example.com"]
    assert told.subject == "Your hook at hooks.example.com is told no more"
    for body in bodies(told):
        for words in ("Slack", "hooks.example.com", "Nov 16, 2026 - 09:00 WET", "500 Oops", "Harbour Status"):
            assert words in body


def test_the_address_of_the_hook_stays_secret(letter):
    for body in bodies(letter()):
        assert "/services/" not in body


def test_it_leads_to_the_button_that_has_the_hook_told_again(client, make_subscriber, page, settings):
    settings.SITE_URL = "https://status.example.com"
    hook = make_subscriber(SECRET_PATH, channel="slack", contact="ops@example.com")
    suspend(hook, Subscriber.Suspension.ENDPOINT)
    told = suspended_letter(hook, page, reason="500 Oops", at=timezone.now())
    preferences = path_in(told, "manage")
    assert preferences in told.alternatives[0][0]
    assert "Tell me again" in client.get(preferences).text
    client.post(preferences, {"resume": "1"})
    assert Subscriber.objects.get().is_listening


def test_a_hook_that_said_it_is_gone_is_told_so(letter):
    for body in bodies(letter(failing_since=None, reason="410 Gone")):
        assert "answered that it is gone" in body
        assert "410 Gone" in body


def test_the_words_of_a_stranger_are_words(letter):
    told = letter(reason="500 <script>alert(1)</script> & more")
    assert "<script>" not in told.alternatives[0][0]
    assert "500 <script>alert(1)</script> & more" in told.body


def test_it_leaves_as_a_mail_that_nobody_answers_automatically(letter):
    assert letter().send() == 1
    sent = mail.outbox[0].message()
    assert sent["Auto-Submitted"] == "auto-generated"
    assert sent["From"] == "Harbour Status <status@example.com>"
    assert sent["Message-ID"] == letter().message()["Message-ID"]
    assert sent["Message-ID"].endswith("@example.com>")


def test_nobody_left_an_address_for_it(letter):
    assert letter(contact="") is None
