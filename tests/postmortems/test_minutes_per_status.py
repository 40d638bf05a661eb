"""How long each component was in which status, not only the worst of it."""

from datetime import timedelta

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from postmortems.measures import MeasureLine, measures_of
from postmortems.record import Measured, measured
from statuspage.components.models import Component
from statuspage.components.status import Status
from statuspage.incidents.services import open_incident, post_update
from tests.conftest import LONG_AGO, NOW

MINUTE = timedelta(minutes=1)
BROKEN = [status for status in Status if status != Status.OPERATIONAL]


@pytest.fixture
def incident(make_incident, make_component):
    """Major for ten minutes, degraded for twenty, fine for thirty, partial for forty."""
    berths = make_component("Berths")
    incident = make_incident({berths: Status.MAJOR_OUTAGE})
    said = {"body": "News.", "author": None}
    post_update(incident, status="identified", affected={berths: "degraded_performance"}, at=NOW + 10 * MINUTE, **said)
    post_update(incident, status="monitoring", affected={berths: "operational"}, at=NOW + 30 * MINUTE, **said)
    post_update(incident, status="identified", affected={berths: "partial_outage"}, at=NOW + 60 * MINUTE, **said)
    post_update(incident, status="resolved", affected={}, at=NOW + 100 * MINUTE, **said)
    incident.refresh_from_db()
    return incident


def test_each_status_has_its_minutes_the_worst_first(incident):
    [one] = measured(incident, until=NOW)
    assert {str(status): length / MINUTE for status, length in one.spent.items()} == {
        "major_outage": 10,
        "partial_outage": 40,
        "degraded_performance": 20,
    }
    assert list(one.spent) == [Status.MAJOR_OUTAGE, Status.PARTIAL_OUTAGE, Status.DEGRADED_PERFORMANCE]


def test_readers_are_told_of_each_in_their_language(incident):
    [line] = [line for line in measures_of(incident) if not line.key]
    assert line.told == "1 h 10 min: Major outage 10 min, Partial outage 40 min and Degraded performance 20 min"
    with translation.override("de"):
        assert line.told.startswith("1 h 10 min: Schwerer Ausfall 10 min, ")
    # As programs of before know it.
    assert line.value == "Major outage, 1 h 10 min"
    assert line.spent == {"major_outage": 600, "partial_outage": 2400, "degraded_performance": 1200}


def test_where_it_was_one_way_only_that_is_all_there_is_to_say():
    line = MeasureLine.of_component(Measured("Berths", Status.MAJOR_OUTAGE, {Status.MAJOR_OUTAGE: 40 * MINUTE}))
    assert line.told == line.value == "Major outage, 40 min"


def test_what_was_said_of_it_for_no_time_at_all_is_not_told():
    line = MeasureLine.of_component(Measured("Berths", Status.MAJOR_OUTAGE, {Status.DEGRADED_PERFORMANCE: 40 * MINUTE}))
    assert line.told == "Degraded performance, 40 min"


STEPS = st.lists(st.tuples(st.integers(0, 50), st.sampled_from(Status), st.booleans()), min_size=1, max_size=8)


class EveryMinuteCountsOnce(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(STEPS)
    def test_the_minutes_of_all_statuses_are_those_that_it_was_affected(self, steps):
        component = Component.objects.create(name="Berths", created_at=LONG_AGO)
        said = {"name": "Slow", "body": "News.", "author": None}
        incident = open_incident(status="investigating", affected={component: BROKEN[0]}, at=NOW, **said)
        del said["name"]
        minute, affected, last, is_open = 0, 0, BROKEN[0], True
        for wait, status, closes in steps:
            minute += wait
            affected += wait if is_open and last != Status.OPERATIONAL else 0
            word, says = ("resolved", {}) if closes else ("identified", {component: status})
            post_update(incident, status=word, affected=says, at=NOW + minute * MINUTE, **said)
            last, is_open = (Status.OPERATIONAL if closes else status), not closes
        incident.refresh_from_db()
        [one] = measured(incident, until=NOW + minute * MINUTE)
        assert sum(one.spent.values(), timedelta()) == one.affected == affected * MINUTE
        assert all(length > timedelta() for length in one.spent.values())
