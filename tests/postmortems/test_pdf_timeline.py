"""The drawn timeline: every label readable, whatever lies close together."""

from datetime import timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postmortems.figure import LETTER, WIDTH, draw_timeline
from postmortems.report import UpdateLine
from tests.postmortems.samples import START, a_report, after


def updates(*minutes, status="monitoring"):
    return [UpdateLine(status, "…", after(minutes=minute)) for minute in sorted(minutes, reverse=True)]


def right_of(mark):
    return mark.label_x + LETTER * len(f"{mark.word} {mark.time}")


def test_facts_stand_above_the_line_and_updates_below():
    drawn = draw_timeline(a_report())
    assert [(mark.word, mark.time) for mark in drawn.facts] == [
        ("Started", "22:08"),
        ("Stable again", "22:41"),
        ("Resolved", "22:50"),
    ]
    assert [mark.word for mark in drawn.updates] == ["Investigating", "Monitoring", "Resolved"]
    assert drawn.caption.startswith("Nov 20, 2026, times in WET.")


def test_the_unstable_and_the_recovering_stretch_meet_where_it_was_stable():
    drawn = draw_timeline(a_report())
    stable = drawn.facts[1].x
    assert drawn.unstable.x + drawn.unstable.width == pytest.approx(stable, abs=0.1)
    assert drawn.recovering.x == pytest.approx(stable, abs=0.1)


def test_over_midnight_each_label_says_its_day():
    drawn = draw_timeline(a_report(updates=updates(7, 400)))
    assert drawn.facts[0].time == "Nov 20, 22:08"
    assert drawn.updates[-1].time == "Nov 21, 04:48"


def test_one_moment_alone_is_not_drawn():
    facts = [fact for fact in a_report().facts if fact.key == "started"]
    assert draw_timeline(a_report(facts=facts, updates=[])) is None
    assert draw_timeline(a_report(facts=facts, updates=[UpdateLine("resolved", "…", START)])) is None


def test_of_a_long_story_the_turns_are_drawn():
    story = updates(*range(0, 60, 2))
    story = [*updates(70, status="resolved"), *story]
    assert [mark.word for mark in draw_timeline(a_report(updates=story)).updates] == ["Monitoring", "Resolved"]


@given(st.lists(st.integers(0, 5_000), min_size=2, max_size=12, unique=True))
def test_labels_never_overlap_nor_leave_the_page(minutes):
    drawn = draw_timeline(a_report(facts=[], updates=updates(*minutes)))
    for mark in drawn.updates:
        assert 0 <= mark.x <= mark.label_x
        assert right_of(mark) <= WIDTH
        assert mark.label_y < drawn.height
    for left, right in combinations(drawn.updates, 2):
        assert left.x <= right.x
        # In one row they keep apart; and the stem of a label further out passes beside those further in.
        if left.label_y <= right.label_y:
            assert right_of(left) < right.x


def test_the_drawing_is_told_in_words_too():
    told = draw_timeline(a_report()).told
    assert told.startswith("Timeline: Started Nov 20, 2026 - 22:08 WET, Stable again")
    assert "Updates posted: Investigating Nov 20, 2026 - 22:15 WET" in told


def test_a_moment_before_the_start_is_drawn_before_it():
    early = [UpdateLine("investigating", "…", START - timedelta(minutes=5))]
    drawn = draw_timeline(a_report(updates=early))
    assert drawn.updates[0].x < drawn.facts[0].x
