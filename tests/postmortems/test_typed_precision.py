"""Words that say how precisely a time is known, read only where they can mean one thing."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postmortems.typed_times import read_time, read_told
from statuspage.publishing import precision, times

NEW_YORK, LISBON = ZoneInfo("America/New_York"), ZoneInfo("Europe/Lisbon")
DAY = date(2023, 1, 25)


@pytest.mark.parametrize(
    ("typed", "how", "at", "until"),
    [
        ("2023-01-25 17:05", "minute", "17:05:00-05:00", None),
        ("2023-01-25 17:05:32 UTC", "exact", "17:05:32+00:00", None),
        ("about 17:05 on 2023-01-25", "approximate", "17:05:00-05:00", None),
        ("~17:05", "approximate", "17:05:00-05:00", None),
        ("17:05", "minute", "17:05:00-05:00", None),
        ("around 5:05 p.m.", "approximate", "17:05:00-05:00", None),
        ("Jan 25, 2023, circa 17:05 UTC", "approximate", "17:05:00+00:00", None),
        ("between 17:00 and 17:10", "range", "17:00:00-05:00", "17:10:00-05:00"),
        ("between 17:00 and 17:10 UTC", "range", "17:00:00+00:00", "17:10:00+00:00"),
        ("Between 5:00pm and 5:10pm, 2023-01-25", "range", "17:00:00-05:00", "17:10:00-05:00"),
        ("2023-01-25, between about 17:00 EST and 17:10", "range", "17:00:00-05:00", "17:10:00-05:00"),
    ],
)
def test_it_is_read_as_precisely_as_it_was_meant(typed, how, at, until):
    told = read_told(typed, NEW_YORK, day=DAY)
    shown = [moment and f"{moment:%H:%M:%S}{moment.isoformat()[-6:]}" for moment in (told.at, told.until)]
    assert (told.precision, shown) == (how, [at, until])
    assert told.at.date() == DAY


def test_a_range_over_midnight_names_both_days():
    told = read_told("between 2023-01-24 23:50 and 2023-01-25 00:10", NEW_YORK)
    assert [told.at.date(), told.until.date()] == [date(2023, 1, 24), DAY]


@pytest.mark.parametrize(
    "typed",
    [
        "around teatime",
        "17:00 - 17:10",
        "between 17:10 and 17:00",
        "between 23:50 and 00:10",
        "between 5:00 and 5:10pm",
        "between 17:00 and later",
        "between lunch and 17:10",
        "yesterday 17:05",
        "17:05 or so",
        "03/04/2023 17:05 and the like",
    ],
)
def test_what_could_mean_two_is_not_guessed(typed):
    assert read_told(typed, NEW_YORK, day=DAY) is None


def test_a_time_without_a_day_means_none_where_there_are_several():
    assert read_told("about 17:05", NEW_YORK) is None
    # A date that could be two days is none, whatever the day of the incident was.
    assert read_told("03/04/2023 17:05", ZoneInfo("UTC"), day=DAY) is None


@given(
    st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1)),
    st.integers(min_value=1, max_value=5_000),
    st.sampled_from(["minute", "approximate", "range"]),
    st.sampled_from([NEW_YORK, LISBON]),
)
def test_what_the_page_prints_is_read_again(local, minutes, how, zone):
    utc = ZoneInfo("UTC")
    at = local.replace(second=0, microsecond=0, tzinfo=zone).astimezone(utc)
    until = at + minutes * precision.MINUTE if how == "range" else None
    told = read_told(precision.in_words(at, how, until, zone), zone)
    assert (told.at, told.precision, told.until) == (at, how, until)


@given(st.text(alphabet="0123456789/-.:, betwnadou~apmESTZ") | st.text(), st.none() | st.dates())
def test_nothing_typed_breaks_the_reader(typed, day):
    told = read_told(typed, NEW_YORK, day=day)
    assert told is None or told.until is None or told.at < told.until


def test_words_of_roughness_are_no_zone():
    assert read_time("about 2023-01-25 17:05 EST", NEW_YORK) == read_time("2023-01-25 17:05 EST", NEW_YORK)
    assert times.full(read_time("~ 2023-01-25 17:05", NEW_YORK), NEW_YORK) == "Jan 25, 2023 - 17:05 EST"
