"""What somebody wants to hear of, and what belongs to it."""

from datetime import timedelta

import pytest
from django.db import connection

from statuspage.incidents.models import Incident
from statuspage.incidents.selection import Selection
from statuspage.incidents.services import post_update, schedule_maintenance
from tests.conftest import NOW

HOUR = timedelta(hours=1)
MAINTENANCE = Incident.Kind.MAINTENANCE


@pytest.fixture
def harbour(make_component, make_incident):
    """A group of two components and one by itself; an incident of each, and maintenance of the last."""
    berths, cranes = make_component("Berths", group="Harbour"), make_component("Cranes", group="Harbour")
    web = make_component("Website")
    for component in (berths, cranes, web):
        make_incident({component: "major_outage"}, name=f"{component.name} broken")
    schedule_maintenance(
        name="Website painted",
        body="Wet.",
        scheduled_for=NOW + HOUR,
        scheduled_until=NOW + 2 * HOUR,
        components=[web],
        author=None,
        at=NOW,
    )
    return berths, cranes, web


def names(selection):
    return {incident.name for incident in selection.incidents()}


def test_the_whole_page_is_everything(harbour):
    assert names(Selection()) == {"Berths broken", "Cranes broken", "Website broken", "Website painted"}


def test_a_component_is_what_ever_mentioned_it(harbour):
    _, cranes, web = harbour
    assert names(Selection(web)) == {"Website broken", "Website painted"}
    broken = Incident.objects.get(name="Berths broken")
    post_update(broken, status="identified", body="Cranes too.", affected={cranes: "partial_outage"}, author=None)
    assert names(Selection(cranes)) == {"Cranes broken", "Berths broken"}


def test_a_group_includes_components_that_were_added_later(harbour):
    berths, _, web = harbour
    group = Selection(berths.group)
    assert names(group) == {"Berths broken", "Cranes broken"}
    web.group = berths.group
    web.save()
    assert names(group) == {"Berths broken", "Cranes broken", "Website broken", "Website painted"}


def test_either_kind_can_be_left_out(harbour):
    assert names(Selection(kind=MAINTENANCE)) == {"Website painted"}
    assert names(Selection(harbour[2], Incident.Kind.INCIDENT)) == {"Website broken"}
    assert [one.name for one in Selection(harbour[2], MAINTENANCE).newest(5)] == ["Website painted"]


def test_one_incident_is_itself(harbour):
    incident = Incident.objects.get(name="Cranes broken")
    assert names(Selection(incident)) == {"Cranes broken"}
    assert Selection(incident).newest(5) == [incident]


def test_an_incident_named_by_several_updates_belongs_once(harbour):
    web = harbour[2]
    incident = Incident.objects.get(name="Website broken")
    post_update(incident, status="identified", body="Still.", affected={web: "partial_outage"}, author=None)
    assert len(Selection(web).incidents()) == len(Selection(web).newest(5)) == 2


def test_the_last_posted_update_counts_whatever_time_it_shows(make_incident):
    first = make_incident(name="First", at=NOW)
    make_incident(name="Second", at=NOW + HOUR)
    post_update(first, status="identified", body="x", affected={}, author=None, at=NOW + 3 * HOUR)
    assert [one.name for one in Selection().newest(2)] == ["First", "Second"]
    post_update(first, status="identified", body="x", affected={}, author=None, at=NOW + 4 * HOUR, shown_at=NOW)
    assert [one.name for one in Selection().newest(2)] == ["Second", "First"]


def test_the_newest_cost_as_many_queries_in_a_long_history_as_in_a_short_one(
    harbour, make_incident, django_assert_num_queries
):
    for number in range(40):
        make_incident({harbour[0]: "major_outage"}, name=f"Incident {number}", at=NOW - number * HOUR)
    for selection in (Selection(), Selection(harbour[0]), Selection(harbour[0].group)):
        with django_assert_num_queries(5):
            assert len([one.timeline() for one in selection.newest(25)]) >= 25


def test_the_newest_are_found_without_reading_the_history(make_incident):
    make_incident()
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL chooses by the size of the tables.")
    plan = Selection()._last_updates().values_list("incident", flat=True)[:25].explain()
    assert "update_display_at" in plan
    assert "TEMP B-TREE" not in plan
