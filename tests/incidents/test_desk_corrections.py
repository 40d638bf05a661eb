"""Putting right at the desk what was said, by one or by two."""

from datetime import UTC, datetime, timedelta

from django.utils import timezone

from statuspage.incidents.services import post_update, schedule_maintenance
from statuspage.publishing import store
from tests.conftest import NOW
from tests.incidents.desk import url


def test_a_new_wording_is_public_and_so_is_the_old(desk, staff, make_incident, commits):
    incident = make_incident()
    update = incident.timeline()[0]
    with commits():
        desk.post(url("edit_update", incident.code, update.code), {"body": "Better said.", "seen": 0})
    revision = update.revisions.get()
    assert (revision.body, revision.editor) == ("We are looking.", staff)
    assert b"Better said." in store.find(incident.path)


def test_saving_a_text_that_nobody_touched_is_no_edit(desk, make_incident):
    incident = make_incident(body="Two\n\nparagraphs. ")
    update = incident.timeline()[0]
    desk.post(url("edit_update", incident.code, update.code), {"body": "Two\r\n\r\nparagraphs. ", "seen": 0})
    assert not update.revisions.exists()


def test_a_stale_wording_gets_both_texts_and_lands_at_the_second_try(desk, make_incident):
    incident = make_incident()
    update = incident.timeline()[0]
    where = url("edit_update", incident.code, update.code)
    desk.post(where, {"body": "Theirs.", "seen": 0})
    response = desk.post(where, {"body": "Mine.", "seen": 0})
    assert response.status_code == 422
    assert "Theirs." in response.text
    assert "Mine." in response.text
    update.refresh_from_db()
    assert update.body == "Theirs."
    desk.post(where, {"body": "Mine.", "seen": response.context["form"]["seen"].value()})
    update.refresh_from_db()
    assert update.body == "Mine."


def facts(incident, **said):
    return {"name": incident.name, "impact": "", "started_at": "2026-11-21T09:00", "seen": incident.version} | said


def test_name_impact_and_times_can_be_put_right(desk, make_incident, commits):
    incident = make_incident()
    post_update(incident, status="resolved", body="Over.", affected={}, author=None, at=NOW + timedelta(hours=1))
    incident.refresh_from_db()
    sent = facts(
        incident,
        name="Bookings failed",
        impact="critical",
        started_at="2026-11-21T08:30",
        resolved_at="2026-11-21T09:40",
    )
    with commits():
        desk.post(url("edit", incident.code), sent)
    incident.refresh_from_db()
    assert (incident.name, incident.impact) == ("Bookings failed", "critical")
    assert incident.resolved_at - incident.started_at == timedelta(minutes=70)
    assert b"Bookings failed" in store.find(incident.path)


def test_seconds_that_no_input_shows_are_not_lost(desk, make_incident):
    exact = NOW + timedelta(seconds=17)
    incident = make_incident(at=exact)
    desk.post(url("edit", incident.code), facts(incident, name="Another name"))
    incident.refresh_from_db()
    assert (incident.name, incident.started_at) == ("Another name", exact)


def test_an_end_before_the_start_is_refused_at_its_field(desk, make_incident):
    incident = make_incident(status="resolved")
    response = desk.post(url("edit", incident.code), facts(incident, resolved_at="2026-11-21T08:00"))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["resolved_at"]


def test_stale_facts_get_both_versions_and_land_at_the_second_try(desk, make_incident):
    incident = make_incident()
    desk.post(url("edit", incident.code), facts(incident, name="Theirs"))
    response = desk.post(url("edit", incident.code), facts(incident, name="Mine"))
    assert response.status_code == 422
    assert "Theirs" in response.text
    assert response.context["form"]["name"].value() == "Mine"
    desk.post(url("edit", incident.code), facts(incident, name="Mine", seen=response.context["form"]["seen"].value()))
    incident.refresh_from_db()
    assert incident.name == "Mine"


def test_the_window_of_a_maintenance_can_be_moved(desk, page):
    soon = timezone.now() + timedelta(days=2)
    maintenance = schedule_maintenance(
        name="Upgrade",
        body="Soon.",
        scheduled_for=soon,
        scheduled_until=soon + timedelta(hours=1),
        components=[],
        author=None,
    )
    window = {"scheduled_for": "2030-01-01T22:00", "scheduled_until": "2030-01-02T01:00"}
    desk.post(url("edit", maintenance.code), {"name": "Upgrade", "seen": maintenance.version} | window)
    maintenance.refresh_from_db()
    assert maintenance.scheduled_until == datetime(2030, 1, 2, 1, tzinfo=UTC)
    assert not maintenance.runs_by_clock
    assert maintenance.impact == "maintenance"


def test_a_double_click_on_save_corrects_once_and_complains_of_nobody(desk, make_incident):
    incident = make_incident()
    update = incident.timeline()[0]
    once = {"form_key": "k" * 32}
    for where, sent in [
        (url("edit", incident.code), facts(incident, name="Corrected", **once)),
        (url("edit_update", incident.code, update.code), {"body": "Corrected.", "seen": 0, **once}),
    ]:
        assert [desk.post(where, sent).status_code for _ in range(2)] == [302, 302]
    assert update.revisions.count() == 1
