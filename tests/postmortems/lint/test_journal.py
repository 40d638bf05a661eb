"""Checks read the journal: what is starred as words for readers, all else as words that stay inside."""

from postmortems.lint.subject import Entry
from tests.postmortems.lint.samples import SUBJECT, clock, fires, found_in, not_found_in, quiet, texts

BLAMING = Entry("Olga Brandt closed the valve by her mistake.", clock("09:41"), public=True)
INSIDE = "The contract with the supplier of gauges ends in March."
SUMMER = Entry("The valve was closed at 09:41 CDT.", clock("09:41"), public=True)

FIRES = [
    fires("PM001", "/entries", "not CDT", entries=(SUMMER,)),
    fires("PM050", "/root_cause", entries=(Entry(INSIDE, clock("09:41")),), texts=texts(root_cause=INSIDE)),
]
QUIET = [
    quiet("PM033", entries=(Entry(BLAMING.text, BLAMING.at),)),
    quiet("PM050", entries=(Entry(INSIDE, clock("09:41"), public=True),), texts=texts(root_cause=INSIDE)),
    quiet("PM010", entries=(BLAMING,), texts=texts(description="At 09:41 the valve was closed.")),
]

test_it_is_found = found_in(FIRES)
test_it_is_left_alone = not_found_in(QUIET)


def test_starred_words_that_judge_people_are_found():
    found = fires("PM033", "/entries", entries=(BLAMING,)).found()
    assert {one.place for one in found} == {"/entries"}


def test_no_button_changes_the_journal():
    [found] = fires("PM001", "/entries", entries=(SUMMER,)).found()
    assert not found.can_be_fixed
    assert not SUBJECT.entries
