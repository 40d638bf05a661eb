"""What a postmortem measures in the record: how long components were affected, and how long readers waited."""

from datetime import timedelta

import pytest

from postmortems.record import longest_silence, measured
from statuspage.components.status import Status
from statuspage.incidents.services import edit_incident, post_update
from tests.conftest import NOW

MINUTE = timedelta(minutes=1)


@pytest.fixture
def berths(make_component):
    return make_component("Berths")


@pytest.fixture
def incident(make_incident, berths):
    """Major from 09:00."""
    return make_incident({berths: Status.MAJOR_OUTAGE})


def say(incident, status, minutes, affected=None, **said):
    post_update(
        incident,
        status=status,
        body="News.",
        affected=affected or {},
        author=None,
        at=NOW + minutes * MINUTE,
        **said,
    )
    incident.refresh_from_db()


def minutes_affected(incident):
    [one] = measured(incident, until=NOW + 90 * MINUTE)
    return one.affected / MINUTE


def test_a_component_counts_until_it_is_told_to_work_again(incident, berths):
    say(incident, "monitoring", 20, {berths: Status.OPERATIONAL})
    say(incident, "resolved", 30)
    assert minutes_affected(incident) == 20


def test_an_open_incident_counts_until_now(incident):
    assert minutes_affected(incident) == 90


def test_a_message_dated_back_counts_from_the_time_it_shows(incident, berths):
    say(incident, "monitoring", 30, {berths: Status.OPERATIONAL}, shown_at=NOW + 10 * MINUTE)
    say(incident, "identified", 31, {berths: Status.PARTIAL_OUTAGE}, shown_at=NOW + 5 * MINUTE)
    say(incident, "resolved", 40)
    assert minutes_affected(incident) == 10


def test_the_time_between_resolving_and_reopening_counts_for_nothing(incident, berths):
    say(incident, "resolved", 10)
    say(incident, "investigating", 70, {berths: Status.MAJOR_OUTAGE})
    say(incident, "resolved", 75)
    assert minutes_affected(incident) == 15
    assert longest_silence(incident.updates.all()) == 10 * MINUTE


def test_nothing_counts_beyond_the_end_as_it_was_corrected(incident):
    say(incident, "resolved", 60)
    edit_incident(
        incident,
        name=incident.name,
        impact=None,
        started_at=NOW + 5 * MINUTE,
        resolved_at=NOW + 25 * MINUTE,
        seen=incident.version,
        at=NOW + 80 * MINUTE,
    )
    incident.refresh_from_db()
    assert minutes_affected(incident) == 20


def test_a_word_added_long_after_the_end_is_no_silence(incident):
    say(incident, "monitoring", 25)
    say(incident, "resolved", 30)
    say(incident, "resolved", 600)
    assert longest_silence(incident.updates.all()) == 25 * MINUTE
