import fcntl
import logging
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from statuspage.incidents.services import post_update
from statuspage.publishing import press, store
from statuspage.publishing.models import StatusPage
from statuspage.publishing.pages import Overview, Page
from statuspage.publishing.press import publish, publish_overviews
from statuspage.publishing.tasks import republish_owed


class Notes(Page):
    """A kind of page whose subjects are words."""

    words = ("one", "two", "three")
    broken = ()

    def subjects(self):
        return self.words

    def concerned(self, changed):
        return [changed.name]

    def location(self, subject):
        return f"/notes/{subject}"

    def body(self, subject, page):
        if subject in self.broken:
            raise ValueError(f"{subject} is broken")
        return f"{page.name}: {subject}".encode()


class Front(Overview):
    path = "/"
    turned = 0

    def body(self, subject, page):
        self.turned += 1
        return str(self.turned).encode()


@pytest.fixture
def kinds(page, monkeypatch):
    """The site has these two kinds of page, and no other."""
    kinds = [Notes(), Front()]
    monkeypatch.setattr(press, "registry", kinds)
    return kinds


def test_everything_is_published(kinds):
    publish()
    assert [store.find(f"/notes/{word}") for word in Notes.words] == [
        b"Harbour: one",
        b"Harbour: two",
        b"Harbour: three",
    ]
    assert store.find("/") == b"1"


def test_a_change_publishes_what_it_concerns_and_the_overviews(kinds, make_component):
    publish(make_component("two"))
    assert store.find("/notes/two")
    assert store.find("/notes/one") is None
    assert store.find("/") == b"1"


def test_several_changes_publish_each_page_once(kinds, make_component, monkeypatch):
    put = []
    monkeypatch.setattr(store, "put", lambda location, body: put.append(location))
    publish(make_component("two"), make_component("two"), make_component("one"))
    assert put == ["/notes/two", "/notes/one", "/"]


def test_overviews_alone_touch_nothing_else(kinds):
    publish_overviews()
    assert store.find("/") == b"1"
    assert store.find("/notes/one") is None


def test_one_failing_page_does_not_stop_the_others(kinds, caplog):
    kinds[0].broken = ("one",)
    with caplog.at_level(logging.ERROR):
        publish()
    assert store.find("/notes/two")
    assert store.find("/")
    assert "/notes/one could not be published" in caplog.text
    assert "one is broken" in caplog.text


def test_a_failing_page_keeps_its_last_good_file(kinds):
    publish()
    kinds[0].broken = ("one",)
    publish()
    assert store.find("/notes/one") == b"Harbour: one"


def test_nothing_is_removed_on_a_day_on_which_something_failed(kinds):
    publish()
    kinds[0].words = ("one", "two")
    kinds[0].broken = ("one",)
    publish()
    assert store.find("/notes/three")
    kinds[0].broken = ()
    publish()
    assert store.find("/notes/three") is None


@pytest.mark.parametrize("question", ["subjects", "location"])
def test_a_kind_that_cannot_even_say_what_it_has_stops_and_removes_nothing(kinds, monkeypatch, question):
    publish()

    def fail(*asked):
        raise RuntimeError("no such table")

    monkeypatch.setattr(kinds[0], question, fail)
    publish()
    assert store.find("/notes/three")
    assert store.find("/") == b"2"


def test_what_nobody_claims_any_more_is_removed(kinds):
    publish()
    kinds[0].words = ("one",)
    publish()
    assert store.find("/notes/one")
    assert store.find("/notes/two") is None


def test_pages_are_rendered_inside_the_lock(kinds, public, monkeypatch):
    def body(subject, page):
        with open(public / ".lock") as other, pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return b"rendered"

    monkeypatch.setattr(kinds[1], "body", body)
    publish()
    assert store.find("/") == b"rendered"


def test_what_is_owed_is_published_once(kinds):
    StatusPage.objects.update(owes_everything=True)
    republish_owed()
    republish_owed()
    assert store.find("/notes/one")
    assert store.find("/") == b"1"
    assert not StatusPage.objects.get().owes_everything


@pytest.fixture
def add_past(make_component, make_incident):
    website = make_component("Website")

    def add(count):
        for _ in range(count):
            past = make_incident({website: "major_outage"})
            post_update(past, status="resolved", body="Repaired.", affected={}, author=None)
        return past

    return add


def queries_of(act):
    with CaptureQueriesContext(connection) as queries:
        act()
    return len(queries)


def test_the_queries_of_a_publish_do_not_grow_with_the_history(add_past):
    incident = add_past(2)
    few = queries_of(lambda: publish(incident))
    add_past(12)
    assert queries_of(lambda: publish(incident)) == few


def test_the_queries_of_publishing_everything_do_not_grow_with_the_history(add_past):
    add_past(2)
    few = queries_of(publish)
    add_past(12)
    assert queries_of(publish) == few


def test_a_responder_never_waits_for_all_of_the_history(make_incident, monkeypatch):
    for number in range(2 * press.BATCH + 1):
        make_incident(name=f"Incident {number}")
    real, inside = store.put, []
    monkeypatch.setattr(store, "put", lambda *said: (inside.append(said[0]), real(*said)))
    released = []
    enter = store.lock

    @contextmanager
    def lock():
        with enter():
            yield
        released.append(len([path for path in inside if path.startswith("/incidents/")]))
        inside.clear()

    monkeypatch.setattr(store, "lock", lock)
    publish()
    assert [count for count in released if count] == [press.BATCH, press.BATCH, 1]
