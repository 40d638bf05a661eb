"""An entry keeps its id for ever: whoever has read it is not told of it as something new."""

import pytest
from django.test import override_settings

from statuspage.components.models import Component
from statuspage.incidents.models import Incident
from statuspage.incidents.services import edit_incident, edit_update
from statuspage.publishing.models import StatusPage
from statuspage.publishing.press import publish
from tests.conftest import NOW
from tests.importers import documents
from tests.importers.conftest import import_sources  # noqa: F401
from tests.incidents.feeds import events, read


def ids():
    publish()
    return {
        **{location: [entry.id for entry in read(location).entries] for location in ("/history.atom", "/history.rss")},
        "feed": read("/history.atom").feed.id,
        "/feed.json": [item["id"] for item in read("/feed.json")["items"]],
        "/maintenance.ics": [str(event["UID"]) for event in events()],
    }


@pytest.fixture
def moved_in(import_sources):  # noqa: F811
    """A site whose history came from a document; call it to move in once more."""

    def move():
        planned = documents.maintenance(
            scheduled_for="2026-11-28T09:00:00.000Z", scheduled_until="2026-11-28T10:00:00.000Z"
        )
        import_sources(
            documents.document(
                components=documents.components(), incidents=[documents.incident()], scheduled_maintenances=[planned]
            )
        )

    move()
    return move


def test_ids_have_the_form_of_statuspages_with_the_page_in_the_place_of_the_host(moved_in):
    told = ids()
    assert told["feed"] == f"tag:{documents.PAGE},2005:/history"
    assert told["/history.atom"] == told["/feed.json"]
    assert set(told["/history.atom"]) == {
        f"tag:{documents.PAGE},2005:Incident/{code}" for code in Incident.objects.values_list("code", flat=True)
    }


def test_ids_survive_edits_and_renames(moved_in):
    before = ids()
    for incident in Incident.objects.all():
        told = {"started_at": incident.started_at, "resolved_at": incident.resolved_at, "impact": None}
        window = {"scheduled_for": incident.scheduled_for, "scheduled_until": incident.scheduled_until}
        edit_incident(incident, name="Called otherwise", seen=incident.version, **told, **window)
        edit_update(incident.updates.last(), body="Worded otherwise.", seen=0, editor=None)
    StatusPage.objects.update(name="Ferries Inc.", time_zone="Asia/Tokyo", locale="de")
    Component.objects.update(name="Renamed")
    assert ids() == before
    assert {entry.title for entry in read("/history.atom").entries} == {"Called otherwise"}


def test_ids_survive_moving_out_and_in_again(moved_in):
    before = ids()
    for incident in Incident.objects.all():
        incident.delete()
    assert ids()["/history.atom"] == []
    StatusPage.objects.update(code="brandnewpage")
    moved_in()
    assert ids() == before


def test_ids_survive_another_host_where_they_are_no_addresses(moved_in):
    before = ids()
    with override_settings(SITE_URL="https://status.example.org"):
        after = ids()
        assert read("/history.atom").feed.link == "https://status.example.org"
    rss = "/history.rss"
    assert before.pop(rss) != after.pop(rss)
    assert after == before


def test_each_incident_has_its_own_id_in_every_feed_it_is_in(make_incident, make_component):
    component = make_component(group="Harbour")
    incident = make_incident({component: "major_outage"}, at=NOW)
    publish()
    parts = [f"/components/{component.code}", f"/groups/{component.group.code}"]
    feeds = ["/incidents.atom", f"{incident.path}.atom", *(f"{part}/history.atom" for part in parts)]
    told = [read(location) for location in feeds]
    assert {feed.entries[0].id for feed in told} == {read("/history.atom").entries[0].id}
    assert len({feed.feed.id for feed in told}) == len(feeds)
