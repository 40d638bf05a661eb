"""At the desk: whom a publication reaches, how their mail will read, and whom it was told."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.urls import reverse

from postmortems import rendition as renditions
from postmortems.services import publish_postmortem
from postmortems.tasks import render_due
from statuspage.subscribers import delivery
from statuspage.subscribers.models import Notice
from statuspage.subscribers.services import Scope, subscribe_verified
from tests.conftest import NOW
from tests.incidents.desk import url as desk_url
from tests.postmortems.desk import page_of, text_of, url, value_of
from tests.postmortems.test_publish_postmortem import save

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW + HOUR, tick=False) as travel:
        yield travel


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(renditions, "to_pdf", lambda html, *, at, attachments: b"%PDF made")


@pytest.fixture
def draft(draft):
    """The draft of an incident of which two people and a program hear, and were told long ago."""
    Notice.objects.all().delete()
    for channel, address in (
        ("email", "a@example.com"),
        ("email", "b@example.com"),
        ("webhook", "https://hooks.example.net/1"),
    ):
        subscribe_verified(channel=channel, address=address, scope=Scope(whole_page=True), proof="Paper", at=NOW - HOUR)
    return draft


@pytest.fixture
def desk(client, staff):
    client.force_login(staff)
    return client


def publish(desk, draft, **said):
    address = url(draft.incident, "publish")
    return desk.post(address, {"seen": value_of(desk.get(address), "seen"), **said}, follow=True)


def deliver(clock):
    clock.shift(MINUTE)
    delivery.fan_out()
    delivery.drain_mail()


def without_passes(text):
    return re.sub(r'(/subscriptions/(?:unsubscribe|manage)/)[^\s"]+', r"\1…", text).replace("\r\n", "\n").rstrip("\n")


def test_the_last_look_says_whom_it_reaches_and_offers_to_tell_them(desk, draft):
    page = desk.get(url(draft.incident, "publish"))
    assert "Goes to 2 by email and 1 by webhook." in text_of(page)
    [box] = [one for one in page_of(page).iter("input") if one.get("name") == "notify"]
    assert box.get("checked") is not None


def test_unticked_it_is_published_and_told_to_nobody(desk, draft):
    assert "subscribers are told" not in text_of(publish(desk, draft))
    render_due()
    assert not Notice.objects.exists()


def test_of_a_minor_correction_nobody_is_said_to_be_told(desk, draft, clock):
    publish_postmortem(draft, author=None)
    render_due()
    deliver(clock)
    save(draft, lessons="Paint in summer.")
    told = text_of(publish(desk, draft, notify="on", minor="on", reason="A comma."))
    assert "Published." in told
    assert "subscribers are told" not in told


@pytest.mark.parametrize("revised", [False, True])
def test_the_mail_that_is_shown_is_the_mail_that_leaves(desk, draft, clock, revised):
    said = {"notify": "on"}
    if revised:
        publish_postmortem(draft, author=None, notify=False)
        save(draft, lessons="Paint in summer.")
        said["reason"] = "Another <lesson>."
    shown = desk.post(url(draft.incident, "letter"), said).context["letter"]
    publish(desk, draft, **said)
    render_due()
    deliver(clock)
    sent = mail.outbox[0]
    assert shown["subject"] == sent.subject
    assert without_passes(shown["text"]) == without_passes(sent.body)
    assert without_passes(shown["html"]) == without_passes(sent.alternatives[0][0])
    assert ("Another <lesson>." in sent.body) == revised


def test_the_editor_shows_how_the_telling_goes_and_lets_it_be_withdrawn(desk, draft, clock):
    assert "and subscribers are told after it" in text_of(publish(desk, draft, notify="on"))
    assert "Subscribers are told after that." in text_of(desk.get(url(draft.incident)))
    render_due()
    told = text_of(desk.get(url(draft.incident, "pdf")))
    assert "Goes to 2 by email and 1 by webhook in 10 s." in told
    desk.post(reverse("subscribers:tell", args=[Notice.objects.get().cause]), {"act": "withdraw"})
    deliver(clock)
    assert "Withdrawn: nobody is told." in text_of(desk.get(url(draft.incident)))
    assert mail.outbox == []


def test_the_incident_lists_it_among_what_was_told(desk, draft, clock):
    publish(desk, draft, notify="on")
    render_due()
    deliver(clock)
    told = text_of(desk.get(desk_url("incident", draft.incident.code)))
    assert "Also told Postmortem Told 2 , 1 to go" in told
    ledger = desk.get(reverse("subscribers:ledger", args=[Notice.objects.get().cause]))
    assert "Postmortem: Ships wait" in text_of(ledger)
    assert "a@example.com" in text_of(ledger)


def test_a_letter_is_shown_on_request_alone(desk, draft):
    assert desk.get(url(draft.incident, "letter")).status_code == 405
