"""The past in days and months, cut in the page's own time zone."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from statuspage.incidents.history import Month, midnight, month_days, months, recent_days
from statuspage.incidents.services import backfill_incident, edit_incident, post_update
from statuspage.publishing import store
from statuspage.publishing.models import Owed
from statuspage.publishing.press import publish, publish_at_once, publish_owed
from tests.conftest import NOW

LISBON, AUCKLAND = ZoneInfo("Europe/Lisbon"), ZoneInfo("Pacific/Auckland")


@pytest.fixture
def make_past(make_incident):
    def make(ended: datetime, name="Over"):
        return make_incident(name=name, status="resolved", body="Over.", at=ended)

    return make


def test_the_last_fourteen_days_are_all_told_today_first(make_past):
    make_past(NOW - timedelta(days=2), "Two days ago")
    make_past(NOW - timedelta(days=14), "Too long ago")
    days = recent_days(NOW, LISBON)
    assert [day.day for day in days] == [date(2026, 11, 21) - timedelta(days=back) for back in range(14)]
    assert {day.day: [one.name for one in day.incidents] for day in days if day.incidents} == {
        date(2026, 11, 19): ["Two days ago"]
    }


def test_a_day_begins_at_the_pages_own_midnight(make_past):
    make_past(datetime(2026, 11, 20, 11, 30, tzinfo=UTC))
    [day] = month_days(Month(2026, 11), AUCKLAND)
    assert day.day == date(2026, 11, 21)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 7, 1), 24)])
def test_days_are_as_long_as_the_clocks_make_them(day, hours):
    length = midnight(day + timedelta(days=1), LISBON) - midnight(day, LISBON)
    assert length == timedelta(hours=hours)


def test_every_month_since_the_first_end_has_a_page(make_past):
    make_past(datetime(2026, 8, 31, 23, 30, tzinfo=UTC))
    assert months(NOW, LISBON) == [Month(2026, 11), Month(2026, 10), Month(2026, 9)]


def test_an_empty_history_has_the_page_of_this_month(page):
    assert months(NOW, LISBON) == [Month(2026, 11)]


@time_machine.travel(NOW + timedelta(days=40), tick=False)
def test_an_incident_that_is_reopened_leaves_the_month_it_ended_in(make_past, django_capture_on_commit_callbacks):
    incident = make_past(NOW, "Back again")
    publish()
    assert b"Back again" in store.find("/history/2026-11")
    with django_capture_on_commit_callbacks(execute=True):
        post_update(incident, status="investigating", body="It is back.", affected={}, author=None)
    told = store.find("/history/2026-11")
    assert b"still open" in told
    assert b"Resolved" not in told
    assert b"Back again" in store.find("/")


def links_of(location):
    return set(re.findall(r'href="(/history[^"]*)"', store.find(location).decode()))


@time_machine.travel(NOW, tick=False)
def test_every_month_that_the_history_links_is_there_after_a_backfill(page, django_capture_on_commit_callbacks):
    publish()
    with django_capture_on_commit_callbacks(execute=True):
        backfill_incident(
            name="Long ago",
            body="It broke.",
            resolution="It was mended.",
            started_at=NOW - timedelta(days=130),
            resolved_at=NOW - timedelta(days=129),
            affected={},
            author=None,
        )
    publish_owed()
    assert "/history/2026-07" in links_of("/history")
    assert all(store.find(location) for location in links_of("/history") | links_of("/history/2026-10"))
    assert "/history/2026-07" in links_of("/history/2026-08")


@time_machine.travel(NOW, tick=False)
def test_an_incident_whose_end_was_corrected_leaves_its_month_when_it_is_reopened(make_past):
    make_past(NOW - timedelta(days=100), "Older still")
    incident = make_past(NOW)
    edit_incident(
        incident,
        name="Corrected",
        impact=None,
        started_at=NOW - timedelta(days=90),
        resolved_at=NOW - timedelta(days=80),
        seen=incident.version,
    )
    publish()
    assert b"Corrected" in store.find("/history/2026-09")
    post_update(incident, status="investigating", body="It is back.", affected={}, author=None)
    publish_owed()
    assert b"Corrected" not in store.find("/history/2026-09")


def test_an_end_in_the_present_month_does_not_have_everything_published_anew(make_past):
    make_past(NOW)
    assert not Owed.objects.filter(model="").exists()


def test_publishing_an_incident_asks_as_much_after_many_updates_as_after_few(make_incident):
    incident = make_incident()
    asked = []
    for count in (2, 20):
        for number in range(count):
            said = {"status": "identified", "body": f"More: {number}.", "affected": {}, "author": None}
            post_update(incident, at=NOW + timedelta(minutes=number), **said)
        with CaptureQueriesContext(connection) as queries:
            publish_at_once(incident)
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_publishing_one_incident_asks_as_much_in_a_long_history_as_in_a_short_one(make_past):
    asked = []
    for count in (12, 36):
        for number in range(count):
            incident = make_past(NOW - timedelta(days=10 * number))
        with CaptureQueriesContext(connection) as queries:
            publish_at_once(incident)
        asked.append(len(queries))
    assert asked[0] == asked[1]
