"""What is over is forgotten: what nobody confirmed, and who left."""

from datetime import timedelta

import time_machine
from django.utils import timezone

from statuspage.subscribers.forgetting import purge
from statuspage.subscribers.models import Delivery, Notice, SignUp, Subscriber
from statuspage.subscribers.services import Scope, announce, erase, remove, sign_up, unsubscribe
from tests.conftest import NOW
from tests.subscribers.conftest import path_in


def test_what_nobody_confirms_is_gone_after_three_days(client, asking, mailed):
    with time_machine.travel(NOW, tick=False) as clock:
        client.post("/subscribe", asking())
        [letter] = mailed()
        clock.shift(timedelta(hours=72))
        purge()
        assert client.get(path_in(letter, "confirm")).status_code == 200
        clock.shift(timedelta(seconds=1))
        purge()
        assert not SignUp.objects.exists()
        gone = client.get(path_in(letter, "confirm"))
        assert (gone.status_code, "This link does not lead on" in gone.text) == (404, True)


def test_who_left_is_erased_after_thirty_days_and_the_ledger_stays(make_subscriber):
    with time_machine.travel(NOW, tick=False) as clock:
        left, stays = make_subscriber("left@example.com"), make_subscriber("stays@example.com")
        announce([Notice(key="update:x", kind="incident", thread="h4x8k2m9q1w3", url="https://x")])
        notice = Notice.objects.get()
        for one in (left, stays):
            Delivery.objects.create(
                notice=notice, subscriber=one, channel="email", state="sent", attempts=1, sent_at=timezone.now()
            )
        unsubscribe(left)
        clock.shift(timedelta(days=30))
        purge()
        assert Subscriber.objects.count() == 2
        clock.shift(timedelta(seconds=1))
        purge()
        assert list(Subscriber.objects.all()) == [stays]
        assert list(Delivery.objects.order_by("pk").values_list("subscriber", "state")) == [
            (None, "sent"),
            (stays.pk, "sent"),
        ]


def test_the_ledger_keeps_no_words_that_name_whom_it_forgot(make_subscriber, make_notice):
    gone, stays = make_subscriber("gone@example.com"), make_subscriber("stays@example.com")
    for one in (gone, stays):
        words = f"550 5.1.1 <{one.address}>: user unknown"
        Delivery.objects.create(
            notice=make_notice(key=one.address), subscriber=one, channel="email", state="failed", last_error=words
        )
    erase([gone])
    kept = dict(Delivery.objects.values_list("subscriber", "last_error"))
    assert kept == {None: "", stays.pk: "550 5.1.1 <stays@example.com>: user unknown"}


def test_whoever_is_removed_has_asked_for_nothing_either(make_subscriber):
    reader = make_subscriber("reader@example.com")
    hook = make_subscriber("https://hooks.example.net/1", channel="webhook", contact="ops@example.com")
    sign_up(channel="email", address="READER@example.com", scope=Scope(whole_page=True))
    sign_up(
        channel="slack", address="https://x.example.net", contact="Reader@example.com", scope=Scope(whole_page=True)
    )
    sign_up(channel="webhook", address=hook.address, contact="ops@example.com", scope=Scope(whole_page=True))
    sign_up(channel="email", address="other@example.com", scope=Scope(whole_page=True))
    remove(reader)
    assert list(SignUp.objects.order_by("pk").values_list("address", flat=True)) == [hook.address, "other@example.com"]
    remove(hook)
    assert SignUp.objects.get().address == "other@example.com"


def test_whoever_comes_back_as_their_past_is_forgotten_is_not_forgotten_with_it(make_subscriber, mailed):
    with time_machine.travel(NOW, tick=False) as clock:
        unsubscribe(make_subscriber())
        clock.shift(timedelta(days=30, seconds=1))
        sign_up(channel="email", address="reader@example.com", scope=Scope(whole_page=True))
        purge()
        assert [letter.to for letter in mailed()] == [["reader@example.com"]]
