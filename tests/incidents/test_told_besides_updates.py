"""What subscribers are told and no update says: a reminder, another window. The desk shows who got it."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from statuspage.incidents.schedule import remind_of_maintenances
from statuspage.incidents.services import edit_incident, schedule_maintenance
from statuspage.subscribers import delivery
from statuspage.subscribers.models import Delivery, Notice
from statuspage.subscribers.services import Scope, subscribe_verified
from tests.conftest import NOW
from tests.incidents.desk import HTMX, url

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as travel:
        yield travel


@pytest.fixture
def work(make_component):
    """Planned work, some hours ahead, of which two people are told."""
    for address in ("a@example.com", "b@example.com"):
        scope = Scope(whole_page=True)
        subscribe_verified(channel="email", address=address, scope=scope, proof="Paper", at=NOW - HOUR)
    return schedule_maintenance(
        name="Upgrade",
        body="Slow for a while.",
        scheduled_for=NOW + 5 * HOUR,
        scheduled_until=NOW + 6 * HOUR,
        components=[make_component("API")],
        author=None,
    )


def move(work, *, later):
    edit_incident(
        work,
        name=work.name,
        impact=None,
        started_at=work.started_at,
        resolved_at=None,
        seen=work.version,
        scheduled_for=work.scheduled_for + later,
        scheduled_until=work.scheduled_until + later,
        notify=True,
    )


def ledger_of(notice):
    return reverse("subscribers:ledger", args=[notice.cause])


def test_the_page_of_the_work_shows_its_reminder_and_its_new_window_with_their_ledgers(desk, work, clock):
    assert "Also told" not in desk.get(url("incident", work.code)).text
    clock.shift(HOUR)
    move(work, later=HOUR)
    clock.move_to(NOW + 5 * HOUR)
    remind_of_maintenances(NOW + 5 * HOUR)
    delivery.fan_out()
    delivery.drain_mail()
    page = desk.get(url("incident", work.code)).text
    reminder, moved = Notice.objects.get(key__startswith="reminder:"), Notice.objects.get(key__startswith="change:")
    section = page[page.index("Also told") :]
    assert section.index("Starting soon") < section.index(ledger_of(reminder)) < section.index("Rescheduled")
    assert section.index("Rescheduled") < section.index(ledger_of(moved))
    assert section.count(">Told 2</a>") == 2


def test_a_reminder_that_somebody_missed_can_be_seen_and_tried_again(desk, work, clock):
    clock.move_to(NOW + 4 * HOUR)
    remind_of_maintenances(NOW + 4 * HOUR)
    delivery.fan_out()
    delivery.drain_mail()
    reminder = Notice.objects.get(key__startswith="reminder:")
    missed = Delivery.objects.filter(notice=reminder, subscriber__address="a@example.com")
    missed.update(state="failed", sent_at=None)
    assert "1 failed" in desk.get(url("incident", work.code)).text
    assert "Starting soon: Upgrade" in desk.get(ledger_of(reminder)).text
    desk.post(reverse("subscribers:tell", args=[reminder.cause]), {"act": "retry"})
    delivery.drain_mail()
    assert missed.get().state == "sent"


def test_a_page_that_is_open_already_comes_to_show_the_reminder(desk, work, clock):
    stamp = desk.get(url("incident", work.code)).context["stamp"]
    clock.move_to(NOW + 4 * HOUR)
    assert desk.get(url("incident", work.code), {"since": stamp}, **HTMX).status_code == 204
    remind_of_maintenances(NOW + 4 * HOUR)
    assert "Starting soon" in desk.get(url("incident", work.code), {"since": stamp}, **HTMX).text


def test_moving_the_work_often_costs_no_more_queries(desk, work, clock, django_assert_num_queries):
    move(work, later=HOUR)
    Notice.objects.update(fanned_out_at=NOW, counts={})
    desk.get(url("incident", work.code))
    with CaptureQueriesContext(connection) as asked:
        desk.get(url("incident", work.code))
    for _again in range(3):
        clock.shift(SECOND)
        work.refresh_from_db()
        move(work, later=HOUR)
    Notice.objects.update(fanned_out_at=NOW, counts={})
    with django_assert_num_queries(len(asked)):
        desk.get(url("incident", work.code))
