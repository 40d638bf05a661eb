"""Taking in a long list: at once or not at all, and everybody who is said to be asked is asked."""

from datetime import timedelta
from itertools import product

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from statuspage.subscribers import many
from statuspage.subscribers.importing import import_subscribers
from statuspage.subscribers.models import SignUp, Subscriber
from statuspage.subscribers.scopes import covers
from statuspage.subscribers.services import Scope, subscribe_verified, suspend
from tests.conftest import NOW
from tests.subscribers.conftest import EVERYTHING, path_in, told


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as travel:
        yield travel


def take_in(*lines, proof="Paper", head="address"):
    return import_subscribers("\n".join([head, *lines]).encode(), proof=proof)


class TestWholeOrNotAtAll:
    def test_a_failure_in_the_middle_leaves_nothing_behind(self, make_subscriber, make_component, monkeypatch):
        berths = make_component("Berths")
        make_subscriber("b@example.com", scope=Scope(components=(berths.code,)))

        def fail(asked):
            raise RuntimeError("the power went")

        monkeypatch.setattr(many, "widen_all", fail)
        with pytest.raises(RuntimeError):
            take_in(*(f"reader{number}@example.com" for number in range(250)), "b@example.com")
        assert [one.address for one in Subscriber.objects.all()] == ["b@example.com"]

    def test_somebody_who_subscribes_at_that_very_moment_is_told_of_in_words(self, make_subscriber, monkeypatch):
        make_subscriber("b@example.com")
        # As the list sees it where another transaction is about to commit.
        monkeypatch.setattr(many, "known_among", lambda wanted: {})
        done = take_in("a@example.com", "B@example.com")
        assert list(done.lines())[1] == "Somebody of the list subscribed at this very moment. Import it once more."
        assert Subscriber.objects.count() == 1

    def test_a_long_list_costs_few_statements(self, make_component):
        """On SQLite nobody else writes meanwhile, a responder who posts included."""
        berths = make_component("Berths", group="Harbour")

        def statements(many_lines):
            lines = [f"r{number}@{many_lines}.example.com,{berths.code}" for number in range(many_lines)]
            with CaptureQueriesContext(connection) as asked:
                assert take_in(*lines, head="address,scope").new == many_lines
            return len(asked)

        few = statements(10)
        assert statements(1000) < few + 60


def test_a_list_does_of_each_just_what_is_done_of_one(make_component):
    """Whatever they heard of before, and whatever the list says."""
    berths, website = make_component("Berths", group="Harbour"), make_component("Website")
    scopes = [
        Scope(whole_page=True),
        Scope(groups=(berths.group.code,), components=(website.code,)),
        Scope(components=(berths.code,)),
    ]
    sorts = [(True, True), (True, False), (False, True)]
    lines = []
    for number, (old, had, new, (incidents, maintenance)) in enumerate(product([None, *scopes], sorts, scopes, sorts)):
        wanted = Scope(new.whole_page, new.groups, new.components, incidents=incidents, maintenance=maintenance)
        addresses = [f"{who}{number}@example.com" for who in ("one", "list")]
        for address in addresses if old else []:
            heard = Scope(old.whole_page, old.groups, old.components, incidents=had[0], maintenance=had[1])
            subscribe_verified(channel="email", address=address, scope=heard, proof="Before.")
        if not (old and covers(told(addresses[0]), wanted)):
            subscribe_verified(channel="email", address=addresses[0], scope=wanted, proof="Paper")
        scope = "page" if new.whole_page else "; ".join([*new.groups, *new.components])
        lines.append(f"{addresses[1]},{scope},{'yes' if incidents else 'no'},{'yes' if maintenance else 'no'}")
    done = take_in(*lines, head="address,scope,incidents,maintenance")
    assert done.new + done.changed + done.unchanged == len(lines)
    assert min(done.new, done.changed, done.unchanged) > 0

    def outcome(who):
        fields = ("whole_page", "incidents", "maintenance", "locale", "time_zone", "confirmed_at", "proof")
        found = Subscriber.objects.filter(address__startswith=who).prefetch_related("groups", "components")
        return {
            one.address.removeprefix(who): (
                [getattr(one, name) for name in fields],
                list(one.groups.all()),
                list(one.components.all()),
            )
            for one in found
        }

    assert outcome("list") == outcome("one")


class TestWithoutProof:
    HOOKS = [f"https://hooks.example.net/{number},webhook,ops@example.com" for number in range(5)]

    def ask(self, *lines):
        return take_in(*lines, head="address,channel,contact", proof="")

    def test_each_of_one_persons_hooks_is_asked_for(self, page, mailed, client):
        assert self.ask(*self.HOOKS).asked == 5
        letters = mailed()
        assert len(letters) == 5
        for letter in letters:
            client.post(path_in(letter, "confirm"))
        assert Subscriber.objects.filter(contact="ops@example.com").count() == 5

    def test_a_reader_does_not_wait_for_a_list_to_be_mailed(self, page, mailed, client, asking, clock):
        self.ask(*(f"reader{number}@example.com,email," for number in range(200)))
        clock.shift(timedelta(seconds=1))
        client.post("/subscribe", asking("now@example.com"))
        assert mailed()[0].to == ["now@example.com"]

    def test_the_same_list_again_mails_nobody_twice(self, page, mailed):
        self.ask(*self.HOOKS)
        mailed()
        done = self.ask(*self.HOOKS)
        assert (done.asked, len(done.notes)) == (0, 5)
        assert "was asked by an import before, and has not confirmed it" in done.notes[0]
        assert mailed() == []

    def test_whom_no_letter_would_reach_is_left_out_and_told_of(self, make_subscriber, mailed, make_component):
        suspend(make_subscriber("gone@example.com"), Subscriber.Suspension.BOUNCE)
        part = Scope(components=(make_component().code,))
        make_subscriber("https://hooks.example.net/9", channel="webhook", contact="owner@example.com", scope=part)
        done = self.ask(
            "https://hooks.example.net/8,webhook,Gone@example.com",
            "https://hooks.example.net/9,webhook,other@example.com",
            "https://hooks.example.net/7,webhook,other@example.com",
        )
        assert done.asked == 1
        assert len(mailed()) == 1
        assert "looked after by Gone@example.com, who is suspended" in done.notes[0]
        assert "https://hooks.example.net/9 is looked after by somebody else" in done.notes[1]

    def test_a_stranger_is_still_held_to_one_letter_a_day(self, page, mailed, client, asking):
        self.ask("reader@example.com,email,")
        assert len(mailed()) == 1
        client.post("/subscribe", asking("reader@example.com"))
        assert mailed() == []
        assert SignUp.objects.count() == 2


def test_whoever_is_listed_for_more_than_they_hear_of_hears_of_it(make_subscriber, make_component):
    make_subscriber("a@example.com", scope=Scope(components=(make_component().code,)))
    assert take_in("A@example.com").changed == 1
    assert told("a@example.com").whole_page == EVERYTHING.whole_page
