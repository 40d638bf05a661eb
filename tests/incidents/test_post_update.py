"""Posting an update: what it changes, and what it leaves alone."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from statuspage.components.status import Status
from statuspage.incidents.models import Incident
from statuspage.incidents.services import open_incident, post_update, schedule_maintenance
from statuspage.publishing import store
from tests.conftest import NOW

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


def post(incident, status="identified", *, minutes=1, body="Found.", affected=None, **said):
    update = post_update(
        incident,
        status=status,
        body=body,
        affected=affected or {},
        author=None,
        at=NOW + minutes * MINUTE,
        **said,
    )
    incident.refresh_from_db()
    return update


def test_an_incident_is_born_with_its_first_update(make_incident):
    incident = make_incident()
    assert [update.status for update in incident.updates.all()] == [incident.status] == ["investigating"]


def test_any_status_may_follow_any_other_and_is_the_incidents_own(make_incident):
    incident = make_incident()
    for minutes, status in enumerate(["monitoring", "investigating", "resolved", "identified", "resolved"], 1):
        post(incident, status, minutes=minutes)
        assert incident.status == status == incident.timeline()[0].status
        assert incident.is_open == (status != "resolved")


def test_a_later_update_reopens_a_resolved_incident(make_incident):
    incident = make_incident(status="resolved", body="Over already.")
    assert incident.resolved_at == NOW
    post(incident, "investigating")
    assert incident.resolved_at is None


def test_backdating_never_changes_which_update_is_last(make_incident):
    incident = make_incident(started_at=NOW - 9 * MINUTE)
    post(incident, "monitoring", minutes=5)
    post(incident, "identified", minutes=6, shown_at=NOW - MINUTE)
    assert incident.status == "identified"
    assert [update.status for update in incident.timeline()] == ["identified", "monitoring", "investigating"]


@pytest.mark.parametrize("status", ["identified", "resolved"])
def test_no_update_shows_a_time_before_the_incident_began(make_incident, status):
    incident = make_incident()
    with pytest.raises(ValidationError, match=r"began on Nov 21, 2026 - 09:00 WET.* change “Began” under “Edit facts”"):
        post(incident, status, shown_at=NOW - MINUTE)
    incident.refresh_from_db()
    assert incident.is_open
    assert incident.updates.count() == 1


def test_the_minute_in_which_it_began_is_not_before_it(make_incident):
    incident = make_incident(started_at=NOW - 20 * SECOND, at=NOW)
    assert post(incident, "resolved", shown_at=NOW - MINUTE).display_at == incident.resolved_at == NOW - 20 * SECOND


def test_no_update_of_a_maintenance_is_older_than_its_announcement(make_component):
    window = {"scheduled_for": NOW + 60 * MINUTE, "scheduled_until": NOW + 90 * MINUTE}
    paint = schedule_maintenance(name="Paint", body="Wet.", **window, components=[], author=None, at=NOW)
    with pytest.raises(ValidationError, match="announced on Nov 21, 2026 - 09:00 WET"):
        post(paint, "in_progress", shown_at=NOW - MINUTE)


def test_the_order_of_posting_survives_clocks_that_disagree(make_incident):
    incident = make_incident()
    post(incident, "monitoring", minutes=5)
    post(incident, "resolved", minutes=3)
    assert [update.status for update in incident.timeline()] == ["resolved", "monitoring", "investigating"]


def test_closing_returns_what_the_incident_broke_to_operational(make_component, make_incident):
    api, web = make_component("API"), make_component("Web")
    incident = make_incident({api: Status.MAJOR_OUTAGE, web: Status.DEGRADED_PERFORMANCE})
    update = post(incident, "resolved")
    assert {one.component: one.new_status for one in update.affected.all()} == {
        api: Status.OPERATIONAL,
        web: Status.OPERATIONAL,
    }


def test_a_closing_update_cannot_leave_a_component_broken(make_component, make_incident):
    api = make_component("API")
    incident = make_incident({api: Status.MAJOR_OUTAGE})
    with pytest.raises(ValidationError, match="cannot leave API broken"):
        post(incident, "resolved", affected={api: Status.DEGRADED_PERFORMANCE})


def test_an_update_keeps_what_components_were_called_and_how_they_were(make_component, make_incident):
    api = make_component("API", group="Shop")
    make_incident({api: Status.PARTIAL_OUTAGE})
    update = post(make_incident(), affected={api: Status.MAJOR_OUTAGE})
    api.name = "Programming interface"
    api.save()
    [mention] = update.affected.all()
    assert (mention.name, mention.old_status, mention.new_status) == (
        "Shop - API",
        Status.PARTIAL_OUTAGE,
        Status.MAJOR_OUTAGE,
    )


@pytest.mark.parametrize(
    ("status", "impact"),
    [
        ("operational", "none"),
        ("degraded_performance", "minor"),
        ("partial_outage", "major"),
        ("major_outage", "critical"),
    ],
)
def test_impact_follows_the_worst_that_was_said(make_component, make_incident, status, impact):
    api = make_component("API")
    incident = make_incident({api: status})
    assert incident.impact == impact
    post(incident, "resolved")
    assert incident.impact == impact


def test_an_override_of_the_impact_stays(make_component, make_incident):
    api = make_component("API")
    incident = make_incident({api: Status.MAJOR_OUTAGE}, impact="minor")
    post(incident, affected={api: Status.PARTIAL_OUTAGE})
    assert (incident.impact, incident.impact_override) == ("minor", "minor")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"status": "completed"}, "status"),
        ({"body": " \n"}, "body"),
        ({"body": "[" * 60}, "body"),
        ({"shown_at": NOW + timedelta(days=1)}, "shown_at"),
    ],
)
def test_bad_input_is_refused_with_a_sentence_at_its_field(make_incident, said, field):
    incident = make_incident()
    with pytest.raises(ValidationError) as refusal:
        post(incident, **said)
    assert list(refusal.value.message_dict) == [field]
    assert incident.updates.count() == 1


def test_a_name_of_blanks_is_refused(page):
    with pytest.raises(ValidationError, match="name"):
        open_incident(name=" ", status="investigating", body="Hm.", affected={}, author=None)
    assert not Incident.objects.exists()


def test_the_public_pages_are_written_before_the_caller_goes_on(make_incident, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        incident = make_incident(name="Slow answers")
    with django_capture_on_commit_callbacks(execute=True):
        post(incident, body="It was the cache.")
    for location in ("/", incident.path):
        assert b"It was the cache." in store.find(location)


def test_a_publish_that_fails_does_not_lose_the_update(
    make_incident, django_capture_on_commit_callbacks, settings, tmp_path
):
    blocked = tmp_path / "a-file"
    blocked.write_text("not a directory")
    settings.PUBLIC_ROOT = blocked
    with django_capture_on_commit_callbacks(execute=True):
        incident = make_incident()
    assert Incident.objects.get() == incident
