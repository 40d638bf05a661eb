"""Uptime to the second: the quick computation says what a slow one says that follows the rule word by word."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from statuspage.components.status import SEVERITY, Status
from statuspage.incidents.uptime.claims import Statement, Story, against_reports
from statuspage.incidents.uptime.days import Calendar
from statuspage.incidents.uptime.measure import measure

API, OTHER = 1, 2
DAYS = 4
WEIGHTS = {
    Status.MAJOR_OUTAGE: Fraction(1),
    Status.PARTIAL_OUTAGE: Fraction("0.3"),
    Status.DEGRADED_PERFORMANCE: Fraction("0.05"),
}
CLOSED = {"resolved", "completed"}
# A first day whose calendar holds a day of another length than 24 hours, or one of plain days.
FIRST_DAYS = {
    ("Europe/Lisbon", date(2026, 3, 27)),
    ("Europe/Lisbon", date(2026, 10, 23)),
    ("America/New_York", date(2026, 3, 6)),
    ("America/New_York", date(2026, 10, 30)),
    ("Australia/Lord_Howe", date(2026, 4, 3)),
    ("Australia/Lord_Howe", date(2026, 10, 2)),
    ("Africa/Casablanca", date(2026, 2, 13)),
    ("Africa/Casablanca", date(2026, 3, 20)),
    ("America/Sao_Paulo", date(2018, 11, 2)),
    ("Asia/Kathmandu", date(2026, 6, 1)),
}
OFFSETS = st.integers(-2 * 86_400, (DAYS + 1) * 86_400)
# Often the same few, so that things happen at the same moment.
FEW_OFFSETS = st.one_of(OFFSETS, st.sampled_from([-90_000, 0, 1, 3600, 7200, 86_400, 200_000]))


@st.composite
def stories(draw, base, key):
    maintenance = draw(st.booleans())
    statuses = (
        ["scheduled", "in_progress", "verifying", "completed"]
        if maintenance
        else ["investigating", "identified", "monitoring", "resolved"]
    )
    posted = sorted(draw(st.lists(FEW_OFFSETS, min_size=1, max_size=6)))
    statements = [
        Statement(
            (base + timedelta(seconds=offset), key * 100 + place),
            base + timedelta(seconds=draw(st.one_of(st.just(offset), FEW_OFFSETS))),
            draw(st.sampled_from(statuses)),
            draw(st.dictionaries(st.sampled_from([API, OTHER]), st.sampled_from(list(Status)))),
        )
        for place, offset in enumerate(posted)
    ]
    started_at = base + timedelta(seconds=draw(st.one_of(st.just(posted[0]), FEW_OFFSETS)))
    ended_at = None
    if statements[-1].status in CLOSED:
        ended_at = draw(st.one_of(st.just(statements[-1].shown_at), FEW_OFFSETS.map(lambda s: base + timedelta(0, s))))
    return Story(key, maintenance, started_at, ended_at, statements)


@st.composite
def histories(draw):
    zone, first = draw(st.sampled_from(sorted(FIRST_DAYS)))
    base = datetime(first.year, first.month, first.day, tzinfo=UTC)
    told = [draw(stories(base, key)) for key in range(draw(st.integers(0, 4)))]
    reported = sorted(draw(st.lists(FEW_OFFSETS, max_size=4)))
    reports = [(base + timedelta(seconds=offset), draw(st.sampled_from(list(Status)))) for offset in reported]
    # Mostly all of the calendar, now and then a part of it or nothing.
    since = draw(st.one_of(st.just(-100_000), st.just(-100_000), FEW_OFFSETS, st.none()))
    until = base + timedelta(seconds=draw(st.one_of(st.just(DAYS * 86_400 + 90_000), st.just(300_000), FEW_OFFSETS)))
    since = None if since is None else base + timedelta(seconds=since)
    return Calendar(first, first + timedelta(days=DAYS - 1), ZoneInfo(zone)), told, reports, since, until


def words_at(moment, story):
    """The statement by which an incident says at a moment how the API is, as the rule has it; None if it says nothing.

    An incident speaks between its start and its end, a maintenance until its end; what it said first holds from its
    start; it is silent while its last words by then closed it or announced it; an announcement says nothing itself.
    """
    posted = sorted(story.statements, key=lambda one: one.order)
    if story.resolved_at:
        if moment >= story.resolved_at:
            return None
        closing = [place for place, one in enumerate(posted) if one.status not in CLOSED]
        posted = posted[: closing[-1] + 1] if closing else []
    if not story.is_maintenance and moment < story.started_at:
        return None
    by_then = [
        one
        for place, one in enumerate(posted)
        if one.shown_at <= moment or (place == 0 and not story.is_maintenance and story.started_at <= moment)
    ]
    if not by_then or by_then[-1].status in CLOSED | {"scheduled"}:
        return None
    words = [one for one in by_then if one.status != "scheduled" and API in one.said]
    return words[-1] if words else None


def state_at(moment, told, reports):
    """How the API is at a moment, and the incidents that say that it does not work."""
    made = [report for report in reports if report[0] <= moment]
    claims = {None: made[-1][1]} if made else {}
    for story in told:
        words = words_at(moment, story)
        if words and (not made or words.order[0] > made[-1][0]):
            claims[story.key] = words.said[API]
    worst = max(claims.values(), key=SEVERITY.__getitem__, default=Status.OPERATIONAL)
    return worst, {key for key, status in claims.items() if key is not None and status != Status.OPERATIONAL}


def changes_of_day(calendar):
    """Every moment at which the calendar of the zone turns to another day, by looking at each minute."""
    moment = datetime(calendar.first.year, calendar.first.month, calendar.first.day, tzinfo=UTC) - timedelta(days=1)
    days, found = None, {}
    while len(found) < DAYS + 3:
        today = moment.astimezone(calendar.zone).date()
        if today != days:
            found.setdefault(today, moment)
            days = today
        moment += timedelta(minutes=1)
    return found


def slowly(calendar, told, reports, since, until):
    """Seconds in each state by day, and who spoke on it, looked up anew between any two moments of which anything is
    known."""
    turns = CHANGES[calendar]
    stop = turns[calendar.last + timedelta(days=1)]
    begin, until = turns[calendar.first], min(until, stop)
    moments = {begin, until, since, *turns.values(), *(report[0] for report in reports)}
    for story in told:
        moments |= {story.started_at, story.resolved_at, *(one.shown_at for one in story.statements)}
    known = sorted(moment for moment in moments - {None} if begin <= moment <= until and moment >= since)
    seconds, speakers = {}, {}
    for first, last in pairwise(known):
        status, incidents = state_at(first, told, reports)
        day = first.astimezone(calendar.zone).date()
        lengths = seconds.setdefault(day, {})
        lengths[status] = lengths.get(status, 0) + (last - first).total_seconds()
        speakers.setdefault(day, set()).update(incidents)
    return seconds, speakers


CHANGES = {
    calendar: changes_of_day(calendar)
    for calendar in (Calendar(first, first + timedelta(days=DAYS - 1), ZoneInfo(zone)) for zone, first in FIRST_DAYS)
}


def quickly(calendar, told, reports, since, until):
    claims = [claim for story in told for component, claim in story.claims() if component == API]
    return measure(against_reports(claims, reports), calendar, since=since, until=until, weights=WEIGHTS)


@settings(max_examples=300, deadline=None)
@given(histories())
def test_every_second_of_every_day_counts_as_the_slow_reference_has_it(history):
    calendar, told, reports, since, until = history
    uptime = quickly(*history)
    seconds, speakers = slowly(calendar, told, reports, since, until) if since else ({}, {})
    trouble = {
        day: {status: length for status, length in lengths.items() if status != Status.OPERATIONAL}
        for day, lengths in seconds.items()
    }
    found = {
        day: {status: length.total_seconds() for status, length in told.lengths.items() if length}
        for day, told in uptime.days.items()
    }
    assert {day: lengths for day, lengths in found.items() if lengths} == {
        day: lengths for day, lengths in trouble.items() if lengths
    }
    # What holds at the very end is listed too, before it has lasted.
    for day, keys in speakers.items():
        assert keys <= (uptime.days[day].incidents if day in uptime.days else set())
    beyond = {day: told.incidents - speakers.get(day, set()) for day, told in uptime.days.items()}
    assert set().union(*beyond.values()) <= state_at(uptime.end, told, reports)[1]

    measured = sum(sum(lengths.values()) for lengths in seconds.values())
    kept = measured - sum(lengths.get(Status.UNDER_MAINTENANCE, 0) for lengths in seconds.values())
    lost = sum(
        WEIGHTS[status] * int(length)
        for lengths in seconds.values()
        for status, length in lengths.items()
        if status in WEIGHTS
    )
    assert uptime.overall == (1 - lost / Fraction(int(kept)) if kept else None)


@settings(max_examples=150, deadline=None)
@given(histories(), st.integers(0, DAYS - 1))
def test_a_single_day_has_the_percentage_of_its_own_seconds(history, place):
    calendar, told, reports, since, until = history
    day = calendar.first + timedelta(days=place)
    lengths = slowly(calendar, told, reports, since, until)[0].get(day, {}) if since else {}
    kept = int(sum(lengths.values()) - lengths.get(Status.UNDER_MAINTENANCE, 0))
    lost = sum(WEIGHTS[status] * int(length) for status, length in lengths.items() if status in WEIGHTS)
    assert quickly(*history).share(day, day) == (1 - lost / Fraction(kept) if kept else None)


@settings(max_examples=100, deadline=None)
@given(histories())
def test_the_state_at_the_end_is_the_state_at_that_moment(history):
    calendar, told, reports, _, until = history
    assert quickly(*history).status == state_at(min(until, calendar.midnights[-1]), told, reports)[0]
