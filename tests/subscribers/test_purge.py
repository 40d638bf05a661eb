"""What is over is forgotten: what nobody confirmed, and who left."""

from datetime import timedelta

import time_machine
from django.utils import timezone

from statuspage.subscribers.answering import purge
from statuspage.subscribers.models import Delivery, Notice, SignUp, Subscriber
from statuspage.subscribers.services import announce, unsubscribe
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
