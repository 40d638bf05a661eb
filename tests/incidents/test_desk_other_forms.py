"""Planning, recording what is over, and reporting components at the desk."""

from datetime import UTC, datetime, timedelta

from django.utils import timezone

from statuspage.components.models import ComponentReport
from statuspage.components.status import Status
from statuspage.incidents.models import Incident
from statuspage.incidents.overview import overview
from statuspage.incidents.services import schedule_maintenance
from statuspage.publishing import store
from tests.incidents.desk import pick, url


def test_maintenance_is_scheduled_with_its_window_and_components(desk, make_component, commits):
    website, api = make_component(), make_component("API", group="Developers")
    window = {"scheduled_for": "2030-11-28T22:00", "scheduled_until": "2030-11-28T23:30"}
    with commits():
        desk.post(
            url("schedule"),
            {"name": "Upgrade", "body": "Short pauses.", "components": [api.code], "runs_by_clock": "on"} | window,
        )
    maintenance = Incident.objects.get()
    assert maintenance.scheduled_for == datetime(2030, 11, 28, 22, tzinfo=UTC)
    assert maintenance.runs_by_clock
    assert not maintenance.updates.get().notified
    assert [mention.component for mention in maintenance.updates.get().affected.all()] == [api]
    assert website.mentions.count() == 0
    assert b"Upgrade" in store.find("/")


def test_a_window_that_ends_before_it_starts_is_refused_at_its_end(desk, make_component):
    api = make_component()
    window = {"scheduled_for": "2030-11-28T22:00", "scheduled_until": "2030-11-28T21:00"}
    response = desk.post(url("schedule"), {"name": "Upgrade", "body": "Hm.", "components": [api.code]} | window)
    assert response.status_code == 422
    assert response.context["form"].errors == {"scheduled_until": ["The maintenance must end after it starts."]}
    assert response.text.count(" checked") == 1


def test_a_maintenance_begun_by_hand_touches_its_components(desk, make_component):
    api = make_component()
    soon = timezone.now() + timedelta(hours=5)
    maintenance = schedule_maintenance(
        name="Upgrade",
        body="Soon.",
        scheduled_for=soon,
        scheduled_until=soon + timedelta(hours=1),
        components=[api],
        author=None,
    )
    form = desk.get(url("incident", maintenance.code), {"preset": "begin"}).context["form"]
    desk.post(
        url("post_update", maintenance.code),
        {name: form[name].value() or "" for name in ("status", "body", f"component_{api.code}")},
    )
    assert overview(timezone.now()).status_of(api) == Status.UNDER_MAINTENANCE


def test_a_past_incident_is_recorded_without_touching_today(desk, make_component, commits):
    website = make_component()
    said = {"name": "Old trouble", "body": "It broke.", "resolution": "It was mended."}
    times = {"started_at": "2026-07-01T09:00", "resolved_at": "2026-07-01T10:00"}
    with commits():
        response = desk.post(url("backfill"), said | times | pick(website, "major_outage"))
    incident = Incident.objects.get()
    assert response.url == url("incident", incident.code)
    assert (incident.backfilled, incident.impact, incident.is_open) == (True, "critical", False)
    assert overview(timezone.now()).status_of(website) == Status.OPERATIONAL
    assert b"Old trouble" in store.find("/history/2026-07")
    assert b"It was mended." in store.find(incident.path)


def test_a_report_outlives_what_incidents_had_said(desk, staff, make_component, make_incident, commits):
    website = make_component()
    make_incident({website: Status.MAJOR_OUTAGE})
    assert "Slow answers" in desk.get(url("components")).text
    with commits():
        desk.post(url("components"), pick(website, "operational"))
    report = ComponentReport.objects.get()
    assert (report.source, report.author, report.status) == ("staff", staff, "operational")
    assert overview(timezone.now()).status_of(website) == Status.OPERATIONAL
    assert b"All Systems Operational" in store.find("/")
    assert "Slow answers" not in desk.get(url("components")).text


def test_reporting_nothing_is_answered_with_a_sentence(desk, make_component):
    make_component()
    response = desk.post(url("components"), {"form_key": "k"})
    assert response.status_code == 422
    assert "Choose a status for at least one component." in response.text


def test_an_announced_maintenance_is_not_told_to_say_what_an_incident_says(desk, make_component, make_incident):
    api = make_component("API")
    make_incident({api: Status.MAJOR_OUTAGE})
    soon = timezone.now() + timedelta(hours=1)
    maintenance = schedule_maintenance(
        name="Upgrade",
        body="Short pauses.",
        scheduled_for=soon,
        scheduled_until=soon + timedelta(hours=1),
        components=[api],
        author=None,
    )
    shown = desk.get(url("incident", maintenance.code)).text
    known = shown.partition('id="known"')[2].partition("</aside>")[0]
    last_said = shown.partition('<td class="said">')[2].partition("</td>")[0]
    assert "API" in known
    assert "Major outage" not in known + last_said
