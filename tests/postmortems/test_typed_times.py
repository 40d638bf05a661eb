"""Times as people type them, read only where they can mean one thing."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postmortems.typed_times import read_day, read_time
from statuspage.publishing import times

NEW_YORK, LISBON, UTC, SAO_PAULO, CHICAGO = map(
    ZoneInfo, ["America/New_York", "Europe/Lisbon", "UTC", "America/Sao_Paulo", "America/Chicago"]
)


@pytest.mark.parametrize(
    ("typed", "zone", "meant"),
    [
        ("01/25/2023, 05:09pm EDT", NEW_YORK, "2023-01-25T17:09-04:00"),
        ("Jan 25, 2023 - 17:24 EST", NEW_YORK, "2023-01-25T17:24-05:00"),
        ("17:24 EST on January 25th, 2023", NEW_YORK, "2023-01-25T17:24-05:00"),
        ("2023-01-25T17:24:00.000-05:00", LISBON, "2023-01-25T17:24-05:00"),
        ("2023-01-25 17:24Z", NEW_YORK, "2023-01-25T17:24+00:00"),
        ("Wednesday, 25 January 2023 at 5 p.m. (UTC)", NEW_YORK, "2023-01-25T17:00+00:00"),
        ("2023-07-25 17:24", LISBON, "2023-07-25T17:24+01:00"),
        ("03/04/2023 12:05am", NEW_YORK, "2023-03-04T00:05-05:00"),
        ("03/04/2023 00:05", LISBON, "2023-04-03T00:05+01:00"),
        ("03/04/2023 00:05", SAO_PAULO, "2023-04-03T00:05-03:00"),
        ("25.1.2023 9:30 WET", LISBON, "2023-01-25T09:30+00:00"),
        ("2023-01-25 17:24 GMT+2", NEW_YORK, "2023-01-25T17:24+02:00"),
        ("2023-01-25 17:24 UTC-05:30", NEW_YORK, "2023-01-25T17:24-05:30"),
        ("2023-01-25 17:24 \N{MINUS SIGN}05", NEW_YORK, "2023-01-25T17:24-05:00"),
        ("11/05/2023 1:30am EST", NEW_YORK, "2023-11-05T01:30-05:00"),
        ("02/16/2021, 05:09pm EDT", LISBON, "2021-02-16T17:09-04:00"),
        ("Jan 25, 2023 17:24 CET", NEW_YORK, "2023-01-25T17:24+01:00"),
        ("Jan 25, 2023 17:24 CST", CHICAGO, "2023-01-25T17:24-06:00"),
    ],
)
def test_a_time_is_read_as_it_was_meant(typed, zone, meant):
    assert read_time(typed, zone).isoformat(timespec="minutes") == meant


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("03/04/2023 10:00", UTC),
        ("Jan 25, 2023 17:24 CST", LISBON),
        ("Jan 25, 2023 17:24 IST", LISBON),
        ("Jan 25, 2023 17:24 XYZ", LISBON),
        ("03/12/2023 2:30am", NEW_YORK),
        ("11/05/2023 1:30am", NEW_YORK),
        ("01/25/2023 25:00", NEW_YORK),
        ("01/25/2023 13:00pm", NEW_YORK),
        ("02/30/2023 10:00", NEW_YORK),
        ("01/25/2023", NEW_YORK),
        ("17:24 EST", NEW_YORK),
        ("01/25/2023 5:09pm or a little later", NEW_YORK),
        ("9999-12-31 23:59 -14:00", NEW_YORK),
        ("2021-02-16 17:09 – 18:30", NEW_YORK),
        ("2021-02-16 17:09 UTC 0530", NEW_YORK),
        ("2021-02-16 17:09 GMT05", NEW_YORK),
        ("05/03/2024 07:50 - 09:20", NEW_YORK),
        ("05/03/2024 07:50-09:20", NEW_YORK),
        ("", NEW_YORK),
    ],
)
def test_a_time_that_could_mean_two_is_not_guessed(typed, zone):
    assert read_time(typed, zone) is None


def test_a_day_is_read_where_nothing_else_is_said():
    assert read_day("01/25/2023", NEW_YORK) == read_day("Wed, Jan 25, 2023", UTC) == date(2023, 1, 25)
    assert read_day("01/25/2023 and the next", NEW_YORK) is None


@given(
    st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1)),
    st.sampled_from([NEW_YORK, LISBON, UTC, SAO_PAULO]),
)
def test_what_the_page_prints_is_read_again(local, zone):
    moment = local.replace(second=0, microsecond=0, tzinfo=zone).astimezone(ZoneInfo("UTC"))
    assert read_time(times.full(moment, zone), zone) == moment


@given(st.text(alphabet="0123456789/-.:, apmESTZ+JanFeb") | st.text(), st.sampled_from([NEW_YORK, LISBON, UTC]))
def test_nothing_typed_breaks_the_reader(typed, zone):
    moment = read_time(typed, zone)
    assert moment is None or moment.astimezone(ZoneInfo("UTC"))
    read_day(typed, zone)
