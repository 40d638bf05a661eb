"""One incident is followed until it is over, and for a week more in case it is opened again."""

from datetime import timedelta

import pytest
import time_machine

from statuspage.incidents.services import post_update
from statuspage.subscribers import forgetting
from statuspage.subscribers.forgetting import purge
from statuspage.subscribers.models import Followed, Subscriber
from statuspage.subscribers.services import Scope, suspend, unsubscribe
from tests.conftest import NOW
from tests.subscribers.conftest import told

WEEK, SECOND = timedelta(days=7), timedelta(seconds=1)


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as travel:
        yield travel


@pytest.fixture
def resolve(published):
    """Resolve an incident, and publish that."""

    def resolve(incident, **said):
        post_update(incident, status="resolved", body="Over.", affected={}, author=None, **said)
        published()

    return resolve


@pytest.fixture
def follow(make_subscriber):
    def follow(incident, address="reader@example.com", **scope):
        return make_subscriber(address, scope=Scope(incident=incident.code, **scope))

    return follow


def test_whoever_followed_that_alone_is_forgotten_a_week_after(clock, make_incident, follow, resolve):
    incident = make_incident()
    follow(incident)
    clock.shift(WEEK * 5)
    resolve(incident)
    clock.shift(WEEK)
    purge()
    assert Subscriber.objects.count() == 1
    clock.shift(SECOND)
    purge()
    assert not Subscriber.objects.exists()


def test_while_it_is_open_nobody_is_forgotten(clock, make_incident, follow, resolve, published):
    incident = make_incident()
    follow(incident)
    resolve(incident)
    clock.shift(timedelta(days=6))
    post_update(incident, status="investigating", body="Again.", affected={}, author=None)
    published()
    clock.shift(WEEK * 5)
    purge()
    assert told("reader@example.com").followed.get().incident == incident.code


def test_an_end_that_is_told_late_is_still_told(clock, make_incident, follow, resolve):
    incident = make_incident()
    clock.shift(WEEK * 5)
    follow(incident)
    resolve(incident)
    type(incident).objects.update(resolved_at=NOW)
    purge()
    assert Subscriber.objects.exists()


def test_whoever_asked_for_more_keeps_that(clock, make_incident, make_component, follow, resolve):
    incident, other, berths = make_incident(), make_incident(), make_component("Berths", group="Harbour")
    follow(incident, "page@example.com", whole_page=True)
    follow(incident, "part@example.com", components=(berths.code,))
    follow(incident, "group@example.com", groups=(berths.group.code,))
    follow(incident, "other@example.com")
    follow(other, "other@example.com")
    follow(incident, "alone@example.com")
    suspend(follow(incident, "complained@example.com"), Subscriber.Suspension.COMPLAINT)
    unsubscribe(follow(incident, "left@example.com"))
    resolve(incident)
    clock.shift(WEEK + SECOND)
    purge()
    kept = set(Subscriber.objects.values_list("address", flat=True))
    assert kept == {f"{name}@example.com" for name in ("page", "part", "group", "other", "complained", "left")}
    assert list(Followed.objects.values_list("incident", flat=True)) == [other.code]


def test_what_the_page_does_not_know_is_no_reason_to_forget(clock, make_incident, follow):
    follow(make_incident())
    clock.shift(WEEK * 5)
    purge()
    assert Subscriber.objects.exists()


def test_however_many_there_are_all_are_forgotten_at_once(
    clock, make_incident, follow, make_subscriber, resolve, monkeypatch
):
    monkeypatch.setattr(forgetting, "BATCH", 2)
    incident = make_incident()
    for number in range(5):
        follow(incident, f"follower{number}@example.com")
        unsubscribe(make_subscriber(f"left{number}@example.com"))
    resolve(incident)
    clock.shift(timedelta(days=30) + SECOND)
    purge()
    assert not Subscriber.objects.exists()
