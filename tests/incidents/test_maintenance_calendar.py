"""Scheduled maintenance in readers' own calendars."""

from datetime import UTC, datetime, timedelta

import icalendar
import pytest
import time_machine

from statuspage.incidents.services import edit_incident, edit_update, post_update, schedule_maintenance
from statuspage.publishing import store
from statuspage.publishing.press import publish, publish_at_once, publish_owed
from tests.conftest import NOW
from tests.incidents.feeds import events

HOUR = timedelta(hours=1)
DAY = 24 * HOUR


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW + 3 * HOUR, tick=False):
        yield


@pytest.fixture
def plan(page):
    def schedule(name="New paint", *, start=NOW + DAY, body="Wet.", components=()):
        return schedule_maintenance(
            name=name,
            body=body,
            scheduled_for=start,
            scheduled_until=start + HOUR,
            components=components,
            author=None,
            at=min(NOW, start),
        )

    return schedule


def test_an_event_tells_what_when_and_where_to_read_on(page, plan, make_component):
    page.time_zone = "Asia/Tokyo"
    page.save()
    maintenance = plan(body="Wet; *do not* touch,\nplease.", components=[make_component("Berths", group="Harbour")])
    publish()
    (event,) = events()
    assert event["SUMMARY"] == "Harbour: New paint"
    assert event["DESCRIPTION"] == (
        "Wet; *do not* touch,\nplease.\n\nThis scheduled maintenance affects: Harbour (Berths)."
    )
    assert (event.start, event.end) == (datetime(2026, 11, 22, 9, tzinfo=UTC), datetime(2026, 11, 22, 10, tzinfo=UTC))
    assert event["URL"].endswith(maintenance.path)
    assert event["UID"] == f"{maintenance.code}@{page.code}"
    assert b"DTSTART:20261122T090000Z\r\n" in store.find("/maintenance.ics")


def test_every_change_raises_the_sequence_and_keeps_the_uid(plan):
    maintenance, seen = plan(), []

    def look():
        publish()
        (event,) = events()
        seen.append((event["UID"], event["SEQUENCE"], event["LAST-MODIFIED"].dt))

    look()
    update = post_update(maintenance, status="scheduled", body="Still.", affected={}, author=None, at=NOW + HOUR)
    look()
    edit_update(update, body="Corrected.", seen=0, editor=None, at=NOW + HOUR)
    look()
    window = {"scheduled_for": NOW + 2 * DAY, "scheduled_until": NOW + 3 * DAY}
    told = {"name": "Later", "impact": None, "started_at": NOW, "resolved_at": None}
    maintenance.refresh_from_db()
    edit_incident(maintenance, seen=maintenance.version, **told, **window, at=NOW + 2 * HOUR)
    look()
    assert len({uid for uid, _, _ in seen}) == 1
    sequences = [sequence for _, sequence, _ in seen]
    assert sequences == sorted(set(sequences))
    assert [moment for *_, moment in seen] == [NOW, NOW + HOUR, NOW + HOUR, NOW + 2 * HOUR]


def test_what_is_over_before_its_window_was_called_off(plan):
    for name, at in (("Called off", NOW + HOUR), ("Done early", NOW + DAY + HOUR / 2)):
        maintenance = plan(name)
        post_update(maintenance, status="completed", body="Over.", affected={}, author=None, at=at)
    plan("Planned")
    publish()
    told = {event["SUMMARY"].removeprefix("Harbour: "): event["STATUS"] for event in events()}
    assert told == {"Called off": "CANCELLED", "Done early": "CONFIRMED", "Planned": "CONFIRMED"}


def test_the_past_goes_back_a_year_and_incidents_are_left_out(plan, make_incident):
    for days in (1, 300, 400):
        plan(f"{days} days ago", start=NOW - days * DAY)
    make_incident()
    publish()
    assert [event["SUMMARY"] for event in events()] == ["Harbour: 300 days ago", "Harbour: 1 days ago"]


def test_a_calendar_of_nothing_is_still_a_calendar(page):
    publish()
    assert events() == []
    calendar = icalendar.Calendar.from_ical(store.find("/maintenance.ics"))
    assert (calendar["VERSION"], calendar["METHOD"]) == ("2.0", "PUBLISH")
    assert calendar["X-WR-CALNAME"] == calendar["NAME"] == "Harbour Status - Scheduled Maintenance"


def test_a_component_has_a_calendar_of_its_own(plan, make_component):
    berths, web = make_component("Berths"), make_component("Website")
    publish()
    publish_at_once(plan("Quays", components=[berths]))
    plan("Pixels", components=[web])
    publish_owed()
    assert [event["SUMMARY"] for event in events(f"/components/{berths.code}/maintenance.ics")] == ["Harbour: Quays"]


def test_long_and_foreign_words_are_folded_between_characters(plan):
    plan("波止場の塗装" * 20, body="🚢" * 300 + "\n" + "ü" * 300)
    publish()
    (event,) = events()
    assert event["SUMMARY"] == "Harbour: " + "波止場の塗装" * 20
    assert event["DESCRIPTION"] == "🚢" * 300 + "\n" + "ü" * 300
    for line in store.find("/maintenance.ics").split(b"\r\n"):
        line.decode()


def test_the_queries_do_not_grow_with_the_number_of_events(plan, make_component, django_assert_num_queries):
    from statuspage.incidents.maintenance_calendar import calendar
    from statuspage.incidents.selection import Selection
    from statuspage.publishing.models import StatusPage

    part = make_component(group="Harbour")
    for number in range(12):
        plan(f"Number {number}", components=[part])
    page = StatusPage.objects.get()
    with django_assert_num_queries(6):
        calendar(Selection(kind="maintenance"), page, location="/maintenance.ics")
