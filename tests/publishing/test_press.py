import fcntl
import json
import logging
import re
import shutil
from contextlib import contextmanager

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from statuspage.incidents.models import Incident
from statuspage.incidents.services import post_update
from statuspage.publishing import preparing, press, store
from statuspage.publishing.models import Owed
from statuspage.publishing.pages import Overview, Page, in_languages
from statuspage.publishing.press import publish, publish_at_once, publish_overviews, publish_owed
from statuspage.publishing.services import is_behind, publish_soon, republish_soon
from statuspage.publishing.tasks import begin_day, republish_overviews
from tests.conftest import NOW


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
    assert put == ["/notes/two", "/notes/one", "/", press.HEARTBEAT]


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


def test_a_page_that_fails_still_claims_its_file(kinds):
    publish()
    kinds[0].words = ("one", "two")
    kinds[0].broken = ("one",)
    publish()
    assert store.find("/notes/one")
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


def test_a_site_that_is_renamed_during_a_long_run_is_called_by_its_new_name_from_then_on(kinds):
    class Renaming(Overview):
        path = "/renaming"

        def body(self, subject, page):
            type(page).objects.update(name="Haven")
            return b"Renamed."

    kinds.insert(0, Renaming())
    publish()
    assert store.find("/notes/one") == b"Haven: one"


def test_pages_are_rendered_inside_the_lock(kinds, public, monkeypatch):
    def body(subject, page):
        with open(public / ".lock") as other, pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return b"rendered"

    monkeypatch.setattr(kinds[1], "body", body)
    publish()
    assert store.find("/") == b"rendered"


class Leaflet(Notes):
    """A kind of page that no request waits for."""

    deferred = True

    def location(self, subject):
        return f"/leaflets/{subject}"


class Greeting(Page):
    """A kind of page that people read."""

    template_name = "greeting.html"

    def current(self):
        return self.subjects()

    def location(self, subject):
        return "/greeting"

    def body(self, subject, page):
        return (
            translation.get_language() + "".join(path for _, path in in_languages(page, "/")["alternates"])
        ).encode()


