"""An incident that names no component: the headline keeps its words, and neither page nor desk pretends all is calm."""

from datetime import timedelta

import html5lib
import pytest
import time_machine
from django.utils import timezone

from statuspage.incidents.services import post_update, schedule_maintenance
from statuspage.publishing import store
from statuspage.publishing.press import publish
from tests.conftest import NOW
from tests.incidents.desk import declaration, pick, url

HOUR = timedelta(hours=1)
STAYS = "The headline of the page is still “All Systems Operational”"


def verdict():
    tree = html5lib.parse(store.find("/"), namespaceHTMLElements=False)
    found = next(one for one in tree.iter("div") if "verdict" in one.get("class", ""))
    return found.get("class"), " ".join("".join(found.itertext()).split())


@pytest.mark.parametrize(
    ("impacts", "mood"),
    [
        (["none"], "is-quiet"),
        (["minor"], "is-degraded"),
        (["none", "major"], "is-partial"),
        (["critical", "minor"], "is-major"),
    ],
)
def test_the_headline_takes_the_colour_of_the_worst_open_incident(make_component, make_incident, impacts, mood):
    make_component()
    for impact in impacts:
        make_incident(impact=impact)
    publish()
    look, words = verdict()
    assert mood in look.split()
    assert "is-ok" not in look.split()
    assert words.startswith("All Systems Operational No component is marked as affected, yet ")


def test_a_component_that_is_down_colours_the_headline_before_any_impact(make_component, make_incident):
    make_incident({make_component(): "degraded_performance"}, impact="critical")
    publish()
    assert "is-degraded" in verdict()[0].split()


def test_the_headline_is_calm_again_once_nothing_is_open(make_component, make_incident):
    make_component()
    incident = make_incident(impact="critical")
    post_update(incident, status="resolved", body="Over.", affected={}, author=None, at=NOW + HOUR)
    publish()
    assert "is-ok" in verdict()[0].split()


def test_maintenance_that_touches_nothing_is_not_called_calm_either(make_component):
    make_component()
    window = {"scheduled_for": NOW, "scheduled_until": NOW + HOUR}
    paint = schedule_maintenance(name="Paint", body="Wet.", **window, components=[], author=None, at=NOW - HOUR)
    post_update(paint, status="in_progress", body="Wet now.", affected={}, author=None, at=NOW)
    publish()
    assert "is-maint" in verdict()[0].split()


def test_the_last_update_is_the_newest_time_shown_of_all_that_is_open(make_component, make_incident):
    make_component()
    with time_machine.travel(NOW + 9 * HOUR, tick=False):
        make_incident(at=NOW + 5 * HOUR)
        older = make_incident(at=NOW)
        said = {"status": "identified", "affected": {}, "author": None}
        post_update(older, body="Found.", at=NOW + 6 * HOUR, shown_at=NOW + 2 * HOUR, **said)
        publish()
    assert verdict()[1].endswith("Last update Nov 21, 2026 - 14:00 WET.")


def test_the_desk_says_before_and_after_that_the_headline_stays(desk, make_component):
    make_component()
    assert "with none chosen it stays “All Systems Operational”" in desk.get(url("declare")).text
    assert STAYS in desk.post(url("declare"), declaration(impact="major"), follow=True).text


@pytest.mark.parametrize("said", [{"impact": "none"}, {"impact": ""}, {"impact": "major", "status": "resolved"}])
def test_the_desk_does_not_warn_of_what_was_not_claimed(desk, make_component, said):
    make_component()
    assert STAYS not in desk.post(url("declare"), declaration(**said), follow=True).text


def test_the_desk_does_not_warn_where_a_component_shows_it(desk, make_component, make_incident):
    website = make_component(created_at=timezone.now() - HOUR)
    sent = declaration(impact="major", **pick(website, "partial_outage"))
    assert STAYS not in desk.post(url("declare"), sent, follow=True).text
