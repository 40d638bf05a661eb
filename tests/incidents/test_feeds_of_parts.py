"""Feeds of components, groups and single incidents: who gets news, when, and at what cost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from statuspage.incidents.services import post_update
from statuspage.publishing import store
from statuspage.publishing.press import publish, publish_at_once, publish_owed
from tests.conftest import NOW
from tests.incidents.feeds import read, titles

HOUR = timedelta(hours=1)


def of(part):
    folder = "groups" if hasattr(part, "components") else "components"
    return f"/{folder}/{part.code}/history"


def test_a_part_tells_only_what_touches_it(make_component, make_incident):
    berths, web = make_component("Berths", group="Harbour"), make_component("Website")
    make_incident({berths: "major_outage"}, name="Ships wait")
    make_incident({web: "major_outage"}, name="No bookings", at=NOW + HOUR)
    make_incident(name="Nothing in particular")
    publish()
    for ending in (".atom", ".rss"):
        assert titles(of(berths) + ending) == titles(of(berths.group) + ending) == ["Ships wait"]
        assert titles(of(web) + ending) == ["No bookings"]
    assert read(of(berths) + ".atom").feed.title == "Harbour Status - Incident History: Harbour - Berths"


def test_one_incident_can_be_followed(make_incident):
    incident, _ = make_incident(name="This"), make_incident(name="Other")
    publish()
    assert titles(f"{incident.path}.atom") == ["This"]
    assert read(f"{incident.path}.atom").feed.link.endswith(incident.path)


def test_a_retired_component_keeps_its_feed(make_component, make_incident):
    component = make_component()
    make_incident({component: "major_outage"})
    component.retired_at = NOW
    component.save()
    publish()
    assert titles(f"{of(component)}.atom") == ["Slow answers"]


def test_nobody_at_the_desk_waits_for_feeds_they_follow(make_component, make_incident):
    component = make_component(group="Harbour")
    publish()
    incident = make_incident({component: "major_outage"})
    publish_at_once(incident)
    assert titles("/history.atom") == titles(f"{of(component)}.atom") == []
    publish_owed()
    of_page = ["/history.atom", "/history.rss", "/feed.json", "/incidents.atom"]
    for location in (*of_page, f"{of(component)}.atom", f"{of(component.group)}.rss", f"{incident.path}.atom"):
        assert titles(location) == ["Slow answers"]


def test_an_update_refreshes_the_parts_that_earlier_updates_named(make_component, make_incident):
    component, other = make_component("One"), make_component("Two")
    incident = make_incident({component: "major_outage"})
    publish()
    untouched = store.find(f"{of(other)}.atom")
    post_update(incident, status="identified", body="Found it.", affected={}, author=None)
    publish_owed()
    assert "Found it." in read(f"{of(component)}.atom").entries[0].content[0].value
    assert store.find(f"{of(other)}.atom") == untouched


def test_a_renamed_component_and_group_rename_their_feeds(make_component):
    component = make_component("Berths", group="Harbour")
    publish()
    component.name = "Quays"
    component.save()
    component.group.name = "Port"
    component.group.save()
    publish(component.group)
    assert read(f"{of(component)}.atom").feed.title.endswith(": Port - Quays")
    assert read(f"{of(component.group)}.rss").feed.title.endswith(": Port")


@pytest.fixture
def queries():
    def count(what):
        with CaptureQueriesContext(connection) as seen:
            what()
        return len(seen)

    return count


def test_a_change_costs_no_more_in_a_long_history(make_component, make_incident, queries):
    component = make_component(group="Harbour")
    incident = make_incident({component: "major_outage"})
    make_incident({component: "operational"}, status="resolved")
    publish()
    few = queries(lambda: publish(incident))
    for number in range(40):
        make_incident({component: "operational"}, name=f"Past {number}", status="resolved", at=NOW - number * HOUR)
    publish()
    assert queries(lambda: publish(incident)) == few
