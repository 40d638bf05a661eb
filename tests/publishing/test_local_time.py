"""Times typed as a wall clock of the page's zone shows them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from statuspage.publishing.local_time import LocalTimeField, exists, is_ambiguous, kept_times

LISBON = ZoneInfo("Europe/Lisbon")


class Form(forms.Form):
    when = LocalTimeField(zone=LISBON)


def cleaned(text, again=""):
    return LocalTimeField(zone=LISBON).clean([text, again])


def test_a_time_is_read_in_the_zone_and_comes_out_in_utc():
    assert cleaned("2026-07-01T09:30") == datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
    assert cleaned("2026-01-01T09:30:15") == datetime(2026, 1, 1, 9, 30, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "required"),
        ("  ", "required"),
        ("soon", "invalid"),
        ("2026-13-01T00:00", "invalid"),
        ("2026-07-01T09:30+02:00", "invalid"),
        ("0001-01-01T00:00", "invalid"),
        ("9999-12-31T23:59", "invalid"),
        ("2026-03-29T01:00", "skipped"),
        ("2026-03-29T01:59", "skipped"),
        ("2026-10-25T01:00", "ambiguous"),
    ],
)
def test_what_names_no_moment_is_refused(text, code):
    with pytest.raises(forms.ValidationError) as refused:
        cleaned(text)
    assert refused.value.code == code


def test_either_of_two_equal_hours_can_be_meant():
    assert cleaned("2026-10-25T01:30", "0") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert cleaned("2026-10-25T01:30", "1") == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_the_choice_between_two_is_offered_only_where_there_are_two():
    assert "when_again" not in str(Form({"when": "2026-07-01T09:30"})["when"])
    assert "the second 01:30, WET" in str(Form({"when": "2026-10-25T01:30"})["when"])


@pytest.mark.parametrize("hour", [0, 1])
def test_a_moment_in_the_hour_that_comes_twice_survives_being_shown(hour):
    moment = datetime(2026, 10, 25, hour, 30, tzinfo=UTC)
    form = Form(initial={"when": moment})
    assert " selected" in str(form["when"])
    assert LocalTimeField(zone=LISBON).clean(form["when"].field.widget.decompress(moment)) == moment


def test_an_untouched_minute_keeps_its_seconds():
    moment = datetime(2026, 7, 1, 8, 30, 42, tzinfo=UTC)
    form = Form({"when": "2026-07-01T09:30"}, initial={"when": moment})
    assert form.is_valid()
    assert kept_times(form, form.cleaned_data) == {"when": moment}
    form = Form({"when": "2026-07-01T09:31"}, initial={"when": moment})
    assert form.is_valid()
    assert kept_times(form, form.cleaned_data) == {"when": datetime(2026, 7, 1, 8, 31, tzinfo=UTC)}


zones = st.sampled_from(["Europe/Lisbon", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"])
moments = st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


@given(zones.map(ZoneInfo), moments.map(lambda moment: moment.replace(second=0, microsecond=0)))
def test_every_moment_can_be_shown_and_typed_back(zone, moment):
    field = LocalTimeField(zone=zone)
    assert abs(field.clean(field.widget.decompress(moment)) - moment).total_seconds() < 60


@given(zones.map(ZoneInfo), st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)))
def test_no_wall_time_is_both_skipped_and_shown_twice(zone, local):
    assert exists(local, zone) or not is_ambiguous(local, zone)
