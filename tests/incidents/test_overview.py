"""What the page says of components, when several incidents and reports speak of them at once."""

from datetime import timedelta

import pytest
import time_machine

from statuspage.components.models import ComponentReport
from statuspage.components.services import report_components
from statuspage.components.status import Status
from statuspage.incidents.overview import overview
from statuspage.incidents.services import backfill_incident, post_update, schedule_maintenance
from tests.conftest import NOW

MINUTE = timedelta(minutes=1)


def resolve(incident, *, at):
    post_update(incident, status="resolved", body="Fixed.", affected={}, author=None, at=at)


def report(component, status, *, at):
    report_components({component: status}, source=ComponentReport.Source.STAFF, at=at)


def test_a_component_nobody_spoke_of_is_operational(make_component):
    assert overview(NOW).status_of(make_component()) == Status.OPERATIONAL


def test_resolving_one_incident_leaves_a_shared_component_as_the_other_says(make_component, make_incident):
    api = make_component("API")
    first = make_incident({api: Status.MAJOR_OUTAGE})
    make_incident({api: Status.DEGRADED_PERFORMANCE})
    assert overview(NOW).status_of(api) == Status.MAJOR_OUTAGE
    resolve(first, at=NOW + MINUTE)
    assert overview(NOW + MINUTE).status_of(api) == Status.DEGRADED_PERFORMANCE


def test_an_incident_counts_by_what_it_said_last(make_component, make_incident):
    api = make_component("API")
    incident = make_incident({api: Status.MAJOR_OUTAGE})
    post_update(
        incident,
        status="identified",
        body="Better.",
        affected={api: Status.PARTIAL_OUTAGE},
        author=None,
        at=NOW + MINUTE,
    )
    assert overview(NOW + MINUTE).status_of(api) == Status.PARTIAL_OUTAGE


def test_an_update_that_says_nothing_of_a_component_leaves_it_as_it_was(make_component, make_incident):
    api = make_component("API")
    incident = make_incident({api: Status.MAJOR_OUTAGE})
    post_update(incident, status="identified", body="Found.", affected={}, author=None, at=NOW + MINUTE)
    assert overview(NOW + MINUTE).status_of(api) == Status.MAJOR_OUTAGE


def test_a_direct_report_is_newer_than_what_was_said_before_it(make_component, make_incident):
    api = make_component("API")
    make_incident({api: Status.MAJOR_OUTAGE})
    report(api, Status.OPERATIONAL, at=NOW + MINUTE)
    assert overview(NOW + MINUTE).status_of(api) == Status.OPERATIONAL


def test_an_incident_that_speaks_after_a_report_counts_again(make_component, make_incident):
    api = make_component("API")
    report(api, Status.DEGRADED_PERFORMANCE, at=NOW - MINUTE)
    incident = make_incident({api: Status.MAJOR_OUTAGE})
    assert overview(NOW).status_of(api) == Status.MAJOR_OUTAGE
    resolve(incident, at=NOW + MINUTE)
    assert overview(NOW + MINUTE).status_of(api) == Status.DEGRADED_PERFORMANCE


def test_an_update_posted_after_a_report_counts_whatever_time_it_shows(make_component, make_incident):
    api = make_component("API")
    incident = make_incident(at=NOW - 9 * MINUTE)
    report(api, Status.OPERATIONAL, at=NOW)
    said = {api: Status.MAJOR_OUTAGE}
    post_update(
        incident,
        status="identified",
        body="It began earlier.",
        affected=said,
        author=None,
        at=NOW + MINUTE,
        shown_at=NOW - MINUTE,
    )
    assert overview(NOW + MINUTE).status_of(api) == Status.MAJOR_OUTAGE


def test_planned_maintenance_says_nothing_of_the_present(make_component):
    api = make_component("API")
    schedule_maintenance(
        name="Upgrade",
        body="Soon.",
        scheduled_for=NOW + MINUTE,
        scheduled_until=NOW + 60 * MINUTE,
        components=[api],
        author=None,
        at=NOW,
    )
    assert overview(NOW).status_of(api) == Status.OPERATIONAL
    assert [one.incident.name for one in overview(NOW).upcoming] == ["Upgrade"]


def test_the_page_can_be_seen_as_it_stood_at_any_past_moment(make_component, make_incident):
    api = make_component("API")
    incident = make_incident({api: Status.MAJOR_OUTAGE})
    resolve(incident, at=NOW + 10 * MINUTE)
    post_update(
        incident,
        status="investigating",
        body="Back again.",
        affected={api: Status.PARTIAL_OUTAGE},
        author=None,
        at=NOW + 20 * MINUTE,
    )
    resolve(incident, at=NOW + 30 * MINUTE)

    def status_at(minutes):
        return overview(NOW + minutes * MINUTE).status_of(api)

    assert status_at(-1) == Status.OPERATIONAL
    assert status_at(5) == Status.MAJOR_OUTAGE
    assert status_at(15) == Status.OPERATIONAL
    assert status_at(25) == Status.PARTIAL_OUTAGE
    assert status_at(35) == Status.OPERATIONAL
    assert [one.status for one in overview(NOW + 5 * MINUTE).incidents] == ["investigating"]


