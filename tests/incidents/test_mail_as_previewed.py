"""The mail that is shown before posting is the mail that leaves, but for the links that there are only then."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from statuspage.components.status import Status
from statuspage.incidents.services import schedule_maintenance
from statuspage.subscribers import delivery
from statuspage.subscribers.services import Scope, subscribe_verified
from tests.conftest import NOW
from tests.incidents.desk import declaration, pick, url

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as travel:
        yield travel


@pytest.fixture
def reader(page):
    return subscribe_verified(
        channel="email", address="a@example.com", scope=Scope(whole_page=True), proof="Paper", at=NOW - HOUR
    )


@pytest.fixture
def api(make_component):
    return make_component("API", group="Core")


@pytest.fixture
def previewed_and_posted(desk, reader):
    """Looks at the mail of a form, posts that form, and gives the mail as it was shown and as it left."""

    def both(address, typed, *, incident=None):
        shown = desk.post(url("letter"), typed | ({"incident": incident.code} if incident else {})).context["letter"]
        assert desk.post(address, typed).status_code == 302
        with time_machine.travel(timezone.now() + timedelta(minutes=1), tick=False):
            delivery.fan_out()
            delivery.drain_mail()
        [sent] = mail.outbox
        [(html, _kind)] = sent.alternatives
        told = {"subject": sent.subject, "text": sent.body, "html": html}
        return [{part: without_links(one[part]) for part in told} for one in (shown, told)]

    return both


def without_links(text):
    """The text without passes, and without the code of an incident that is not declared yet."""
    for kind in ("unsubscribe", "manage"):
        text = re.sub(rf'(/subscriptions/{kind}/)[^\s"]+', r"\1…", text)
    return re.sub(r"(/incidents/)[a-z0-9]{12}", r"\1…", text).replace("\r\n", "\n").rstrip("\n")


def test_an_incident_that_is_declared(previewed_and_posted, api, make_component):
    website = make_component("Website")
    typed = declaration(name="Slow  <b>", body="A *queue*\r\nis full.  \r\n")
    shown, sent = previewed_and_posted(url("declare"), typed | pick(website, "operational") | pick(api, "major_outage"))
    assert shown == sent
    assert "Core - API: Major outage" in sent["text"]


def test_an_update_that_shows_another_time(previewed_and_posted, api, make_incident, clock):
    incident = make_incident({api: Status.MAJOR_OUTAGE}, notify=False)
    clock.shift(HOUR)
    typed = {"status": "identified", "body": "Found.", "notify": "on", "shown_at": "2026-11-21T09:30"}
    shown, sent = previewed_and_posted(url("post_update", incident.code), typed, incident=incident)
    assert shown == sent
    assert "09:30" in sent["text"]


def test_a_resolution_that_repairs_what_was_broken(previewed_and_posted, api, make_incident):
    incident = make_incident({api: Status.MAJOR_OUTAGE}, notify=False)
    typed = {"status": "resolved", "body": "Mended.", "notify": "on"}
    shown, sent = previewed_and_posted(url("post_update", incident.code), typed, incident=incident)
    assert shown == sent
    assert "Core - API: Operational" in sent["text"]


def test_an_update_beside_an_incident_that_says_worse(previewed_and_posted, api, make_incident):
    make_incident({api: Status.MAJOR_OUTAGE}, name="Worse", notify=False)
    incident = make_incident({api: Status.PARTIAL_OUTAGE}, notify=False)
    typed = {"status": "resolved", "body": "Mended.", "notify": "on"}
    shown, sent = previewed_and_posted(url("post_update", incident.code), typed, incident=incident)
    assert shown == sent
    assert "Core - API: Major outage" in sent["text"]


def test_work_that_is_planned(previewed_and_posted, api, make_component, make_incident):
    make_incident({api: Status.PARTIAL_OUTAGE}, notify=False)
    times = {"scheduled_for": "2026-11-22T09:30", "scheduled_until": "2026-11-22T11:00"}
    typed = declaration(name="Upgrade", components=[make_component("Website").code, api.code]) | times
    shown, sent = previewed_and_posted(url("schedule"), typed)
    assert shown == sent
    assert "Planned from Nov 22, 2026" in sent["text"]
    # What another incident says of it is no part of the plan.
    assert "- Core - API\n" in sent["text"]


def test_work_that_begins(previewed_and_posted, api, make_component):
    work = schedule_maintenance(
        name="Upgrade",
        body="Slow for a while.",
        scheduled_for=NOW + HOUR,
        scheduled_until=NOW + 2 * HOUR,
        components=[api],
        author=None,
        notify=False,
    )
    typed = {"status": "in_progress", "body": "It begins.", "notify": "on"} | pick(api, "under_maintenance")
    shown, sent = previewed_and_posted(url("post_update", work.code), typed, incident=work)
    assert shown == sent
    assert "Planned from Nov 21, 2026" in sent["text"]


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"incident": "nonsense", "status": "nonsense"},
        {"scheduled_for": "tomorrow", "scheduled_until": "", "components": "nonsense"},
        {"scheduled_for": "2026-11-22T11:00", "scheduled_until": "2026-11-22T09:00"},
        {"name": "\0", "body": ">" * 500, "status": "resolved"},
    ],
)
def test_a_form_that_is_not_finished_has_a_mail_as_well(desk, typed):
    assert desk.post(url("letter"), typed).status_code == 200


def test_a_resolution_that_would_leave_something_broken_shows_what_was_typed(desk, api, make_incident):
    incident = make_incident({api: Status.MAJOR_OUTAGE}, notify=False)
    typed = {"incident": incident.code, "status": "resolved", "body": "Mended."} | pick(api, "partial_outage")
    assert "Core - API: Partial outage" in desk.post(url("letter"), typed).context["letter"]["text"]
