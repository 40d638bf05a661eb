"""A client of Statuspage's format, made by others and not changed for us, reads our page over HTTP."""

import asyncio
from datetime import UTC, timedelta

import arez.statuspage
import time_machine

from statuspage.components.services import report_components
from statuspage.incidents.schedule import advance_maintenances
from statuspage.incidents.services import post_update, schedule_maintenance
from statuspage.publishing.press import publish
from tests.conftest import NOW

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def ask(site):
    async def ask():
        async with arez.statuspage.StatusPage(site) as client:
            return await client.get_status()

    return asyncio.run(ask())


def plan(name, *, hours, components):
    window = {"scheduled_for": NOW + hours * HOUR, "scheduled_until": NOW + (hours + 1) * HOUR}
    said = {"body": "Wet on Friday.", "author": None, "at": NOW - HOUR}
    return schedule_maintenance(name=name, components=components, **window, **said)


def test_arez_reads_components_incidents_and_maintenance(site, page, make_component, make_incident):
    berths, crane = make_component("Berths", group="Harbour"), make_component("Crane", group="Harbour")
    make_component("Website")
    incident = make_incident({berths: "partial_outage"}, name="Ships wait", at=NOW - HOUR)
    post_update(incident, status="monitoring", body="Ships move.", affected={}, author=None, at=NOW - MINUTE)
    plan("Paint the crane", hours=0, components=[crane])
    plan("Paint the quay", hours=48, components=[])
    with time_machine.travel(NOW + MINUTE, tick=False):
        advance_maintenances(NOW + MINUTE)
        publish()
    said = ask(site)
    assert (said.id, said.name, said.status, said.impact) == (page.code, "Harbour", "Minor Service Outage", "Minor")
    [group] = said.groups
    assert (group.name, group.status, [one.name for one in group.components]) == (
        "Harbour",
        "Partial Outage",
        ["Berths", "Crane"],
    )
    assert {one.name: one.status for one in said.components} == {
        "Berths": "Partial Outage",
        "Crane": "Under Maintenance",
        "Website": "Operational",
    }
    [told] = said.incidents
    assert (told.name, told.status, told.impact, told.components) == (
        "Ships wait",
        "Monitoring",
        "Major",
        [said.component("Berths")],
    )
    assert told.updated_at.replace(tzinfo=UTC) == NOW - MINUTE
    assert [(update.status, update.description) for update in told.updates] == [
        ("Monitoring", "Ships move."),
        ("Investigating", "We are looking."),
    ]
    assert [(one.name, one.status) for one in said.maintenances] == [
        ("Paint the quay", "Scheduled"),
        ("Paint the crane", "In Progress"),
    ]


def test_arez_knows_every_verdict(site, make_component):
    component = make_component("Website")
    make_component("Crane")
    seen = {}
    for minutes, status in enumerate(
        ("operational", "under_maintenance", "degraded_performance", "partial_outage", "major_outage")
    ):
        report_components({component: status}, source="staff", at=NOW + minutes * MINUTE)
        with time_machine.travel(NOW + HOUR, tick=False):
            publish()
        seen[status] = ask(site).impact
    assert seen == {
        "operational": "None",
        "under_maintenance": "Maintenance",
        "degraded_performance": "Minor",
        "partial_outage": "Minor",
        "major_outage": "Major",
    }