class TestAtOnce:
    """What a request waits for, and what is owed."""

    @pytest.fixture
    def kinds(self, kinds, page):
        page.translations = ["de", "fr"]
        page.save()
        kinds += [Leaflet(), Greeting()]
        return kinds

    def test_a_request_waits_for_the_pages_own_language_and_nothing_deferred(self, kinds, make_component):
        publish_at_once(make_component("two"))
        assert store.find("/notes/two")
        assert store.find("/greeting") == b"en//de//fr/"
        assert store.find("/leaflets/two") is None
        assert store.find("/de/greeting") is None

    def test_the_rest_is_owed_and_follows(self, kinds, make_component):
        publish_soon(make_component("two"))
        publish_owed()
        assert store.find("/leaflets/two")
        assert store.find("/de/greeting").startswith(b"de")
        assert not Owed.objects.exists()

    def test_another_language_of_the_page_moves_the_others(self, kinds, page):
        page.locale = "de"
        page.save()
        publish()
        assert store.find("/greeting") == b"de//fr/"
        assert store.find("/fr/greeting").startswith(b"fr")
        assert store.find("/en/greeting") is None

    def test_what_readers_look_at_first_follows_first_in_every_language(self, kinds, make_component, monkeypatch):
        put = []
        monkeypatch.setattr(store, "put", lambda location, body: put.append(location))
        publish_soon(make_component("two"))
        publish_owed()
        assert put == [
            *("/notes/two", "/", "/greeting", "/de/greeting", "/fr/greeting"),
            *("/leaflets/two", press.HEARTBEAT),
        ]

    def test_what_a_request_stored_is_left_to_it_and_holds_up_no_other_request(
        self, kinds, make_component, monkeypatch, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            publish_soon(make_component("two"))
        put, locks, enter = [], [], store.lock
        monkeypatch.setattr(store, "put", lambda location, body: put.append((location, *locks)))

        @contextmanager
        def lock(*, deferred=False):
            with enter(deferred=deferred):
                locks.append("deferred" if deferred else "first")
                yield
                locks.pop()

        monkeypatch.setattr(store, "lock", lock)
        publish_owed()
        assert put[:-1] == [(location, "deferred") for location in ("/de/greeting", "/fr/greeting", "/leaflets/two")]

    def test_what_a_request_failed_to_store_is_stored_by_the_clock(
        self, kinds, make_component, django_capture_on_commit_callbacks
    ):
        kinds[0].broken = ("two",)
        with django_capture_on_commit_callbacks(execute=True):
            publish_soon(make_component("two"))
        assert is_behind()
        kinds[0].broken = ()
        publish_owed()
        assert store.find("/notes/two")
        assert not is_behind()

    def test_what_is_gone_by_then_is_told_of_by_the_overviews(self, kinds, make_component):
        component = make_component("two")
        publish_soon(component)
        component.delete()
        publish_owed()
        assert store.find("/leaflets/two") is None
        assert store.find("/de/greeting")

    def test_a_press_that_dies_leaves_its_orders_for_the_next(self, kinds, make_component, monkeypatch):
        with time_machine.travel(NOW, tick=False) as traveller:
            publish_soon(make_component("two"))
            with monkeypatch.context() as dying:
                dying.setattr(press, "_objects", None)
                with pytest.raises(TypeError):
                    publish_owed()
            traveller.shift(press.LEASE)
            publish_owed()
        assert store.find("/leaflets/two")

    def test_a_page_that_fails_is_tried_again_until_it_is_there(self, kinds, make_component):
        component, kinds[2].broken = make_component("two"), ("two",)
        with time_machine.travel(NOW, tick=False) as traveller:
            publish_soon(component)
            publish_owed()
            kinds[2].broken = ()
            publish_owed()
            assert store.find("/leaflets/two") is None, "it waits for a moment before it tries again"
            assert is_behind()
            traveller.shift(press.AGAIN)
            publish_owed()
        assert store.find("/leaflets/two")
        assert not is_behind()

    def test_what_nobody_waits_for_holds_up_no_request(self, kinds, make_component):
        component = make_component("two")
        with store.lock(deferred=True):
            assert publish_at_once(component)
        assert store.find("/notes/two")

    def test_a_page_that_fails_holds_up_no_other_change(self, kinds, make_component):
        kinds[2].broken = ("two",)
        publish_soon(make_component("two"))
        for _ in range(3):
            publish_soon(make_component("one"))
        publish_owed()
        assert store.find("/leaflets/one")
        assert Owed.objects.count() == 1
        assert is_behind()

    def test_an_overview_that_fails_is_no_secret(self, kinds, make_component, monkeypatch):
        monkeypatch.setattr(kinds[1], "body", lambda *asked: 1 / 0)
        publish_soon(make_component("one"))
        publish_owed()
        assert is_behind()

    def test_many_pages_of_a_change_are_stored_a_few_at_a_time(self, kinds, make_component, monkeypatch):
        kinds[0].concerned = lambda changed: range(2 * press.BATCH + 1)
        held, enter = [], store.lock

        @contextmanager
        def lock(**asked):
            before = len(list(store.settings.PUBLIC_ROOT.glob("notes/*.html")))
            with enter(**asked):
                yield
            held.append(len(list(store.settings.PUBLIC_ROOT.glob("notes/*.html"))) - before)

        monkeypatch.setattr(store, "lock", lock)
        publish(make_component("two"))
        assert [count for count in held if count] == [press.BATCH, press.BATCH, 1]

    def test_a_disk_that_cannot_be_written_is_no_secret(
        self, kinds, make_component, monkeypatch, django_capture_on_commit_callbacks
    ):
        @contextmanager
        def lock(**asked):
            raise PermissionError("not yours")
            yield

        monkeypatch.setattr(store, "lock", lock)
        with django_capture_on_commit_callbacks(execute=True):
            publish_soon(make_component("two"))
        assert is_behind()


class TestEverythingOwed:
    """More than one turn of the clock can hold."""

    def test_it_is_published_once_however_often_it_was_asked_for(self, kinds):
        republish_soon()
        republish_soon()
        publish_owed()
        assert store.find("/notes/one")
        assert not Owed.objects.exists()

    def test_it_goes_on_where_the_last_turn_ended(self, make_incident, monkeypatch):
        for number in range(2 * press.BATCH):
            make_incident(name=f"Incident {number}")
        republish_soon()
        monkeypatch.setattr(press, "TURN", 0)
        turns = 0
        while Owed.objects.filter(model="").exists():
            publish_owed()
            turns += 1
        assert turns > 2
        assert all(store.find(incident.path) for incident in Incident.objects.all())

    def test_a_page_that_fails_is_tried_again_with_all_others(self, kinds):
        kinds[0].broken = ("one",)
        with time_machine.travel(NOW, tick=False) as traveller:
            republish_soon()
            publish_owed()
            assert store.find("/notes/two")
            assert is_behind()
            kinds[0].broken = ()
            traveller.shift(press.AGAIN)
            publish_owed()
        assert store.find("/notes/one")
        assert not is_behind()

    def test_long_lists_are_stored_a_few_at_a_time(self, kinds, monkeypatch):
        kinds[0].words = [f"word{number}" for number in range(2 * press.BATCH + 1)]
        monkeypatch.setattr(press, "TURN", 0)
        republish_soon()
        publish_owed()
        assert store.find("/notes/word0")
        assert store.find(f"/notes/word{press.BATCH}") is None

    def test_a_command_that_fails_keeps_what_was_owed(self, kinds, make_component):
        kinds[0].broken = ("one",)
        publish_soon(make_component("two"))
        with pytest.raises(CommandError, match="Not every page could be published"):
            call_command("publish")
        assert Owed.objects.exists()

    def test_a_language_that_is_switched_off_leaves_nothing_behind(self, kinds, page, monkeypatch):
        page.translations = ["de"]
        page.save()
        kinds += [Greeting()]
        publish()
        assert store.find("/de/greeting")
        page.translations = []
        page.save()
        republish_soon()
        # A run that began before stores its page once more.
        store.put("/de/greeting", b"late")
        publish_owed()
        assert store.find("/de/greeting") is None

    def test_what_is_asked_for_while_it_runs_is_not_forgotten(self, kinds, monkeypatch):
        monkeypatch.setattr(press, "TURN", 0)
        republish_soon()
        publish_owed()
        republish_soon()
        monkeypatch.setattr(press, "TURN", 60)
        publish_owed()
        assert Owed.objects.count() == 1

    def test_a_change_does_not_wait_for_it(self, kinds, make_component, monkeypatch):
        monkeypatch.setattr(press, "TURN", 0)
        kinds += [Leaflet()]
        republish_soon()
        publish_soon(make_component("two"))
        publish_owed()
        assert store.find("/leaflets/two")
        assert Owed.objects.count() == 1

    def test_a_new_day_owes_it_once(self, kinds):
        with time_machine.travel("2026-11-21T23:30:00Z", tick=False) as traveller:
            begin_day()
            begin_day()
            assert Owed.objects.count() == 1
            traveller.move_to("2026-11-22T00:01:00Z")
            begin_day()
            assert Owed.objects.count() == 2


def test_a_public_directory_that_was_taken_away_is_made_again(kinds, public, monkeypatch):
    collected = []
    monkeypatch.setattr(preparing, "collect_if_gone", lambda: collected.append(True))
    publish()
    republish_overviews()
    assert not Owed.objects.exists()
    shutil.rmtree(public)
    republish_overviews()
    publish_owed()
    assert store.find("/notes/one")
    assert collected == [True, True]


class TestHeartbeat:
    """What readers' pages look at to say how fresh they are."""

    def confirmed(self):
        told = store.find("/heartbeat.json")
        return told and json.loads(told)["confirmed_at"]

    def test_it_tells_when_the_overviews_were_last_published(self, kinds):
        with time_machine.travel("2026-11-21T09:00:00Z", tick=False):
            publish_overviews()
        assert self.confirmed() == "2026-11-21T09:00:00Z"

    def test_it_confirms_nothing_that_failed(self, kinds, monkeypatch):
        with time_machine.travel("2026-11-21T09:00:00Z", tick=False) as traveller:
            publish_overviews()
            monkeypatch.setattr(kinds[1], "body", lambda *asked: 1 / 0)
            traveller.shift(3600)
            publish_overviews()
        assert self.confirmed() == "2026-11-21T09:00:00Z"

    def test_publishing_everything_leaves_it_there(self, kinds):
        publish_overviews()
        publish()
        assert self.confirmed()


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
    add_past(press.BATCH - 3)
    assert queries_of(publish) == few


def test_a_responder_never_waits_for_all_of_the_history(make_incident, monkeypatch):
    for number in range(2 * press.BATCH + 1):
        make_incident(name=f"Incident {number}")
    real, inside = store.put, []
    monkeypatch.setattr(store, "put", lambda *said: (inside.append(said[0]), real(*said)))
    released = []
    enter = store.lock

    @contextmanager
    def lock(**asked):
        with enter(**asked):
            yield
        released.append(len([path for path in inside if re.fullmatch(r"/incidents/[a-z0-9]+(\.json)?", path)]))
        inside.clear()

    monkeypatch.setattr(store, "lock", lock)
    publish()
    # Once for people, once for programs.
    assert [count for count in released if count] == [press.BATCH, press.BATCH, 1] * 2
