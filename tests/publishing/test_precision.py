"""How precisely a moment is known: what it may have been, and how that is told."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuspage.publishing.precision import Precision, Span, in_words

LISBON, NEW_YORK = ZoneInfo("Europe/Lisbon"), ZoneInfo("America/New_York")
AT = datetime(2026, 11, 21, 17, 5, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.mark.parametrize(
    ("precision", "until", "words"),
    [
        ("exact", None, "Nov 21, 2026 - 17:05 WET"),
        ("minute", None, "Nov 21, 2026 - 17:05 WET"),
        ("approximate", None, "about Nov 21, 2026 - 17:05 WET"),
        ("range", AT + 10 * MINUTE, "between Nov 21, 2026 - 17:05 and 17:15 WET"),
        ("range", AT + 600 * MINUTE, "between Nov 21, 2026 - 17:05 and Nov 22, 2026 - 03:05 WET"),
    ],
)
def test_it_is_told_as_precisely_as_it_is_known(precision, until, words):
    assert in_words(AT, precision, until, LISBON) == words


def test_a_range_over_a_change_of_clocks_names_both_zones():
    start, end = datetime(2026, 11, 1, 5, 50, tzinfo=UTC), datetime(2026, 11, 1, 6, 10, tzinfo=UTC)
    assert in_words(start, "range", end, NEW_YORK) == "between Nov 01, 2026 - 01:50 EDT and 01:10 EST"


@pytest.mark.parametrize(
    ("precision", "holds", "misses"),
    [
        ("exact", [timedelta()], [-SECOND, SECOND]),
        ("minute", [timedelta(), 59 * SECOND], [-SECOND, MINUTE]),
        ("approximate", [-5 * MINUTE, 5 * MINUTE], [-6 * MINUTE, 6 * MINUTE]),
        ("range", [timedelta(), 10 * MINUTE], [-SECOND, 11 * MINUTE]),
    ],
)
def test_it_may_have_been_anywhere_in_its_span(precision, holds, misses):
    span = Span.of(AT, precision, AT + 10 * MINUTE if precision == "range" else None)
    assert all(span.holds(AT + by) for by in holds)
    assert not any(span.holds(AT + by) for by in misses)


@given(
    st.sampled_from(Precision),
    st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)),
    st.timedeltas(min_value=SECOND, max_value=timedelta(days=3)),
    st.timedeltas(min_value=timedelta(days=-5), max_value=timedelta(days=5)),
)
def test_a_moment_is_apart_from_a_span_where_the_span_does_not_hold_it(precision, at, length, by):
    span = Span.of(at, precision, at + length if precision == Precision.RANGE else None)
    assert span.holds(at)
    assert (span.apart(at + by) == timedelta()) == span.holds(at + by)
    assert span.moved(by).apart(at + by) == timedelta()
