"""Uptime as the page reckons it: weights, maintenance, days of any length, and what counts as no data."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from statuspage.components.models import ComponentReport
from statuspage.components.services import report_components
from statuspage.components.status import Status
from statuspage.incidents.models import Incident
from statuspage.incidents.services import (
    backfill_incident,
    edit_incident,
    open_incident,
    post_update,
    schedule_maintenance,
)
from statuspage.incidents.uptime.bars import Bars
from statuspage.incidents.uptime.days import Calendar
from statuspage.incidents.uptime.measure import GroupUptime
from statuspage.incidents.uptime.record import uptime_of
from statuspage.incidents.uptime.words import caption, in_percent, summary
from tests.conftest import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = date(2026, 11, 21)
LONG_AGO = NOW - 400 * DAY


@pytest.fixture
def api(make_component):
    return make_component("API", created_at=LONG_AGO)


@pytest.fixture
def outage(make_incident):
    """An outage of a component, over after a while."""

    def make(component, *, at, lasting, status=Status.MAJOR_OUTAGE, **said):
        incident = make_incident({component: status}, at=at, **said)
        post_update(incident, status="resolved", body="Fixed.", affected={}, author=None, at=at + lasting)
        return incident

    return make


@pytest.fixture
def measured(page):
    """The uptime of a component over some days up to a moment."""

    def look(component, *, days=90, until=NOW):
        return uptime_of([component], Calendar.back_from(until, days, page.zone), page=page, until=until)[component.pk]

    return look


def hours(uptime):
    """The hours in each state on the days on which not all was well."""
    return {
        day: {status.value: length / HOUR for status, length in told.lengths.items()}
        for day, told in uptime.days.items()
    }


def test_each_status_counts_by_its_weight(page, api, outage, measured):
    page.weight_partial, page.weight_degraded = Decimal("0.3"), Decimal("0.1")
    outage(api, at=NOW - 10 * DAY, lasting=HOUR)
    outage(api, at=NOW - 9 * DAY, lasting=2 * HOUR, status=Status.PARTIAL_OUTAGE)
    outage(api, at=NOW - 8 * DAY, lasting=5 * HOUR, status=Status.DEGRADED_PERFORMANCE)
    # 89 days and the nine hours of today; the summer time that ended on October 25 gave one hour more.
    assert measured(api).overall == 1 - (1 + 2 * Fraction("0.3") + 5 * Fraction("0.1")) / (89 * 24 + 9 + 1)


def test_overlapping_incidents_count_once_by_the_worst(api, make_incident, outage, measured):
    outage(api, at=NOW - 2 * DAY, lasting=4 * HOUR, status=Status.PARTIAL_OUTAGE)
    outage(api, at=NOW - 2 * DAY + HOUR, lasting=HOUR)
    assert hours(measured(api)) == {TODAY - 2 * DAY: {"partial_outage": 3, "major_outage": 1}}


def test_time_under_maintenance_counts_neither_as_up_nor_as_down(api, outage, measured):
    start = NOW - DAY
    work = schedule_maintenance(
        name="New pipes",
        body="Soon.",
        scheduled_for=start,
        scheduled_until=start + 3 * HOUR,
        components=[api],
        author=None,
        at=start - DAY,
    )
    words = {"body": "So it is.", "author": None}
    post_update(work, status="in_progress", affected={api: Status.UNDER_MAINTENANCE}, at=start, **words)
    post_update(work, status="completed", affected={}, at=start + 3 * HOUR, **words)
    outage(api, at=start + 5 * HOUR, lasting=HOUR)
    found = measured(api)
    assert hours(found) == {TODAY - DAY: {"under_maintenance": 3, "major_outage": 1}}
    assert found.share(TODAY - DAY, TODAY - DAY) == Fraction(20, 21)


def test_an_incident_over_several_days_shows_on_each_of_them(api, outage, measured):
    incident = outage(api, at=NOW - 3 * DAY, lasting=2 * DAY, status=Status.PARTIAL_OUTAGE)
    found = measured(api)
    assert hours(found) == {
        TODAY - 3 * DAY: {"partial_outage": 15},
        TODAY - 2 * DAY: {"partial_outage": 24},
        TODAY - DAY: {"partial_outage": 9},
    }
    assert [told.incidents for told in found.days.values()] == [{incident.pk}] * 3


def test_a_day_lists_also_the_incidents_that_a_worse_one_hides(api, outage, measured):
    hidden = outage(api, at=NOW - DAY, lasting=HOUR, status=Status.DEGRADED_PERFORMANCE)
    worse = outage(api, at=NOW - DAY, lasting=HOUR)
    assert measured(api).days[TODAY - DAY].incidents == {hidden.pk, worse.pk}


@pytest.mark.parametrize(
    ("zone", "day", "length"),
    [
        ("Europe/Lisbon", date(2026, 10, 25), 25),
        ("Europe/Lisbon", date(2026, 3, 29), 23),
        ("America/New_York", date(2026, 3, 8), 23),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("Africa/Casablanca", date(2026, 2, 15), 25),
    ],
)
def test_a_day_on_which_the_clocks_change_counts_as_long_as_it_was(page, api, outage, measured, zone, day, length):
    page.time_zone = zone
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    outage(api, at=noon - 2 * DAY, lasting=4 * DAY)
    assert hours(measured(api, until=noon + 10 * DAY))[day] == {"major_outage": length}


def test_an_outage_that_has_only_begun_is_already_seen(api, make_incident, measured):
    incident = make_incident({api: Status.MAJOR_OUTAGE}, at=NOW)
    found = measured(api)
    assert (found.status, found.days[TODAY].worst, found.days[TODAY].incidents) == (
        Status.MAJOR_OUTAGE,
        Status.MAJOR_OUTAGE,
        {incident.pk},
    )
    assert found.overall == 1


def test_nothing_is_measured_before_the_start_date(make_component, outage, measured):
    app = make_component("App", created_at=LONG_AGO, start_date=TODAY - 10 * DAY)
    outage(app, at=NOW - 12 * DAY, lasting=HOUR)
    found = measured(app)
    assert (found.since, found.days, found.overall) == (TODAY - 10 * DAY, {}, 1)
    assert found.share(TODAY - 20 * DAY, TODAY - 11 * DAY) is None


def test_a_component_without_start_date_is_measured_from_its_making(make_component, measured):
    assert measured(make_component("App", created_at=NOW - 5 * DAY)).since == TODAY - 5 * DAY


@pytest.mark.parametrize(("days_ago", "first"), [(30, TODAY - 30 * DAY), (300, TODAY - 89 * DAY)])
def test_what_was_said_of_a_component_before_its_making_is_measured_too(make_component, measured, days_ago, first):
    app = make_component("App", created_at=NOW - DAY)
    backfill_incident(
        name="Before our time",
        body="It was down.",
        resolution="It was up.",
        started_at=NOW - days_ago * DAY,
        resolved_at=NOW - days_ago * DAY + HOUR,
        affected={app: Status.MAJOR_OUTAGE},
        author=None,
        at=NOW,
    )
    assert measured(app).since == first


def test_nothing_is_measured_after_the_retirement(make_component, make_incident, measured):
    fax = make_component("Fax", created_at=LONG_AGO, retired_at=NOW - 2 * DAY)
    make_incident({fax: Status.MAJOR_OUTAGE}, at=NOW - 3 * DAY)
    found = measured(fax)
    assert hours(found) == {TODAY - 3 * DAY: {"major_outage": 15}, TODAY - 2 * DAY: {"major_outage": 9}}
    assert found.share(TODAY - DAY, TODAY) is None


def test_a_component_that_begins_tomorrow_has_no_data_and_that_is_not_a_hundred_percent(make_component, measured):
    found = measured(make_component("App", created_at=LONG_AGO, start_date=TODAY + DAY))
    assert (found.since, found.overall, in_percent(found.overall)) == (None, None, "No data")
    assert Bars.recent(found).paths == [("unmeasured", "M0 0h90")]


def test_the_corrected_start_and_end_of_an_incident_count(api, outage, measured):
    incident = outage(api, at=NOW - DAY, lasting=2 * HOUR)
    incident = Incident.objects.get(pk=incident.pk)
    edit_incident(
        incident,
        name=incident.name,
        impact=None,
        started_at=NOW - DAY - HOUR,
        resolved_at=NOW - DAY + 5 * HOUR,
        seen=incident.version,
        at=NOW,
    )
    assert hours(measured(api)) == {TODAY - DAY: {"major_outage": 6}}


def test_an_incident_counts_from_its_start_not_from_its_first_words(api, measured):
    open_incident(
        name="Slow",
        status="investigating",
        body="We are late.",
        affected={api: Status.MAJOR_OUTAGE},
        author=None,
        started_at=NOW - 3 * HOUR,
        at=NOW - HOUR,
    )
    assert hours(measured(api)) == {TODAY: {"major_outage": 3}}


def test_a_report_holds_until_the_next_one(api, measured):
    for status, ago in (("partial_outage", 5), ("operational", 3)):
        report_components({api: status}, source=ComponentReport.Source.ALERT, at=NOW - ago * HOUR)
    assert hours(measured(api)) == {TODAY: {"partial_outage": 2}}


def test_a_report_made_before_the_period_still_holds_in_it(api, measured):
    report_components({api: "partial_outage"}, source=ComponentReport.Source.ALERT, at=NOW - 300 * DAY)
    assert len(measured(api).days) == 90


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (Fraction(1), "100 %"),
        (1 - Fraction(1, 10**9), "99.99 %"),
        (Fraction("0.99989"), "99.98 %"),
        (Fraction("0.999"), "99.90 %"),
        (Fraction("0.05"), "5.00 %"),
        (Fraction(0), "0.00 %"),
        (None, "No data"),
    ],
)
def test_percentages_are_rounded_down_so_that_any_downtime_is_seen(share, said):
    assert in_percent(share).replace("\N{NO-BREAK SPACE}", " ") == said


def test_a_group_is_the_mean_of_its_components_and_each_day_as_bad_as_the_worst(make_component, outage, measured):
    parts = [make_component(name, group="Shop", created_at=LONG_AGO) for name in ("Web", "Till", "Stock")]
    parts.append(make_component("New", group="Shop", created_at=LONG_AGO, start_date=TODAY + DAY))
    outage(parts[0], at=NOW - DAY, lasting=6 * HOUR)
    outage(parts[1], at=NOW - DAY, lasting=3 * HOUR, status=Status.DEGRADED_PERFORMANCE)
    group = GroupUptime([measured(part) for part in parts])
    assert group.worst_of_days == {TODAY - DAY: Status.MAJOR_OUTAGE}
    # The component without data has no say.
    assert group.share(TODAY - DAY, TODAY - DAY) == (Fraction(18, 24) + 1 + 1) / 3


def test_bars_say_in_a_sentence_what_they_show(api, outage, measured):
    outage(api, at=NOW - 10 * DAY, lasting=12 * timedelta(minutes=1), status=Status.PARTIAL_OUTAGE)
    outage(api, at=NOW - 8 * DAY, lasting=2 * HOUR)
    assert summary(Bars.recent(measured(api))).replace("\N{NO-BREAK SPACE}", " ") == (
        "99.90 % over 90 days; trouble on 2 days: Nov 13 Major outage 2 h, Nov 11 Partial outage 12 min"
    )


def test_bars_of_a_young_component_say_since_when(make_component, measured):
    drawn = Bars.recent(measured(make_component("App", created_at=NOW - 5 * DAY)))
    assert caption(drawn).replace("\N{NO-BREAK SPACE}", " ") == "100 % since Nov 16"
    assert drawn.paths == [("unmeasured", "M0 0h84"), ("operational", "M84 0h6")]
