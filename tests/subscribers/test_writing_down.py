"""Who is to be told is written down slice by slice: whatever happens between two slices, each gets one line."""

import threading
from collections import Counter

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from statuspage.subscribers import delivery, ledger, services, tasks
from statuspage.subscribers.models import Delivery, Kind, Notice, Subscriber

EVENTS = ["slice", "leaves", "erased", "joins"]
ADDRESSES = [f"reader{number}@d{number % 5}.example" for number in range(25)]


@pytest.fixture(autouse=True)
def _small_slices(monkeypatch):
    monkeypatch.setattr(ledger, "SLICE", 10)


def tell():
    delivery.fan_out()
    while delivery.drain_mail():
        pass


@pytest.mark.django_db
def test_a_writer_that_is_killed_between_slices_is_continued_where_it_stood(mail_server, make_subscribers, make_notice):
    server = mail_server()
    make_subscribers(*ADDRESSES)
    notice = make_notice()
    assert ledger.fan_out(notice) == 10
    # It died. Those whom it had written down are told all the same.
    while delivery.drain_mail():
        pass
    assert sorted(server.recipients()) == sorted(ADDRESSES[:10])
    assert delivery.fan_out() == 15
    assert delivery.fan_out() == 0
    tell()
    assert Counter(server.recipients()) == Counter(ADDRESSES)
    assert set(Delivery.objects.values_list("state", "attempts")) == {("sent", 1)}


@pytest.mark.django_db
def test_a_writer_that_is_killed_within_a_slice_has_written_nothing_of_it(monkeypatch, make_subscribers, make_notice):
    make_subscribers(*ADDRESSES)
    notice = make_notice()
    assert ledger.fan_out(notice) == 10
    with monkeypatch.context() as killed:
        killed.setattr(Notice, "save", lambda *args, **said: 1 / 0)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            ledger.fan_out(notice)
    assert Delivery.objects.count() == 10
    assert delivery.fan_out() == 15
    assert Delivery.objects.count() == 25


@pytest.mark.django_db
def test_what_was_begun_cannot_be_withdrawn_and_is_not_counted_to_the_end(make_subscribers, make_notice):
    make_subscribers(*ADDRESSES)
    notice = make_notice(cause="one")
    ledger.fan_out(notice)
    begun = Notice.objects.get().fanned_out_at
    Delivery.objects.update(state="sent", sent_at=timezone.now())
    assert not services.withdraw("one")
    assert delivery.fan_out() == 15
    found = Notice.objects.get()
    assert (found.fanned_out_at, found.counts) == (begun, None)
    Delivery.objects.update(state="sent", sent_at=timezone.now())
    delivery.fan_out()
    assert Notice.objects.get().counts == {"email": {"sent": 25}}


@pytest.mark.django_db
def test_those_whom_it_does_not_concern_make_no_slice_the_last(make_subscribers, make_notice):
    make_subscribers(*ADDRESSES[:20], maintenance=False)
    make_subscribers(*ADDRESSES[20:])
    make_notice(kind=Kind.MAINTENANCE)
    assert delivery.fan_out() == 5
    assert set(Delivery.objects.values_list("subscriber__address", flat=True)) == set(ADDRESSES[20:])


@pytest.mark.django_db
def test_senders_are_woken_when_the_first_can_be_told(monkeypatch, make_subscribers, make_notice):
    make_subscribers(*ADDRESSES)
    make_notice()
    woken = []
    monkeypatch.setattr(
        tasks, "wake_soon", lambda name: woken.append((name.rpartition(".")[2], Delivery.objects.count()))
    )
    tasks.fan_out()
    assert woken == [("drain_mail", 10), ("drain_hooks", 10), ("drain_mail", 25), ("drain_hooks", 25)]
    tasks.fan_out()
    assert len(woken) == 4


@pytest.mark.django_db(transaction=True)
def test_two_writers_at_once_write_each_line_once(make_subscribers, make_notice):
    make_subscribers(*ADDRESSES)
    notices = [make_notice(f"update:{number}") for number in range(4)]
    counts = []

    def write():
        try:
            for _ in range(3):
                counts.append(delivery.fan_out())
        finally:
            connection.close()

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sum(counts) == Delivery.objects.count() == 25 * len(notices)
    assert not Notice.objects.due().exists()


class TestBetweenSlices(TestCase):
    """People come and go while they are written down."""

    @given(
        size=st.integers(1, 6),
        events=st.lists(
            st.tuples(st.sampled_from(["slice", "leaves", "erased", "joins"]), st.integers(0, 11)), max_size=20
        ),
    )
    @effort(max_examples=40, deadline=None)
    def test_whoever_listens_all_the_time_gets_one_line_and_who_comes_later_none(self, size, events):
        Subscriber.objects.bulk_create(Subscriber(channel="email", address=who) for who in ADDRESSES[:12])
        notice = Notice.objects.create(key="one", kind="incident", thread="t", letters={"en": {}}, url="https://x/")
        staying = {*ADDRESSES[:12]}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ledger, "SLICE", size)
            for number, (event, index) in enumerate(events):
                found = Subscriber.objects.filter(address=ADDRESSES[index])
                if event == "slice":
                    ledger.fan_out(notice)
                elif event == "joins":
                    Subscriber.objects.create(channel="email", address=f"late{number}@example.com")
                else:
                    staying.discard(ADDRESSES[index])
                    found.update(unsubscribed_at=timezone.now()) if event == "leaves" else found.delete()
            delivery.fan_out()
        lines = Counter(Delivery.objects.exclude(subscriber=None).values_list("subscriber__address", flat=True))
        assert staying <= set(lines) <= {*ADDRESSES[:12]}
        assert set(lines.values()) <= {1}
        assert not Notice.objects.due().exists()
