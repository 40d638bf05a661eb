"""What changed between two versions, word for word."""

from dataclasses import replace

import html5lib
import pytest
from django.utils.html import escape
from hypothesis import given
from hypothesis import strategies as st

from postmortems.services import publish_postmortem
from postmortems.word_differences import Difference, compare
from tests.conftest import NOW
from tests.postmortems.conftest import MINUTE
from tests.postmortems.desk import text_of, url
from tests.postmortems.samples import a_report
from tests.postmortems.test_publish_postmortem import save


def marked(old, new):
    return (
        Difference("", old, new)
        .html.replace('<span class="hidden">removed: </span>', "")
        .replace('<span class="hidden">added: </span>', "")
    )


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("The gate fell.", "The gate fell.", "The gate fell."),
        ("The gate fell.", "The old gate fell.", "The <ins>old </ins>gate fell."),
        ("The old gate fell.", "The gate fell.", "The <del>old </del>gate fell."),
        ("It took 3 hours.", "It took 2 hours.", "It took <del>3 </del><ins>2 </ins>hours."),
        ("", "New.", "<ins>New.</ins>"),
        ("One.", "One.\n\nTwo.", "One.<ins>\n\nTwo.</ins>"),
        ("a <b>", "a <i>", "a <del>&lt;b&gt;</del><ins>&lt;i&gt;</ins>"),
        ("One  two.", "One two.", "One two."),
        ("One two", "One", "One<del> two</del>"),
    ],
)
def test_words_that_went_and_came_are_marked(old, new, told):
    assert marked(old, new) == told


def test_whoever_listens_hears_what_went_and_what_came():
    told = html5lib.parseFragment(Difference("", "3 hours", "2 hours").html, namespaceHTMLElements=False)
    assert "".join(told.itertext()) == "removed: 3 added: 2 hours"


WORDS = st.text("ab <&>\n", max_size=60)


def without(kind, html):
    tree = html5lib.parseFragment(html, namespaceHTMLElements=False)
    for one in list(tree):
        if one.tag == kind:
            kept = one.tail or ""
            before = list(tree).index(one)
            if before:
                tree[before - 1].tail = (tree[before - 1].tail or "") + kept
            else:
                tree.text = (tree.text or "") + kept
            tree.remove(one)
    return "".join(tree.itertext())


@given(WORDS, WORDS)
def test_each_version_can_be_read_from_it(old, new):
    html = marked(old, new)
    assert without("del", html).split() == new.split()
    assert without("ins", html).split() == old.split()
    assert escape("<") in html or "<" not in old + new


def test_sections_are_compared_each_by_itself():
    old = a_report()
    new = replace(old, lessons="Weekends differ.", actions=old.actions[:1], title="Sign-in fails")
    assert [one.title for one in compare(old, new)] == ["Title", "Actions taken", "Lessons learned"]
    assert compare(old, old) == []


def test_any_two_are_compared_at_the_desk(client, staff, draft):
    client.force_login(staff)
    for hours, words in enumerate(("One gate fell.", "Two gates fell.", "Three gates fell."), start=1):
        draft = save(draft, description=words)
        publish_postmortem(draft, author=None, reason=f"Counted again, {hours}.", at=NOW + hours * 60 * MINUTE)
    save(draft, description="Four gates fell.")
    address = url(draft.incident, "revisions")
    told = {
        "": ("Three", "Four"),
        "?old=1&new=2": ("One gate", "Two gates"),
        "?old=1&new=3": ("One gate", "Three gates"),
        "?old=3&new=1": ("Three gates", "One gate"),
        "?old=9&new=x": ("Three", "Four"),
    }
    for query, (gone, come) in told.items():
        assert f"removed: {gone} added: {come}" in text_of(client.get(f"{address}{query}"))
    assert "Nothing: both say the same." in text_of(client.get(f"{address}?old=2&new=2"))
    assert "Counted again, 2." in text_of(client.get(address))
