"""Readers find what they are told, and nothing else, whatever happens to it; the team finds all of it."""

from io import StringIO

import pytest
from django.core.management import call_command

from postmortems.models import ActionTaken, Mitigation
from postmortems.services import follow_up, publish_postmortem, save_draft, withdraw_postmortem
from postmortems.services_review import add_comment, ask_for_review
from statuspage.incidents.models import SearchText
from statuspage.incidents.services_journal import note_down, put_back, star, strike
from statuspage.incidents.services_tags import tag_incident
from tests.conftest import NOW
from tests.search.conftest import names

TEXTS = ("description", "root_cause", "contributing_factors", "lessons", "further")


@pytest.fixture
def written(draft):
    """A draft with a word of its own in every place that readers never get, and one that they may."""
    save_draft(
        draft,
        texts={name: f"zebra{name}" for name in (*TEXTS, "internal_notes")},
        facts=draft.facts.all(),
        actions=[ActionTaken(description="zebraaction", public=False), ActionTaken(description="publicaction")],
        mitigations=[
            Mitigation(description="zebrameasure", owner="zebraowner", public=False),
            Mitigation(description="publicmeasure", owner="publicowner"),
        ],
    )
    follow_up(draft.mitigations.get(public=False), status="wont_do", reason="zebrareason")
    add_comment(draft, section="lessons", words="zebracomment", by=None)
    ask_for_review(draft, by=None, words="zebrastep")
    note_down(draft.incident, words="zebranote", by=None, at=NOW)
    star(note_down(draft.incident, words="publicentry", by=None, at=NOW), starred=True)
    tag_incident(draft.incident, names="zebratag")
    draft.refresh_from_db()
    return draft


DRAFTED = [f"zebra{name}" for name in TEXTS] + ["publicaction", "publicmeasure", "publicowner", "publicentry"]
INTERNAL = [
    f"zebra{name}"
    for name in ("internal_notes", "action", "measure", "owner", "reason", "comment", "step", "note", "tag")
]


def found(search, words):
    return [word for word in words if names(search(word))]


def test_nothing_of_a_draft_is_public(public_search, desk_search, written):
    assert found(public_search, DRAFTED + INTERNAL) == []
    assert found(desk_search, DRAFTED + INTERNAL) == DRAFTED + INTERNAL


def test_publishing_makes_public_what_readers_get_and_no_more(public_search, desk_search, written):
    publish_postmortem(written, author=None, unchecked=True)
    assert found(public_search, DRAFTED + INTERNAL) == DRAFTED
    assert found(desk_search, INTERNAL) == INTERNAL


def test_a_revision_that_is_being_written_is_not_public_and_replaces_what_was(public_search, desk_search, written):
    publish_postmortem(written, author=None, unchecked=True)
    save_draft(written, texts={"lessons": "giraffe"}, facts=[], actions=[], mitigations=[])
    assert found(public_search, ["giraffe", "zebralessons"]) == ["zebralessons"]
    assert found(desk_search, ["giraffe", "zebralessons"]) == ["giraffe", "zebralessons"]
    publish_postmortem(written, author=None, unchecked=True)
    assert found(public_search, ["giraffe", "zebralessons", "publicaction"]) == ["giraffe"]


def test_what_was_withdrawn_is_at_once_found_by_nobody_outside(public_search, desk_search, written):
    publish_postmortem(written, author=None, unchecked=True)
    # No page was published anew: nothing here waits for the press, nor for a process that may die.
    withdraw_postmortem(written, author=None, reason="It was wrong.")
    assert found(public_search, DRAFTED + INTERNAL) == []
    assert found(desk_search, DRAFTED) == DRAFTED
    assert f'href="{written.path}"' not in public_search("ships").text
    publish_postmortem(written, author=None, unchecked=True)
    assert found(public_search, DRAFTED) == DRAFTED


def test_readers_get_no_word_of_it_in_what_is_shown_of_another_find(public_search, written):
    assert "zebra" not in public_search("ships").text
    publish_postmortem(written, author=None, unchecked=True)
    text = public_search("ships").text
    assert not [word for word in INTERNAL if word in text]


def test_a_tag_is_found_by_readers_for_as_long_as_it_is_public(public_search, written):
    tag = written.incident.tags.get()
    for public in (False, True, False):
        tag.public = public
        tag.save()
        assert bool(names(public_search("zebratag"))) is public
        assert bool(names(public_search(tag="zebratag"))) is public
        assert ("zebratag" in public_search("ships").text) is public


def test_an_internal_tag_is_no_different_from_none_at_all(public_search, written):
    there, nowhere = (public_search(tag=tag).text.replace(tag, "") for tag in ("zebratag", "nosuchtag"))
    assert there == nowhere


def test_a_secret_of_withdrawn_words_stays_nowhere_in_what_readers_search(written):
    publish_postmortem(written, author=None, unchecked=True)
    withdraw_postmortem(written, author=None, reason="It was wrong.")
    public = SearchText.objects.filter(source__in=SearchText.PUBLIC)
    assert not [text for text in public if "zebra" in text.text or "public" in text.text]


def test_what_was_struck_from_the_journal_is_found_again_once_it_is_put_back(desk_search, written):
    entry = written.incident.journal.get(words="zebranote")
    strike(entry, by=None)
    assert found(desk_search, ["zebranote"]) == []
    put_back(entry)
    assert found(desk_search, ["zebranote"]) == ["zebranote"]


def test_the_addresses_of_people_are_no_words(desk_search, written):
    Mitigation.objects.update(owner_email="keeper@example.com")
    save_draft(written, texts={}, facts=[], actions=[], mitigations=list(written.mitigations.all()))
    assert found(desk_search, ["keeper@example.com", "zebrameasure"]) == ["zebrameasure"]


def test_the_command_takes_down_anew_what_there_is(public_search, desk_search, written):
    publish_postmortem(written, author=None, unchecked=True)
    SearchText.objects.all().delete()
    call_command("index_search", stdout=StringIO())
    assert found(public_search, [*DRAFTED, *INTERNAL, "ships"]) == [*DRAFTED, "ships"]
    assert found(desk_search, INTERNAL) == INTERNAL


def test_after_an_upgrade_what_is_older_than_the_search_is_found(public_search, desk_search, written):
    publish_postmortem(written, author=None, unchecked=True)
    SearchText.objects.all().delete()
    call_command("index_search", missing=True, stdout=StringIO())
    assert found(public_search, [*DRAFTED, *INTERNAL, "ships"]) == [*DRAFTED, "ships"]
    assert found(desk_search, INTERNAL) == INTERNAL
    told = StringIO()
    call_command("index_search", missing=True, stdout=told)
    assert told.getvalue() == "0 incidents\n0 journals\n0 postmortems\n0 of them published\n"
