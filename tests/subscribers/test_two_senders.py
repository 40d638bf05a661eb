"""However many senders there are, and whenever one of them stands still: each line has one owner, and sent is final."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import settings as effort
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from statuspage.subscribers import delivery, ledger, services
from statuspage.subscribers.models import Delivery, Notice, Subscriber

ADDRESSES = [f"reader{number}@d{number % 5}.example" for number in range(300)]


def lease_is_over(token):
    """Its clock has run on while it stood still."""
    Delivery.objects.filter(token=token, state="pending").update(next_at=timezone.now() - timedelta(seconds=1))


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_tell_everybody_once(monkeypatch, mail_server, make_subscribers, make_notice):
    monkeypatch.setattr(delivery, "BATCH", 7)
    server = mail_server()
    make_subscribers(*ADDRESSES)
    make_notice()
    delivery.fan_out()

    def send():
        try:
            while delivery.drain_mail():
                pass
        finally:
            connection.close()

    senders = [threading.Thread(target=send) for _ in range(2)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert Counter(server.recipients()) == Counter(ADDRESSES)
    assert set(Delivery.objects.values_list("state", "attempts")) == {("sent", 1)}
    assert server.connections == 2


@pytest.fixture
def lines(make_subscribers, make_notice):
    make_subscribers(*ADDRESSES[:3])
    make_notice()
    assert delivery.fan_out() == 3


@pytest.mark.django_db
def test_a_claimed_line_is_nobody_elses_until_its_lease_is_over(lines):
    first = ledger.claim(["email"], limit=2)
    second = ledger.claim(["email"], limit=5)
    assert [len(first.lines), len(second.lines)] == [2, 1]
    assert not ledger.claim(["email"], limit=5).lines
    lease_is_over(first.token)
    assert ledger.claim(["email"], limit=5).lines == first.lines


@pytest.mark.django_db
def test_a_sender_that_stood_still_past_its_lease_sends_no_more_than_it_had_in_hand(lines):
    frozen = ledger.claim(["email"], limit=5)
    in_hand, *rest = frozen.lines
    assert ledger.take_next(frozen, sent=None, next=in_hand)
    lease_is_over(frozen.token)
    # Even before anybody else took them up.
    assert not ledger.take_next(frozen, sent=None, next=rest[0])
    other = ledger.claim(["email"], limit=5)
    assert {line.id for line in other.lines} == {line.id for line in frozen.lines}
    # The one that it had in hand was taken by the server all the same: that is the truth, whoever owns the line.
    assert not ledger.take_next(frozen, sent=in_hand, next=rest[0])
    assert not ledger.take_next(other, sent=None, next=in_hand)
    assert all(ledger.take_next(other, sent=None, next=line) for line in rest)


@pytest.mark.django_db
def test_whoever_unsubscribes_between_the_claim_and_the_letter_is_not_told(lines):
    claim = ledger.claim(["email"], limit=5)
    for line, leave in zip(
        claim.lines, (services.unsubscribe, lambda who: services.suspend(who, "staff"), Subscriber.delete), strict=True
    ):
        leave(Subscriber.objects.get(pk=line.subscriber_id))
    gone = [line for line in claim.lines if not ledger.take_next(claim, sent=None, next=line)]
    assert gone == claim.lines[:2]


@pytest.mark.django_db
def test_whoever_left_while_they_were_written_down_is_not_claimed(lines):
    who = Subscriber.objects.all()
    # As where the fan-out had read them before, and committed after.
    who.filter(address=ADDRESSES[0]).update(unsubscribed_at=timezone.now())
    who.filter(address=ADDRESSES[1]).delete()
    assert [line.address for line in ledger.claim(["email"], limit=5).lines] == [ADDRESSES[2]]
    assert Counter(Delivery.objects.values_list("state", flat=True)) == {"pending": 1, "dropped": 2}


@pytest.mark.django_db
def test_a_notice_is_withdrawn_or_fanned_out_and_never_both(make_subscribers, make_notice):
    make_subscribers(*ADDRESSES[:3])
    early, late = make_notice("update:1", cause="one"), make_notice("update:2", cause="two")
    assert services.withdraw("one")
    assert delivery.fan_out() == 3
    assert not services.withdraw("two")
    assert set(Delivery.objects.values_list("notice", flat=True)) == {late.pk}
    early.refresh_from_db()
    assert early.fanned_out_at is None


KILLED = """
import os, signal
from statuspage.subscribers import ledger
claim = ledger.claim(["email"], limit=2)
first, second = claim.lines
ledger.take_next(claim, sent=None, next=first)
with ledger.taking_next(claim, sent=first, next=second):
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has done it before it is waited for.")
def test_a_mark_that_was_handed_over_holds_though_its_sender_is_killed_before_the_answer(make_subscribers, make_notice):
    make_subscribers(*ADDRESSES[:3])
    make_notice()
    delivery.fan_out()
    where = connection.settings_dict
    url = f"postgres://{where['USER']}@{where['HOST']}:{where['PORT']}/{where['NAME']}"
    sender = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c", KILLED],
        env={**os.environ, "DATABASE_URL": url},
        check=False,
    )
    assert sender.returncode == -signal.SIGKILL
    deadline = time.monotonic() + 10
    while not Delivery.objects.filter(state="sent").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    found = Delivery.objects.order_by("pk").values_list("state", "attempts")
    assert list(found) == [("sent", 1), ("pending", 1), ("pending", 0)]