def test_a_group_is_as_bad_as_its_worst_component(make_component, make_incident):
    web, api = make_component("Web", group="Shop", position=1), make_component("API", group="Shop", position=2)
    make_incident({api: Status.PARTIAL_OUTAGE, web: Status.DEGRADED_PERFORMANCE})
    [row] = overview(NOW).rows
    assert (row.name, row.status, [child.name for child in row.children]) == (
        "Shop",
        Status.PARTIAL_OUTAGE,
        ["Web", "API"],
    )


def test_retired_components_leave_the_page_and_the_verdict(make_component, make_incident):
    old = make_component("Fax", retired_at=NOW)
    make_incident({old: Status.MAJOR_OUTAGE})
    assert overview(NOW).rows == []
    assert overview(NOW).description == "All Systems Operational"


@pytest.mark.parametrize(
    ("statuses", "indicator", "description"),
    [
        ([], "none", "All Systems Operational"),
        (["operational", "operational"], "none", "All Systems Operational"),
        (["operational", "under_maintenance"], "maintenance", "Service Under Maintenance"),
        (["under_maintenance", "degraded_performance"], "minor", "Partially Degraded Service"),
        (["degraded_performance", "partial_outage"], "minor", "Minor Service Outage"),
        (["operational", "major_outage"], "major", "Partial System Outage"),
        (["major_outage", "major_outage"], "critical", "Major System Outage"),
    ],
)
def test_the_verdict_follows_the_worst_component(make_component, statuses, indicator, description):
    for number, status in enumerate(statuses):
        report(make_component(f"Part {number}"), status, at=NOW)
    assert (overview(NOW).indicator, overview(NOW).description) == (indicator, description)


def test_an_open_incident_alone_does_not_change_the_verdict(make_component, make_incident):
    make_component()
    make_incident(impact="critical")
    assert overview(NOW).description == "All Systems Operational"


def test_the_overview_asks_the_same_few_questions_whatever_the_history(
    make_component, make_incident, django_assert_max_num_queries
):
    parts = [make_component(f"Part {number}", group=f"Group {number % 3}") for number in range(12)]
    for number in range(20):
        incident = make_incident({parts[number % 12]: Status.PARTIAL_OUTAGE}, at=NOW - 60 * MINUTE)
        if number % 2:
            resolve(incident, at=NOW - 30 * MINUTE)
    with django_assert_max_num_queries(7):
        state = overview(NOW)
        assert len(state.incidents) == 10
        assert [one.affects for one in state.incidents]
        assert state.rows


def test_the_past_shows_what_the_page_said_then_not_what_was_dated_back_later(make_component, make_incident):
    api = make_component("API")
    make_incident({api: Status.MAJOR_OUTAGE}, started_at=NOW - 9 * MINUTE)
    backfill_incident(
        name="Nobody noticed",
        body="It broke.",
        resolution="It was mended.",
        started_at=NOW - 90 * MINUTE,
        resolved_at=NOW - 30 * MINUTE,
        affected={api: Status.PARTIAL_OUTAGE},
        author=None,
        at=NOW,
    )
    for at in (NOW - 60 * MINUTE, NOW - MINUTE):
        assert overview(at).status_of(api) == Status.OPERATIONAL
        assert overview(at).standings == []
    assert overview(NOW).status_of(api) == Status.MAJOR_OUTAGE


def test_the_past_shows_the_components_of_its_time(make_component):
    added = make_component("Added", created_at=NOW)
    retired = make_component("Retired", retired_at=NOW)
    assert overview(NOW - MINUTE).components == [retired]
    assert overview(NOW).components == [added]


def test_the_present_tells_what_a_host_has_written_whose_clock_is_ahead(make_component, make_incident):
    api, web = make_component("API"), make_component("Website", created_at=NOW + MINUTE)
    incident = make_incident({api: "partial_outage"})
    post_update(incident, status="identified", body="x", affected={web: "major_outage"}, author=None, at=NOW + MINUTE)
    make_incident(name="Of their own", at=NOW + MINUTE)
    report_components({api: "major_outage"}, source="staff", at=NOW + MINUTE)
    with time_machine.travel(NOW, tick=False):
        state = overview()
        assert state.at == NOW
        assert sorted((one.incident.name, one.status) for one in state.incidents) == [
            ("Of their own", "investigating"),
            ("Slow answers", "identified"),
        ]
        assert [state.status_of(api), state.status_of(web)] == ["major_outage", "major_outage"]
        # Of a past moment nothing later is told, whoever wrote it.
        assert [(one.incident.name, one.status) for one in overview(NOW).incidents] == [
            ("Slow answers", "investigating")
        ]
