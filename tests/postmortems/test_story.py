"""The timeline of a postmortem: updates, actions with a time and starred entries, in order of time."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from postmortems.models import ActionTaken
from postmortems.rendition import html_of, json_of
from postmortems.report import ActionLine, EntryLine, Report, UpdateLine, assemble
from postmortems.services import publish_postmortem, save_draft
from postmortems.story import story_of
from statuspage.incidents.services_journal import note_down, put_back, star, strike
from statuspage.publishing.press import publish
from tests.conftest import NOW
from tests.postmortems.samples import START, a_report

MINUTE = timedelta(minutes=1)


@pytest.fixture
def noted(draft):
    """The draft, with two entries in the journal of its incident: one is starred."""
    note_down(draft.incident, words="The **spare** was away.", by=None, at=NOW + 10 * MINUTE, starred=True)
    note_down(draft.incident, words="CANARY nobody had slept", by=None, at=NOW + 15 * MINUTE)
    return draft


@pytest.fixture
def files(noted, public):
    """What readers get of it, by the end of its name."""
    publish_postmortem(noted, author=None, all_the_same="A try.", unchecked=True)
    publish()
    base = public / noted.path.lstrip("/")
    return {ending: base.with_name(f"postmortem{ending}").read_text() for ending in (".html", ".md", ".json")}


def told(report):
    return [(one.kind, one.label, one.text) for one in story_of(report)]


def test_everything_that_has_a_time_stands_in_the_order_in_which_it_happened(noted, page):
    assert told(assemble(noted, page=page)) == [
        ("update", "Investigating", "Ships wait outside."),
        ("entry", "Team", "The **spare** was away."),
        ("action", "Action", "The gate was opened by hand."),
        ("update", "Monitoring", "Ships move again."),
        ("update", "Resolved", "All is well."),
    ]


def test_where_there_is_no_more_than_updates_nothing_is_told_twice(draft, page):
    save_draft(draft, texts={}, facts=[], actions=[ActionTaken(description="Done.")], mitigations=[])
    assert story_of(assemble(draft, page=page)) == []


def test_what_is_internal_is_no_part_of_it(noted, page):
    late = NOW + 12 * MINUTE
    actions = [ActionTaken(description="CANARY we shouted", public=False, taken_at=late)]
    save_draft(noted, texts={}, facts=[], actions=actions, mitigations=[])
    assert "CANARY" not in str(assemble(noted, page=page).snapshot())


def test_what_was_struck_is_no_part_of_it_until_it_is_put_back(noted, page):
    entry = noted.incident.journal.get(starred=True)
    strike(entry, by=None)
    assert "entry" not in [kind for kind, *_ in told(assemble(noted, page=page))]
    put_back(entry)
    assert "entry" in [kind for kind, *_ in told(assemble(noted, page=page))]


def test_readers_get_it_in_every_form(files):
    assert "<strong>spare</strong> was away." in files[".html"]
    assert "- **Nov 21, 2026 - 09:10 WET** Team: The **spare** was away." in files[".md"]
    assert '"words": "The **spare** was away."' in files[".json"]
    assert not [name for name, text in files.items() if "CANARY" in text]


def test_it_is_part_of_the_paper_and_of_its_data(noted):
    revision = publish_postmortem(noted, author=None, unchecked=True)
    assert '<h3 id="story">Timeline</h3>' in html_of(revision)
    assert b"spare** was away" in json_of(revision)
    assert "CANARY" not in html_of(revision) + json_of(revision).decode()


def test_what_is_published_stays_until_it_is_published_again(noted, public):
    publish_postmortem(noted, author=None, unchecked=True)
    star(noted.incident.journal.first(), starred=False)
    publish()
    page = (public / noted.path.lstrip("/")).with_name("postmortem.html")
    assert "spare</strong> was away." in page.read_text()


def test_the_editor_and_the_review_tell_of_it(client, staff, noted):
    client.force_login(staff)
    edit = client.get(reverse("postmortems:edit", args=[noted.incident.code])).content.decode()
    assert "2 entries in the journal, 1 starred." in edit
    review = client.get(reverse("postmortems:review", args=[noted.incident.code])).content.decode()
    assert review.count("spare</strong> was away.") == 1
    assert "CANARY nobody had slept" not in review


def test_of_one_moment_what_readers_were_told_comes_first_and_lists_keep_their_order():
    report = a_report(
        updates=[UpdateLine("identified", "Second.", START), UpdateLine("investigating", "First.", START)],
        actions=[ActionLine("Third.", START), ActionLine("Fourth.", START)],
        entries=[EntryLine("Fifth.", START), EntryLine("Sixth.", START)],
    )
    assert [one.text for one in story_of(report)] == ["First.", "Second.", "Third.", "Fourth.", "Fifth.", "Sixth."]


TIMES = st.lists(st.integers(0, 30), max_size=12)


@given(
    TIMES, st.lists(st.none() | st.integers(0, 30), max_size=12), st.lists(st.integers(0, 30), min_size=1, max_size=12)
)
def test_nothing_is_lost_and_everything_is_in_order(updates, actions, entries):
    moment = [START + number * MINUTE for number in range(31)]
    report = a_report(
        updates=[UpdateLine("identified", f"Update {n}", moment[at]) for n, at in enumerate(updates)][::-1],
        actions=[ActionLine(f"Action {n}", None if at is None else moment[at]) for n, at in enumerate(actions)],
        entries=[EntryLine(f"Entry {n}", moment[at]) for n, at in enumerate(entries)],
    )
    story = story_of(report)
    assert [one.at for one in story] == sorted(one.at for one in story)
    assert len(story) == len(updates) + len([at for at in actions if at is not None]) + len(entries)
    for kind in ("Update", "Action", "Entry"):
        # Of the same minute, each list keeps its own order.
        mine = [(one.at, int(one.text.split()[1])) for one in story if one.text.startswith(kind)]
        assert mine == sorted(mine)


def test_a_snapshot_with_entries_comes_back_as_the_same_report():
    report = a_report(entries=[EntryLine("The spare was away.", START)])
    assert Report.from_snapshot(report.snapshot()) == report
    assert replace(report, entries=[]) != report
