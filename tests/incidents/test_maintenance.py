"""Scheduled maintenance: time enters as a commit."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError

from statuspage.components.status import Status
from statuspage.incidents.models import Incident
from statuspage.incidents.overview import overview
from statuspage.incidents.schedule import advance_maintenances
from statuspage.incidents.services import edit_incident, post_update, schedule_maintenance
from statuspage.publishing import store
from statuspage.publishing.press import publish
from tests.conftest import NOW

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def api(make_component):
    return make_component("API")


@pytest.fixture
def maintenance(api):
    return schedule_maintenance(
        name="Database upgrade",
        body="Orders pause for a few minutes.",
        scheduled_for=NOW + HOUR,
        scheduled_until=NOW + 2 * HOUR,
        components=[api],
        author=None,
        at=NOW,
    )


def timeline(maintenance):
    return [(update.status, update.display_at) for update in reversed(maintenance.timeline())]


def test_nothing_happens_before_its_time(maintenance):
    advance_maintenances(NOW + HOUR - timedelta(seconds=1))
    assert timeline(maintenance) == [("scheduled", NOW)]


def test_the_clock_starts_it_and_its_components_go_under_maintenance(maintenance, api):
    advance_maintenances(NOW + HOUR)
    assert overview(NOW + HOUR).status_of(api) == Status.UNDER_MAINTENANCE
    assert [one.incident for one in overview(NOW + HOUR).active] == [maintenance]


def test_the_clock_completes_it_and_its_components_work_again(maintenance, api):
    advance_maintenances(NOW + HOUR)
    advance_maintenances(NOW + 2 * HOUR)
    maintenance.refresh_from_db()
    assert (maintenance.status, maintenance.resolved_at) == ("completed", NOW + 2 * HOUR)
    assert overview(NOW + 2 * HOUR).status_of(api) == Status.OPERATIONAL


def test_one_whose_start_and_end_passed_while_nothing_ran_is_completed_in_order_once(maintenance):
    late = NOW + 30 * HOUR
    for _ in range(3):
        advance_maintenances(late)
    assert timeline(maintenance) == [
        ("scheduled", NOW),
        ("in_progress", NOW + HOUR),
        ("completed", NOW + 2 * HOUR),
    ]


def test_old_news_is_recorded_and_nobody_is_told(maintenance):
    advance_maintenances(NOW + HOUR)
    advance_maintenances(NOW + 30 * HOUR)
    assert [update.notified for update in reversed(maintenance.timeline())] == [True, True, False]


def test_staff_may_be_earlier_than_the_clock(maintenance):
    post_update(maintenance, status="in_progress", body="Early.", affected={}, author=None, at=NOW)
    post_update(maintenance, status="completed", body="Done.", affected={}, author=None, at=NOW + HOUR / 2)
    advance_maintenances(NOW + 3 * HOUR)
    assert [status for status, _ in timeline(maintenance)] == ["scheduled", "in_progress", "completed"]


def test_the_clock_leaves_alone_what_staff_run_by_hand(api):
    by_hand = schedule_maintenance(
        name="By hand",
        body="We start it ourselves.",
        scheduled_for=NOW,
        scheduled_until=NOW + HOUR,
        components=[api],
        author=None,
        runs_by_clock=False,
        at=NOW,
    )
    advance_maintenances(NOW + 2 * HOUR)
    assert [status for status, _ in timeline(by_hand)] == ["scheduled"]


def test_a_window_that_ends_before_it_starts_is_refused(api):
    with pytest.raises(ValidationError, match="must end after it starts"):
        schedule_maintenance(
            name="Backwards",
            body="No.",
            scheduled_for=NOW,
            scheduled_until=NOW,
            components=[],
            author=None,
        )


def test_completing_maintenance_does_not_repair_what_an_incident_breaks(maintenance, api, make_incident):
    make_incident({api: Status.MAJOR_OUTAGE})
    advance_maintenances(NOW + 3 * HOUR)
    assert overview(NOW + 3 * HOUR).status_of(api) == Status.MAJOR_OUTAGE


def test_one_that_somebody_reopens_after_its_end_stays_open(maintenance):
    advance_maintenances(NOW + 2 * HOUR)
    post_update(maintenance, status="in_progress", body="Not yet.", affected={}, author=None, at=NOW + 3 * HOUR)
    advance_maintenances(NOW + 3 * HOUR)
    maintenance.refresh_from_db()
    assert maintenance.is_open
    assert not maintenance.runs_by_clock


def test_one_that_somebody_postpones_is_not_begun_again_at_once(maintenance):
    advance_maintenances(NOW + HOUR)
    post_update(maintenance, status="scheduled", body="Not today.", affected={}, author=None, at=NOW + HOUR)
    advance_maintenances(NOW + HOUR)
    assert [status for status, _ in timeline(maintenance)] == ["scheduled", "in_progress", "scheduled"]


def test_one_that_is_postponed_after_it_began_says_nothing_of_its_components(maintenance, api):
    advance_maintenances(NOW + HOUR)
    post_update(maintenance, status="scheduled", body="Not today.", affected={}, author=None, at=NOW + HOUR)
    assert overview(NOW + HOUR).status_of(api) == Status.OPERATIONAL
    post_update(maintenance, status="in_progress", body="Now.", affected={}, author=None, at=NOW + HOUR)
    assert overview(NOW + HOUR).status_of(api) == Status.UNDER_MAINTENANCE


def test_a_window_that_is_past_already_is_refused(api):
    said = {"name": "Nightly work", "body": "It was short.", "components": [api], "author": None, "at": NOW}
    for until in (NOW - HOUR, NOW):
        with pytest.raises(ValidationError, match=r"over already.* record it as a past incident") as refusal:
            schedule_maintenance(scheduled_for=NOW - 2 * HOUR, scheduled_until=until, **said)
        assert list(refusal.value.message_dict) == ["scheduled_until"]
    assert schedule_maintenance(scheduled_for=NOW - HOUR, scheduled_until=NOW + HOUR, **said).is_upcoming


def test_work_announced_after_it_was_done_can_be_corrected(api):
    maintenance = schedule_maintenance(
        name="Nightly werk",
        body="It was short.",
        scheduled_for=NOW - 2 * HOUR,
        scheduled_until=NOW - HOUR,
        components=[api],
        author=None,
        at=NOW - 3 * HOUR,
    )
    advance_maintenances(NOW)
    # As an import may tell it.
    Incident.objects.update(started_at=NOW)
    maintenance.refresh_from_db()
    edit_incident(
        maintenance,
        name="Nightly work",
        impact=None,
        started_at=maintenance.started_at,
        resolved_at=maintenance.resolved_at,
        scheduled_for=maintenance.scheduled_for,
        scheduled_until=maintenance.scheduled_until,
        seen=maintenance.version,
        at=NOW,
    )
    maintenance.refresh_from_db()
    assert (maintenance.name, maintenance.resolved_at) == ("Nightly work", NOW - HOUR)


def test_a_window_that_passed_without_anybody_beginning_is_said_to_have_passed(api, client, staff):
    said = {"body": "No.", "components": [api], "author": None, "at": NOW}
    schedule_maintenance(name="Missed", scheduled_for=NOW, scheduled_until=NOW + HOUR, runs_by_clock=False, **said)
    client.force_login(staff)
    for moment, told in ((NOW + 30 * MINUTE, False), (NOW + HOUR + MINUTE, True)):
        with time_machine.travel(moment, tick=False):
            publish()
            assert (b"window has passed" in store.find("/")) == told
            assert ("window has passed" in client.get("/desk/").text) == told
