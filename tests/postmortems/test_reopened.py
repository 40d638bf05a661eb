"""Of an incident that was opened again, what counts is the last time it was stable and resolved."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from postmortems.measures import measures_of
from postmortems.record import facts_of
from postmortems.report import Report, assemble
from postmortems.services import save_draft, start_postmortem
from postmortems.story import which_resolution
from statuspage.components.status import Status
from statuspage.incidents.services import backfill_incident, edit_incident, post_update
from tests.conftest import NOW

MINUTE = timedelta(minutes=1)
LISBON = ZoneInfo("Europe/Lisbon")


@pytest.fixture
def tell(make_incident, make_component):
    """An incident from 09:00 with updates, each a status and how many minutes later."""

    def updates(*told, **said):
        incident = make_incident({make_component("Berths"): Status.MAJOR_OUTAGE}, **said)
        for status, minutes in told:
            post_update(incident, status=status, body="News.", affected={}, author=None, at=NOW + minutes * MINUTE)
        incident.refresh_from_db()
        return incident

    return updates


def known(incident):
    return {fact.key: (fact.at and (fact.at - NOW) / MINUTE, fact.origin) for fact in facts_of(incident, zone=LISBON)}


def lengths(incident):
    return {line.key: line.seconds / 60 for line in measures_of(incident) if line.key}


ONCE = [("monitoring", 20), ("resolved", 30)]
AGAIN = [("investigating", 40), ("identified", 45), ("monitoring", 50), ("resolved", 60)]


def test_what_happened_once_is_found_where_it_was_told(tell):
    found = known(tell(*ONCE))
    assert found["stable"] == (20, "Monitoring update")
    assert found["resolved"] == (30, "Resolved update")


def test_of_several_times_the_last_one_counts_and_it_is_said_how_many(tell):
    incident = tell(*ONCE, *AGAIN)
    assert known(incident)["stable"] == (50, "last of 2 Monitoring")
    assert known(incident)["resolved"] == (60, "last of 2 Resolved")
    assert lengths(incident) == {"stable": 50, "resolved": 60, "silence": 20}


def test_a_second_message_in_the_same_status_is_no_second_time(tell):
    found = known(tell(("monitoring", 20), ("monitoring", 25), ("resolved", 30), ("resolved", 600)))
    assert found["stable"] == (20, "Monitoring update")
    assert found["resolved"] == (30, "Resolved update")


def test_it_was_not_stable_where_it_broke_again_meanwhile(tell):
    assert known(tell(("monitoring", 20), ("identified", 25), ("monitoring", 40), ("resolved", 50)))["stable"] == (
        40,
        "last of 2 Monitoring",
    )


def test_what_was_stable_before_it_was_opened_again_does_not_count(tell):
    incident = tell(*ONCE, ("investigating", 40), ("resolved", 60))
    assert "stable" not in known(incident)
    assert "stable" not in lengths(incident)


def test_while_it_is_open_again_it_is_not_resolved(tell):
    assert "resolved" not in known(tell(*ONCE, ("investigating", 40)))


def test_an_end_that_was_put_right_is_told_as_the_incident_has_it(tell):
    incident = tell(*ONCE)
    said = {"name": incident.name, "impact": None, "started_at": NOW, "seen": incident.version}
    edit_incident(incident, resolved_at=NOW + 25 * MINUTE, at=NOW + 90 * MINUTE, **said)
    incident.refresh_from_db()
    assert known(incident)["resolved"] == (25, "end of the incident")


def test_a_start_that_nobody_told_is_that_of_the_first_update(tell):
    assert known(tell(*ONCE))["started"] == (0, "time of the first public update")
    assert known(tell(*ONCE, started_at=NOW - 5 * MINUTE))["started"] == (-5, "started time of the incident")


def test_of_what_was_recorded_afterwards_nobody_was_told_at_the_time(page):
    incident = backfill_incident(
        name="Slow",
        body="It was slow.",
        resolution="It is fast.",
        started_at=NOW,
        resolved_at=NOW + 90 * MINUTE,
        affected={},
        author=None,
        at=NOW + 600 * MINUTE,
    )
    assert known(incident)["started"] == (0, "started time of the incident, recorded afterwards")
    assert lengths(incident) == {"resolved": 90}


@pytest.mark.parametrize(("minutes", "words"), [(30, "first of 2"), (60, "last of 2"), (45, "")])
def test_readers_are_told_which_resolution_counts(tell, page, minutes, words):
    postmortem = start_postmortem(tell(*ONCE, *AGAIN))
    facts = list(postmortem.facts.all())
    for fact in facts:
        if fact.key == "resolved":
            fact.at = NOW + minutes * MINUTE
    save_draft(postmortem, texts={}, facts=facts, actions=[], mitigations=[])
    report = Report.from_snapshot(assemble(postmortem, page=page).snapshot())
    assert {which_resolution(report, fact) for fact in report.facts if fact.key == "resolved"} == {words}


def test_where_there_was_one_nothing_is_said_of_it(tell, page):
    report = assemble(start_postmortem(tell(*ONCE)), page=page)
    assert {which_resolution(report, fact) for fact in report.facts} == {""}
