"""What could not be told is tried again less and less often, and not for ever."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statuspage.subscribers.patience import is_hopeless, next_attempt, rests_until
from tests.subscribers.hooks import AT


def evenly() -> float:
    """No jitter."""
    return 0.5


def instants(channel: str, chance=evenly) -> list[timedelta]:
    """When each try takes place, from the first, where each fails at once."""
    at, found = AT, []
    while at:
        found.append(at - AT)
        at = next_attempt(channel, len(found) - 1, at=at, chance=chance)
    return found


@pytest.mark.parametrize("channel", ["webhook", "slack", "teams"])
def test_a_hook_is_tried_ten_times_as_the_specification_has_it(channel):
    seconds = [0, 5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600]
    expected = [timedelta(seconds=sum(seconds[: number + 1])) for number in range(10)]
    assert instants(channel) == expected
    assert expected[-1] == timedelta(hours=75, minutes=35, seconds=5)


def test_a_mail_is_tried_for_a_day():
    minutes = [0, 1, 5, 15, 60, 120, 240, 480, 480]
    assert instants("email") == [timedelta(minutes=sum(minutes[: number + 1])) for number in range(9)]
    assert timedelta(hours=23) < instants("email")[-1] <= timedelta(days=1)


@settings(deadline=None)
@given(answers=st.integers(0, 8), seed=st.integers())
def test_what_failed_together_does_not_come_again_together(answers, seed):
    usual = next_attempt("webhook", answers, at=AT, chance=evenly) - AT
    spread = next_attempt("webhook", answers, at=AT, chance=random.Random(seed).random) - AT
    assert usual * 0.8 <= spread <= usual * 1.2


def test_jitter_reaches_both_ways():
    assert next_attempt("webhook", 4, at=AT, chance=lambda: 0) == AT + timedelta(hours=4)
    assert next_attempt("webhook", 4, at=AT, chance=lambda: 1) == AT + timedelta(hours=6)


@settings(deadline=None)
@given(answers=st.integers(0, 8), seconds=st.integers(1, 86400), seed=st.integers())
def test_nobody_is_tried_earlier_than_they_asked(answers, seconds, seed):
    wait = timedelta(seconds=seconds)
    again = next_attempt("webhook", answers, at=AT, wait=wait, chance=random.Random(seed).random)
    assert again >= AT + wait
    assert again >= AT + (next_attempt("webhook", answers, at=AT, chance=evenly) - AT) * 0.8


def test_whoever_asks_to_wait_is_given_up_all_the_same():
    assert next_attempt("webhook", 9, at=AT, wait=timedelta(hours=1)) is None
    assert next_attempt("email", 8, at=AT, wait=timedelta(hours=1)) is None


def test_an_endpoint_that_fails_and_fails_is_left_in_peace_longer_and_longer():
    rests = [rests_until(failures, at=AT) for failures in (1, 9, 10, 11, 12, 13, 14, 15, 1000)]
    minutes = [None, None, 15, 30, 60, 120, 240, 240, 240]
    assert rests == [None if one is None else AT + timedelta(minutes=one) for one in minutes]


@pytest.mark.parametrize(
    ("failures", "since", "hopeless"),
    [
        (10, AT - timedelta(days=5), True),
        (40, AT - timedelta(days=30), True),
        (10, AT - timedelta(days=5) + timedelta(seconds=1), False),
        # One failure a week is no endpoint that fails for a week.
        (2, AT - timedelta(days=7), False),
        (40, AT - timedelta(hours=1), False),
        (40, None, False),
    ],
)
def test_an_endpoint_is_hopeless_after_five_days_of_nothing_but_failures(failures, since, hopeless):
    assert is_hopeless(failures, since, at=AT) is hopeless
