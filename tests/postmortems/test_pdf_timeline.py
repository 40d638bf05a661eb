"""The drawn timeline: every label readable, whatever lies close together."""

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import combinations, product
from pathlib import Path

import pytest
from django.conf import settings as site
from django.utils import translation
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st

from postmortems import figure
from postmortems.figure import LETTER, MOST_MARKS, ROW, WORDS, Mark, draw_timeline, letters
from postmortems.report import FactLine, UpdateLine
from statuspage.incidents.models import Incident
from statuspage.publishing import times
from tests.postmortems.samples import START, a_report, after

AT = datetime(2026, 11, 28, 22, 48, tzinfo=UTC)
FONTS = Path(figure.__file__).parent / "fonts"
LANGUAGES = [code for code, _ in site.LANGUAGES]
# As the drawing's template has it.
SIZE = 10.5


def updates(*minutes, status="monitoring"):
    return [UpdateLine(status, "…", after(minutes=minute)) for minute in sorted(minutes, reverse=True)]


@cache
def font(name):
    font = TTFont(FONTS / f"{name}.ttf")
    return font.getBestCmap(), font["hmtx"], font["head"].unitsPerEm


def advance(sign, name):
    for one in (name, "DroidSansFallback"):
        glyphs, widths, units = font(one)
        if ord(sign) in glyphs:
            return SIZE * widths[glyphs[ord(sign)]][0] / units
    raise AssertionError(f"No font draws {sign}")


def width_of(mark):
    """How wide a label really is, in the fonts that it is set in."""
    bold = sum(advance(sign, "NotoSans-Bold") for sign in mark.word)
    return bold + sum(advance(sign, "NotoSans-Regular") for sign in f" {mark.time}")


def box_of(mark, drawn, *, above):
    """The corners of a label in the picture: as the template places it, with room for what hangs below the line."""
    baseline = drawn.line_y + (8 - mark.label_y if above else mark.label_y)
    return mark.label_x, baseline - 8, mark.label_x + width_of(mark), baseline + 3


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


# The first example reads fonts and catalogues.
@settings(deadline=None)
@given(
    happened=st.lists(st.integers(0, 5_000), min_size=1, max_size=4, unique=True),
    told=st.lists(st.integers(0, 5_000), min_size=1, max_size=MOST_MARKS, unique=True),
    minutes=st.sampled_from([1, 5, 300]),
    language=st.sampled_from(LANGUAGES),
)
def test_labels_are_never_cut_off_nor_collide(happened, told, minutes, language):
    facts = [
        FactLine(key, "", "", "", "typed", after(minutes=one * minutes))
        for key, one in zip(WORDS, sorted(happened), strict=False)
    ]
    with translation.override(language):
        drawn = draw_timeline(a_report(facts=facts, updates=updates(*(one * minutes for one in told))))
    if drawn is None:
        assert len({*happened, *told}) < 2
        return
    boxes = [box_of(mark, drawn, above=True) for mark in drawn.facts]
    boxes += [box_of(mark, drawn, above=False) for mark in drawn.updates]
    for left, top, right, bottom in boxes:
        assert 0 <= left < right <= drawn.width
        assert 0 <= top < bottom <= drawn.height
    for one, other in combinations(boxes, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    for marks in (drawn.facts, drawn.updates):
        for left, right in combinations(marks, 2):
            assert left.x <= right.x
            # The stem of a label further out passes beside those further in.
            if left.label_y < right.label_y:
                assert left.label_x + width_of(left) <= right.x


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_room_that_is_kept_for_a_label_is_what_its_letters_take(language):
    with translation.override(language):
        words = [*map(str, WORDS.values()), *(str(status.label) for status in Incident.Status)]
        for word, with_day in product(words, (True, False)):
            mark = Mark(word, times.clock(AT, UTC, with_day=with_day), 0, ROW)
            assert width_of(mark) <= letters(f"{mark.word} {mark.time}") * LETTER


def test_the_drawing_is_told_in_words_too():
    told = draw_timeline(a_report()).told
    assert told.startswith("Timeline: Started Nov 20, 2026 - 22:08 WET, Stable again")
    assert "Updates posted: Investigating Nov 20, 2026 - 22:15 WET" in told


def test_a_moment_before_the_start_is_drawn_before_it():
    early = [UpdateLine("investigating", "…", START - timedelta(minutes=5))]
    drawn = draw_timeline(a_report(updates=early))
    assert drawn.updates[0].x < drawn.facts[0].x