class Senders(RuleBasedStateMachine):
    """Senders take lines up, let them go and stand still in any order; a model keeps who may send what."""

    claims = Bundle("claims")

    def __init__(self):
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        Subscriber.objects.bulk_create(Subscriber(channel="email", address=address) for address in ADDRESSES[:6])
        Notice.objects.create(key="one", kind="incident", thread="t", letters={"en": {}}, url="https://x/")
        assert delivery.fan_out() == 6
        # Whose each line is, as long as nobody else takes it up; and whose lease is over.
        self.owners, self.over = {}, set()
        # By whom: whoever stood still meanwhile sends what it had in hand all the same.
        self.in_hand = set()
        self.sent, self.failed = set(), set()

    def teardown(self):
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    @rule(target=claims, limit=st.integers(1, 4))
    def claim(self, limit):
        claim = ledger.claim(["email"], limit=limit)
        for line in claim.lines:
            assert line.id not in ({*self.owners} - self.over) | self.sent | self.failed
            self.owners[line.id] = claim.token
            self.over.discard(line.id)
        return multiple(*((claim, line) for line in claim.lines))

    @rule(of=claims)
    def take_up(self, of):
        claim, line = of
        assert ledger.take_next(claim, sent=None, next=line) == self.owns(claim, line)
        if self.owns(claim, line):
            self.in_hand.add((claim.token, line.id))

    @rule(of=claims)
    def be_answered(self, of):
        claim, line = of
        if (claim.token, line.id) in self.in_hand:
            assert not ledger.take_next(claim, sent=line, next=None)
            self.in_hand.remove((claim.token, line.id))
            self.owners.pop(line.id, None)
            self.sent.add(line.id)
            self.failed.discard(line.id)

    @rule(of=claims, hours=st.integers(-1, 1))
    def put_off(self, of, hours):
        claim, line = of
        # Only what was taken up can have got an answer.
        if (claim.token, line.id) in self.in_hand:
            ledger.put_off(claim, line, until=timezone.now() + timedelta(hours=hours), reason="Later.")
            self.let_go(claim, line)

    @rule(of=claims)
    def fail(self, of):
        claim, line = of
        ledger.fail(claim, line, reason="Never.")
        if self.let_go(claim, line):
            self.failed.add(line.id)

    @rule(of=claims)
    def give_back(self, of):
        claim, line = of
        ledger.give_back(claim, line)
        self.let_go(claim, line)

    @rule(of=claims)
    def stand_still(self, of):
        claim, _ = of
        lease_is_over(claim.token)
        self.over |= {line for line, token in self.owners.items() if token == claim.token}

    @rule()
    def bury(self):
        due = Delivery.objects.filter(state="pending", next_at__lte=timezone.now())
        hopeless = {line.pk for line in due if line.attempts - line.answers >= ledger.POISON}
        assert ledger.bury() == len(hopeless)
        assert not hopeless & (set(self.owners) - self.over)
        self.failed |= hopeless
        self.owners = {line: token for line, token in self.owners.items() if line not in hopeless}

    @invariant()
    def nobody_is_lost_and_sent_is_final(self):
        found = dict(Delivery.objects.values_list("pk", "state"))
        assert len(found) == 6
        assert {key for key, state in found.items() if state == "sent"} == self.sent
        assert {key for key, state in found.items() if state == "failed"} == self.failed
        assert set(found.values()) <= {"pending", "sent", "failed"}

    def owns(self, claim, line):
        return self.owners.get(line.id) == claim.token and line.id not in self.over

    def let_go(self, claim, line):
        """Whoever owned it does no more with it; tells whether it did."""
        owned = self.owners.get(line.id) == claim.token
        if owned:
            del self.owners[line.id]
        return owned


class TestSenders(Senders.TestCase, TestCase):
    settings = effort(max_examples=25, stateful_step_count=30, deadline=None)
