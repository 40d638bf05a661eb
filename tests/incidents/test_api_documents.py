"""What programs read: the public API, version 2, in the format that its clients know."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.utils import translation

from statuspage.components.models import Component
from statuspage.components.services import report_components
from statuspage.incidents.models import Incident
from statuspage.incidents.schedule import advance_maintenances
from statuspage.incidents.services import (
    backfill_incident,
    edit_update,
    post_update,
    schedule_maintenance,
)
from statuspage.publishing import store
from statuspage.publishing.press import publish
from tests.conftest import NOW
from tests.incidents.public_format import DOCUMENTS, INCIDENT_IN_FULL, MAINTENANCE_IN_FULL, check

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW + 2 * HOUR, tick=False):
        yield


@pytest.fixture
def schedule(page):
    """Plan an hour of maintenance, so many hours after NOW."""

    def make(hours, *, components=(), name="New paint"):
        return schedule_maintenance(
            name=name,
            body="Wet on Friday.",
            scheduled_for=NOW + hours * HOUR,
            scheduled_until=NOW + (hours + 1) * HOUR,
            components=components,
            author=None,
            at=NOW - 5 * HOUR,
        )

    return make


def read(name):
    return json.loads(store.find(f"/api/v2/{name}.json"))


def read_incident(incident):
    return json.loads(store.find(f"{incident.path}.json"))


def codes(rows):
    return [row["id"] for row in rows]


def test_every_document_has_the_keys_of_the_format_in_their_order(make_component, make_incident, schedule):
    berths, crane = make_component("Berths", group="Harbour"), make_component("Crane", description="Lifts 40 t.")
    incident = make_incident({berths: "major_outage", crane: "degraded_performance"})
    post_update(incident, status="monitoring", body="Better.", affected={}, author=None, at=NOW + MINUTE)
    make_incident(status="resolved")
    planned = schedule(50, components=[crane])
    running = schedule(1.5, components=[berths])
    advance_maintenances(NOW + 2 * HOUR)
    publish()
    assert [found for name, shape in DOCUMENTS.items() for found in check(read(name), shape, name)] == []
    assert list(check(read_incident(incident), INCIDENT_IN_FULL)) == []
    assert list(check(read_incident(planned), MAINTENANCE_IN_FULL)) == []
    assert codes(read("summary")["scheduled_maintenances"]) == [planned.code, running.code]
    assert codes(read("scheduled-maintenances/active")["scheduled_maintenances"]) == [running.code]
    assert codes(read("scheduled-maintenances/upcoming")["scheduled_maintenances"]) == [planned.code]


def test_an_empty_page_answers_empty_lists(page):
    publish()
    summary = read("summary")
    assert [summary[key] for key in ("components", "incidents", "scheduled_maintenances")] == [[], [], []]
    assert summary["status"] == {"indicator": "none", "description": "All Systems Operational"}
    assert [found for name, shape in DOCUMENTS.items() for found in check(read(name), shape, name)] == []


def test_components_stand_beside_their_groups_by_position_and_a_group_is_as_bad_as_its_worst(
    make_component, make_incident
):
    last = make_component("Website", position=3)
    second = make_component("Crane", group="Harbour", position=2)
    first = make_component("Berths", group="Harbour", position=1)
    group = first.group
    make_incident({second: "partial_outage"})
    publish()
    rows = {row["name"]: row for row in read("components")["components"]}
    assert [*rows] == ["Harbour", "Berths", "Crane", "Website"]
    assert rows["Harbour"]["components"] == [first.code, second.code]
    assert [row["status"] for row in rows.values()] == [
        "partial_outage",
        "operational",
        "partial_outage",
        "operational",
    ]
    assert [row["group_id"] for row in rows.values()] == [None, group.code, group.code, None]
    assert rows["Website"]["id"] == last.code


def test_retired_components_are_told_of_in_messages_only(make_component, make_incident):
    fax = make_component("Fax", group="Office")
    incident = make_incident({fax: "major_outage"})
    Component.objects.update(retired_at=NOW)
    publish()
    assert read("components")["components"] == []
    [told] = read("incidents")["incidents"]
    assert told["components"] == []
    assert told["incident_updates"][0]["affected_components"][0]["name"] == "Office - Fax"
    assert read_incident(incident)["components"] == []


def test_messages_keep_the_names_that_components_had(make_component, make_incident):
    berths = make_component("Berths", group="Harbour")
    make_incident({berths: "major_outage"})
    Component.objects.update(name="Moorings")
    publish()
    [told] = read("incidents/unresolved")["incidents"]
    assert told["incident_updates"][0]["affected_components"] == [
        {
            "code": berths.code,
            "name": "Harbour - Berths",
            "old_status": "operational",
            "new_status": "major_outage",
        }
    ]
    assert [row["name"] for row in told["components"]] == ["Moorings"]


def test_a_message_that_names_no_component_has_null_there(make_incident):
    make_incident()
    publish()
    assert read("summary")["incidents"][0]["incident_updates"][0]["affected_components"] is None


def test_the_components_of_an_incident_are_as_they_are_now(make_component, make_incident):
    berths = make_component("Berths")
    closed = make_incident({berths: "partial_outage"}, at=NOW - HOUR)
    post_update(closed, status="resolved", body="Done.", affected={}, author=None, at=NOW)
    make_incident({berths: "major_outage"}, at=NOW + MINUTE)
    publish()
    [row] = read("components")["components"]
    assert row["status"] == "major_outage"
    assert [one["components"] for one in read("incidents")["incidents"]] == [[row], [row]]
    assert read_incident(closed)["components"] == [row]


def test_an_open_incident_tells_at_once_how_its_components_are(make_component, make_incident):
    berths = make_component("Berths")
    incident = make_incident({berths: "partial_outage"})
    publish()
    report_components({berths: "operational"}, source="staff", at=NOW + HOUR)
    publish(berths)
    assert read_incident(incident)["components"][0]["status"] == "operational"


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("Etc/UTC", "2026-11-21T09:00:00.000Z"),
        ("UTC", "2026-11-21T09:00:00.000Z"),
        ("Europe/London", "2026-11-21T09:00:00.000+00:00"),
        ("America/Los_Angeles", "2026-11-21T01:00:00.000-08:00"),
        ("Asia/Kathmandu", "2026-11-21T14:45:00.000+05:45"),
    ],
)
def test_times_are_in_the_pages_zone_with_three_fraction_digits(page, make_incident, zone, told):
    page.time_zone = zone
    page.save()
    make_incident()
    publish()
    assert read("incidents")["incidents"][0]["created_at"] == told
    assert read("incidents")["page"]["time_zone"] == zone


def test_fractions_are_cut_not_rounded_up(make_incident):
    make_incident(at=NOW + timedelta(microseconds=999_999))
    publish()
    assert read("incidents")["incidents"][0]["created_at"].endswith(":00.999+00:00")


def test_the_verdict_is_english_whatever_the_page_speaks(page, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "statuspage.incidents.overview.Overview.description", property(lambda state: translation.get_language())
    )
    for language in ("de", "ja"):
        page.locale = language
        page.save()
        publish()
        asked.append(read("status")["status"]["description"])
    assert asked == ["en", "en"]


def test_open_incidents_come_by_their_last_change_and_all_by_their_first_word(make_incident):
    old = make_incident(name="Old", at=NOW - HOUR)
    new = make_incident(name="New", at=NOW)
    post_update(old, status="identified", body="Found.", affected={}, author=None, at=NOW + MINUTE)
    publish()
    assert codes(read("summary")["incidents"]) == [old.code, new.code]
    assert codes(read("incidents/unresolved")["incidents"]) == [old.code, new.code]
    assert codes(read("incidents")["incidents"]) == [new.code, old.code]


def test_messages_come_in_the_order_of_posting_however_they_were_backdated(make_incident):
    incident = make_incident(body="First.", started_at=NOW - HOUR)
    for minutes, body, shown in ((10, "Second.", None), (20, "Third.", NOW - HOUR)):
        post_update(
            incident,
            status="identified",
            body=body,
            affected={},
            author=None,
            at=NOW + minutes * MINUTE,
            shown_at=shown,
        )
    publish()
    for told in (read("incidents")["incidents"][0], read_incident(incident)):
        assert [update["body"] for update in told["incident_updates"]] == ["Third.", "Second.", "First."]


def test_upcoming_maintenance_comes_by_its_start(schedule):
    second, first = schedule(60), schedule(50)
    publish()
    assert codes(read("summary")["scheduled_maintenances"]) == [first.code, second.code]


def test_lists_hold_the_fifty_newest(make_incident, schedule):
    incidents = [make_incident(status="resolved", at=NOW - number * MINUTE) for number in range(52)]
    for number in range(52):
        schedule(10 + number)
    publish()
    assert codes(read("incidents")["incidents"]) == [one.code for one in incidents[:50]]
    assert len(read("scheduled-maintenances")["scheduled_maintenances"]) == 50
    assert len(read("summary")["scheduled_maintenances"]) == 52


def test_incidents_and_maintenances_keep_to_their_own_lists(make_incident, schedule):
    incident, planned = make_incident(status="resolved"), schedule(10)
    publish()
    assert codes(read("incidents")["incidents"]) == [incident.code]
    assert codes(read("scheduled-maintenances")["scheduled_maintenances"]) == [planned.code]
    assert read("incidents/unresolved")["incidents"] == []


def test_the_address_of_an_incident_tells_how_it_came_about(make_incident, schedule):
    overridden = make_incident(impact="critical")
    afterwards = backfill_incident(
        name="Last year",
        body="It broke.",
        resolution="It was mended.",
        started_at=NOW - 9000 * HOUR,
        resolved_at=NOW - 8999 * HOUR,
        affected={},
        author=None,
        at=NOW,
    )
    by_hand, by_clock = schedule(10), schedule(11)
    Incident.objects.filter(pk=by_hand.pk).update(runs_by_clock=False)
    publish()
    assert read_incident(overridden)["impact_override"] == "critical"
    assert read_incident(afterwards)["backfilled"] is True
    for one, automatic in ((by_hand, False), (by_clock, True), (overridden, False)):
        told = read_incident(one)
        assert [told["scheduled_auto_in_progress"], told["scheduled_auto_completed"]] == [automatic] * 2


def test_ids_are_our_codes(page, make_incident):
    incident = make_incident()
    publish()
    told = read("summary")["incidents"][0]
    [update] = told["incident_updates"]
    assert (told["id"], told["page_id"], update["incident_id"]) == (incident.code, page.code, incident.code)
    assert update["id"] == incident.updates.get().code
    assert told["shortlink"] == f"{page.url}/incidents/{incident.code}"


def test_nothing_changes_between_publishes_while_nothing_happens(make_component, make_incident, public):
    make_incident({make_component("Berths"): "major_outage"})
    publish()
    before = {name: store.find(f"/api/v2/{name}.json") for name in DOCUMENTS}
    with time_machine.travel(NOW + 40 * HOUR, tick=False):
        publish()
    assert {name: store.find(f"/api/v2/{name}.json") for name in DOCUMENTS} == before


def test_the_page_is_as_new_as_whatever_changed_last(page, make_component, make_incident):
    page.updated_at = NOW - 50 * HOUR
    page.time_zone = "UTC"
    page.save()
    make_component("Crane", updated_at=NOW - 40 * HOUR)
    berths = make_component("Berths", group="Harbour", updated_at=NOW - 40 * HOUR)
    berths.group.updated_at = NOW - 30 * HOUR
    berths.group.save()
    seen = []

    def look():
        publish()
        seen.append(read("summary")["page"]["updated_at"][11:19])

    look()
    report_components({berths: "degraded_performance"}, source="staff", at=NOW - 20 * HOUR)
    look()
    incident = make_incident({berths: "major_outage"}, at=NOW)
    look()
    update = incident.updates.get()
    edit_update(update, body="Better words.", seen=0, editor=None, at=NOW + MINUTE)
    look()
    assert seen == ["03:00:00", "13:00:00", "09:00:00", "09:01:00"]
    newest = max(one["updated_at"] for one in read("incidents")["incidents"])
    assert read("incidents")["page"]["updated_at"] == newest


def test_a_component_is_as_new_as_the_last_change_of_its_status(make_component, make_incident):
    berths, crane = (make_component(name, updated_at=NOW - HOUR) for name in ("Berths", "Crane"))
    incident = make_incident({berths: "major_outage", crane: "operational"})
    rows = {one.name: one.updated_at for one in Component.objects.all()}
    assert rows == {"Berths": NOW, "Crane": NOW - HOUR}
    post_update(incident, status="resolved", body="Done.", affected={}, author=None, at=NOW + MINUTE)
    assert Component.objects.get(name="Berths").updated_at == NOW + MINUTE
