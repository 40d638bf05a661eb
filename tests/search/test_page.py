"""The page on which readers search: limits, languages, pages of results, and what is shown of hostile words."""

import html
import logging
import re
from datetime import timedelta

import html5lib
import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postmortems.services import publish_postmortem
from statuspage.incidents.services import post_update
from statuspage.publishing.folding import fold
from statuspage.search.marking import Passage, excerpt, marked
from tests.conftest import NOW
from tests.search.conftest import marks, names

# What may not be typed into an address at all, Django never sees.
TYPED = st.text(st.characters(exclude_categories=["Cs"]), max_size=120)


@pytest.fixture
def many(make_incident):
    for number in range(45):
        make_incident(name=f"Slow {number}", status="resolved", at=NOW + timedelta(hours=number))


def test_results_come_by_pages(public_search, many):
    first, last = public_search("slow"), public_search("slow", page="3")
    assert (len(names(first)), names(last)) == (20, [f"Slow {number}" for number in range(4, -1, -1)])
    assert "Page 1 of 3" in first.text
    assert 'href="/search?q=slow&amp;page=2"' in first.text
    assert 'href="/search?q=slow&amp;page=2"' in last.text
    assert "45 found" in first.text


@pytest.mark.parametrize("number", ["0", "-1", "4", "x", "9" * 5000, "1e3", ""])
def test_a_page_that_is_none_is_the_nearest(public_search, many, number):
    assert len(names(public_search("slow", page=number))) in (5, 20)


@pytest.mark.parametrize(("words", "sentence"), [("x" * 101, "100 at most"), ("a b c d e f g h i", "8 at most")])
def test_too_much_gets_a_sentence(public_search, words, sentence):
    answer = public_search(words)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'value="{words}"' in answer.text


def test_with_nothing_to_look_for_it_only_asks(public_search, many):
    for words in ("", "  ", "\u200b"):
        assert names(public_search(words)) == []
        assert "Nothing found" not in public_search(words).text
    assert "Nothing found" in public_search("elephants").text


def test_it_is_told_in_every_language_of_the_page(public_search, many):
    answer = public_search("slow", path="/de/search")
    assert '<html lang="de"' in answer.text
    assert 'action="/de/search"' in answer.text
    assert 'href="/de/incidents/' in answer.text
    assert 'href="/search?q=slow" lang="en"' in answer.text
    assert 'href="/de/search?q=slow" lang="de"' in public_search("slow").text


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_language_that_has_no_address_of_its_own_is_the_pages_own(public_search, language):
    answer = public_search("slow & low", path=f"/{language}/search")
    assert (answer.status_code, answer["Location"]) == (302, "/search?q=slow+%26+low")


def test_search_engines_leave_it_alone_and_nothing_but_reading_is_answered(client, public_search):
    assert '<meta name="robots" content="noindex">' in public_search("").text
    assert client.post("/search", {"q": "x"}).status_code == 405
    assert client.head("/search?q=x").status_code == 200


def test_without_database_it_says_so_calmly_and_logs_nothing_of_what_was_typed(client, page, caplog):
    def is_away(*_):
        raise OperationalError("the server closed the connection unexpectedly")

    with connection.execute_wrapper(is_away), caplog.at_level(logging.DEBUG):
        answer = client.get("/search", {"q": "somebodysname"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "please try again in a few minutes" in answer.text
    assert caplog.text
    assert "somebodysname" not in caplog.text


def test_its_queries_do_not_grow_with_the_history(public_search, desk_search, draft, make_incident):
    publish_postmortem(draft, author=None, unchecked=True)

    def asked():
        counts = []
        for search in (public_search, desk_search):
            search("")
            with CaptureQueriesContext(connection) as queries:
                assert names(search("wait", tag=""))
            counts.append(len(queries))
        return counts

    before = asked()
    for number in range(30):
        incident = make_incident(name=f"Wait {number}")
        post_update(incident, status="resolved", body="Wait no more.", affected={}, author=None)
    assert asked() == before
    # The page, how many, which, their tags and their passages.
    assert before[0] <= 5


def test_where_words_stand_is_marked_in_the_middle_of_the_passage_that_has_most(public_search, make_incident):
    incident = make_incident(name="Ships", body="Only a gate.")
    body = f"Nothing here.\n\n{'One word more. ' * 30}The **gate** of the harbour <is> stuck. {'And so on. ' * 30}"
    post_update(incident, status="resolved", body=body, affected={}, author=None)
    answer = public_search("stuck gate")
    assert marks(answer) == ["gate", "stuck"]
    [shown] = re.findall('<p class="excerpt"[^>]*>(.*?)</p>', answer.text)
    assert "The <mark>gate</mark> of the harbour &lt;is&gt; <mark>stuck</mark>. And so on." in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert len(shown) < 320


class TestHostileWords:
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(TYPED, TYPED)
    def test_whatever_is_typed_is_answered_and_stays_text(self, client, page, words, tag):
        answer = client.get("/search", {"q": words, "tag": tag})
        assert answer.status_code in (200, 422)
        tree = html5lib.parse(answer.content, namespaceHTMLElements=False)
        assert sum(1 for _ in tree.iter("script")) == 1
        assert sum(1 for _ in tree.iter("form")) == 1

    @settings(max_examples=300, deadline=None)
    @given(TYPED, st.lists(TYPED.map(fold).map(str.strip).filter(bool), max_size=3))
    def test_marking_adds_marks_and_nothing_else(self, text, words):
        shown = marked(text, words)
        assert html.unescape(re.sub("</?mark>", "", shown)) == html.unescape(html.escape(text))
        assert "<mark></mark>" not in shown
        for word in words:
            assert (word in fold(text)) <= ("<mark>" in shown)

    @settings(max_examples=300, deadline=None)
    @given(st.lists(TYPED.map(lambda text: " ".join(text.split())).filter(bool), max_size=3), st.data())
    def test_an_excerpt_shows_a_word_that_is_there(self, lines, data):
        passages = [Passage(line, fold(line)) for line in lines]
        words = [word for one in passages for word in one.folded.split()]
        chosen = data.draw(st.lists(st.sampled_from(words), max_size=2) if words else st.just([]))
        shown = excerpt(passages, chosen)
        assert ("<mark>" in shown) is bool(chosen)
