from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuspage.publishing import times

NEW_YORK = ZoneInfo("America/New_York")
LISBON = ZoneInfo("Europe/Lisbon")


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "moment", "said"),
    [
        ("America/New_York", "2021-02-16T12:00", "EST"),
        ("America/New_York", "2021-07-16T12:00", "EDT"),
        ("Europe/Lisbon", "2026-01-05T12:00", "WET"),
        ("Europe/Paris", "2026-07-05T12:00", "CEST"),
        ("UTC", "2026-07-05T12:00", "UTC"),
        ("America/Sao_Paulo", "2026-07-05T12:00", "GMT-03"),
        ("Asia/Kathmandu", "2026-07-05T12:00", "GMT+0545"),
        ("Asia/Kolkata", "2026-07-05T12:00", "IST"),
    ],
)
def test_a_zone_is_called_as_at_that_moment(zone, moment, said):
    assert times.abbreviation(utc(moment), ZoneInfo(zone)) == said


def test_posted_times_read_as_status_pages_write_them():
    assert times.full(utc("2021-02-17T01:38"), NEW_YORK) == "Feb 16, 2021 - 20:38 EST"


def test_days_read_short_and_long():
    assert times.short_day(date(2021, 2, 6)) == "Feb 06, 2021"
    assert times.long_day(date(2021, 2, 6)) == "Saturday, 6 February 2021"


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2026-11-28T22:00", "2026-11-28T23:30", "Nov 28, 2026, 22:00 – 23:30 WET"),
        ("2026-11-28T23:00", "2026-11-29T00:30", "Nov 28, 2026, 23:00 WET – Nov 29, 2026, 00:30 WET"),
        # Still the same day where readers are, though another one in UTC.
        ("2026-07-01T22:30", "2026-07-01T23:30", "Jul 01, 2026, 23:30 WEST – Jul 02, 2026, 00:30 WEST"),
        ("2026-06-30T23:30", "2026-07-01T00:30", "Jul 01, 2026, 00:30 – 01:30 WEST"),
    ],
)
def test_a_window_tells_the_second_day_where_it_is_another(start, end, said):
    assert times.window(utc(start), utc(end), LISBON) == said


def test_a_window_in_which_clocks_change_tells_both_zones():
    # Otherwise three hours would read as two in spring, and one hour as none in autumn.
    assert times.window(utc("2026-03-29T00:30"), utc("2026-03-29T03:30"), LISBON) == (
        "Mar 29, 2026, 00:30 WET – 04:30 WEST"
    )
    assert times.window(utc("2026-10-25T00:30"), utc("2026-10-25T01:30"), LISBON) == (
        "Oct 25, 2026, 01:30 WEST – 01:30 WET"
    )


@pytest.mark.parametrize(
    ("length", "said"),
    [
        ({"seconds": 0}, "under a minute"),
        ({"seconds": 59}, "under a minute"),
        ({"minutes": 1, "seconds": 59}, "1 min"),
        ({"hours": 3, "minutes": 29}, "3 h 29 min"),
        ({"hours": 3}, "3 h"),
        ({"days": 2, "hours": 4, "minutes": 59}, "2 d 4 h"),
        ({"days": 2, "minutes": 59}, "2 d"),
        ({"days": 400}, "400 d"),
    ],
)
def test_a_span_is_told_in_two_units_rounded_down(length, said):
    assert times.span(timedelta(**length)) == said


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=4000)))
def test_a_span_is_never_told_longer_than_it_was(length):
    words = times.span(length).removeprefix("under a minute").split()
    units = {"d": 1440, "h": 60, "min": 1}
    told = timedelta(minutes=sum(int(count) * units[unit] for count, unit in zip(words[::2], words[1::2], strict=True)))
    assert told <= length
    assert length - told < (timedelta(hours=1) if length >= timedelta(days=1) else timedelta(minutes=1))


def test_machines_read_utc_to_the_second():
    assert times.machine(datetime(2021, 2, 16, 20, 38, 5, 999, tzinfo=NEW_YORK)) == "2021-02-17T01:38:05Z"
