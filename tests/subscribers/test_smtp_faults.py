"""Whatever a mail server does, at whichever point: nobody is missed, and at most the one whose answer was lost is told
twice, by a letter with the same Message-ID."""

import itertools
import socket
import threading
import time
from collections import Counter, defaultdict

import pytest
from django.utils import timezone

from statuspage.subscribers import couriers, delivery, ledger, slow_lane, smtp
from statuspage.subscribers.models import Delivery, Subscriber, Trouble
from tests.subscribers.mail_server import HANG_UP, MESSAGE_ID, SILENCE

# Nothing here needs a transaction of its own: threads talk to the network only.
pytestmark = pytest.mark.django_db

READERS = ["a@one.example", "victim@two.example", "c@three.example", "d@four.example"]
VICTIM = READERS[1]
PIPELINING = pytest.mark.parametrize("pipelining", [True, False], ids=["pipelined", "plain"])


def goes_away(connection, released):
    connection.sendall(b"421 4.3.2 Closing\r\n")
    connection.shutdown(socket.SHUT_RDWR)


def drips(connection, released):
    for byte in itertools.cycle(b"250-still here\r\n"):
        connection.sendall(bytes([byte]))
        if released.wait(0.05):
            return


def never_ends(connection, released):
    while not released.is_set():
        connection.sendall(b"250-\r\n" * 1000)


REPLIES = {
    "421": goes_away,
    "4xx": b"451 4.3.0 Not now\r\n",
    "5xx": b"554 5.7.1 Not wanted\r\n",
}
FAILURES = {
    "hang up": HANG_UP,
    "silence": SILENCE,
    "slow drip": drips,
    "endless reply": never_ends,
    "garbage": b"\x00\xff what?\r\n",
}
FAULTS = pytest.mark.parametrize("fault", [*REPLIES, *FAILURES])
TAKES_LONG = {"silence", "slow drip", "endless reply", "garbage"}


@pytest.fixture(autouse=True)
def _no_longer_than_it_takes(request, monkeypatch):
    """Little patience where the fault is a long wait; with all others a busy machine must not look like one."""
    for name in ("SHORTEST", "LONGEST"):
        monkeypatch.setattr(couriers, name, 30)
    if getattr(request.node, "callspec", None) and request.node.callspec.params.get("fault") in TAKES_LONG:
        request.getfixturevalue("little_patience")


@pytest.fixture
def little_patience(monkeypatch):
    monkeypatch.setattr(smtp, "COMMAND", 0.5)
    monkeypatch.setattr(slow_lane, "COMMAND", 0.3)
    monkeypatch.setattr(slow_lane, "MESSAGE", 0.5)
    monkeypatch.setattr(couriers, "AT_FIRST", 0.12 / couriers.UNUSUAL)
    monkeypatch.setattr(couriers, "SHORTEST", 0.12)
    monkeypatch.setattr(couriers, "LONGEST", 0.25)


@pytest.fixture
def run(mail_server, make_subscribers, make_notice):
    """Tell four readers while a fault lasts."""

    def run(stage, fault, *, pipelining, only=""):
        answer = (REPLIES | FAILURES)[fault]
        server = mail_server(
            pipelining=pipelining,
            # What is answered is refused; what is not was perhaps taken.
            takes_first=stage == "end" and fault in FAILURES,
            behave=lambda at, who: answer if at == stage and (not only or who == only) else None,
        )
        make_subscribers(*READERS)
        make_notice()
        tell()
        return server

    return run


def tell():
    delivery.fan_out()
    while delivery.drain_mail():
        pass


def tell_once_it_is_over(server):
    server.behave = lambda stage, recipient: None
    Trouble.objects.update(until=timezone.now())
    Delivery.objects.filter(state="pending").update(next_at=timezone.now())
    tell()


def states():
    return dict(Delivery.objects.values_list("subscriber__address", "state"))


def everybody_is_told(server, *, but=(), perhaps_twice=()):
    """Each reader once, by one letter; and it stands so in the ledger."""
    told = Counter(server.recipients())
    assert set(told) - set(perhaps_twice) == set(READERS) - set(but) - set(perhaps_twice)
    assert all(told[who] == 1 for who in told if who not in perhaps_twice)
    assert all(1 <= told[who] <= 2 for who in perhaps_twice)
    names = defaultdict(set)
    for who, data in server.taken:
        names[who].add(MESSAGE_ID.search(data)[1])
    assert all(len(found) == 1 for found in names.values())
    assert states() == {who: "failed" if who in but else "sent" for who in READERS}
    assert not Trouble.objects.exists()


@PIPELINING
@FAULTS
@pytest.mark.parametrize("stage", ["connect", "ehlo"])
def test_a_server_that_cannot_be_used_is_held_against_nobody(run, stage, fault, pipelining):
    server = run(stage, fault, pipelining=pipelining)
    assert set(states().values()) == {"pending"}
    assert set(Delivery.objects.values_list("attempts", "answers")) == {(0, 0)}
    assert Trouble.objects.get().reason
    tell_once_it_is_over(server)
    everybody_is_told(server)


def test_a_server_that_is_not_there_is_held_against_nobody(settings, mail_server, make_subscribers, make_notice):
    server = mail_server()
    with socket.create_server(("127.0.0.1", 0)) as gone:
        settings.EMAIL_PORT = gone.getsockname()[1]
    make_subscribers(*READERS)
    make_notice()
    tell()
    assert set(Delivery.objects.values_list("state", "attempts", "answers")) == {("pending", 0, 0)}
    assert "refused" in Trouble.objects.get().reason
    settings.EMAIL_PORT = server.port
    tell_once_it_is_over(server)
    everybody_is_told(server)


@PIPELINING
@FAULTS
def test_a_server_that_refuses_the_sender_rests_the_channel(run, fault, pipelining):
    server = run("mail", fault, pipelining=pipelining)
    assert set(states().values()) == {"pending"}
    assert Trouble.objects.get().reason
    assert not Subscriber.objects.exclude(strikes=0, suspended_at=None).exists()
    if fault in REPLIES:
        assert set(Delivery.objects.values_list("attempts", "answers")) == {(0, 0)}
    tell_once_it_is_over(server)
    everybody_is_told(server)


@PIPELINING
@FAULTS
@pytest.mark.parametrize("stage", ["rcpt", "data", "body", "end"])
def test_what_befalls_one_letter_concerns_nobody_else(run, stage, fault, pipelining):
    server = run(stage, fault, pipelining=pipelining, only=VICTIM)
    refused = fault == "5xx"
    assert states() == dict.fromkeys(READERS, "sent") | {VICTIM: "failed" if refused else "pending"}
    victim = Delivery.objects.get(subscriber__address=VICTIM)
    assert victim.last_error
    assert (victim.attempts, victim.answers) == ((1, 0) if refused else (1, 1))
    assert not Subscriber.objects.exclude(strikes=0, suspended_at=None).exists()
    assert not Trouble.objects.exists()
    tell_once_it_is_over(server)
    everybody_is_told(
        server,
        but=[VICTIM] if refused else [],
        perhaps_twice=[VICTIM] if stage == "end" and fault in FAILURES else [],
    )


@PIPELINING
@FAULTS
def test_what_comes_after_the_answer_costs_nobody_a_second_letter(run, fault, pipelining):
    server = run("answered", fault, pipelining=pipelining, only=VICTIM)
    assert states()[VICTIM] == "sent"
    tell_once_it_is_over(server)
    everybody_is_told(server)


@pytest.mark.parametrize("fault", ["421", "4xx", "hang up", "silence"])
@pytest.mark.parametrize("stage", ["rcpt", "data", "body", "end"])
def test_a_server_that_fails_with_everybody_loses_nobody(run, stage, fault):
    server = run(stage, fault, pipelining=True)
    assert set(states().values()) == {"pending"}
    assert not Subscriber.objects.exclude(strikes=0, suspended_at=None).exists()
    tell_once_it_is_over(server)
    everybody_is_told(server, perhaps_twice=READERS if stage == "end" and fault in FAILURES else [])


@PIPELINING
@pytest.mark.parametrize("stage", ["rcpt", "data", "end"])
def test_a_server_that_refuses_whatever_we_send_does_not_refuse_those_addresses(
    mail_server, make_subscribers, make_notice, stage, pipelining
):
    denied = b"554 5.7.1 Relay access denied\r\n"
    server = mail_server(pipelining=pipelining, behave=lambda at, who: denied if at == stage else None)
    addresses = [f"reader{number}@example.com" for number in range(12)]
    make_subscribers(*addresses)
    make_notice()
    tell()
    assert set(Delivery.objects.values_list("state", "attempts", "answers")) == {("pending", 0, 0)}
    assert "Relay access denied" in Trouble.objects.get().reason
    tell_once_it_is_over(server)
    assert sorted(server.recipients()) == sorted(addresses)


@pytest.mark.parametrize("count", [1, 5])
def test_a_server_that_has_taken_nothing_is_not_believed_where_it_refuses_a_few(
    mail_server, make_subscribers, make_notice, count
):
    server = mail_server(behave=lambda at, who: b"550 relay not permitted\r\n" if at == "rcpt" else None)
    addresses = [f"reader{number}@example.com" for number in range(count)]
    make_subscribers(*addresses)
    make_notice()
    tell()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"pending"}
    assert not Subscriber.objects.exclude(strikes=0, suspended_at=None).exists()
    assert "relay not permitted" in Trouble.objects.get().reason
    tell_once_it_is_over(server)
    assert sorted(server.recipients()) == addresses


@pytest.mark.parametrize("reply", [b"550 relay not permitted\r\n", b"550 5.1.1 Who?\r\n", b"454 4.7.0 Slower\r\n"])
def test_a_server_that_wants_no_recipient_at_all_costs_nobody_a_place_on_the_list(
    mail_server, make_subscribers, make_notice, reply
):
    server = mail_server(behave=lambda at, who: reply if at == "rcpt" else None)
    addresses = [f"reader{number}@example.com" for number in range(40)]
    make_subscribers(*addresses)
    for number in (1, 2, 3):
        make_notice(f"update:{number}")
        tell()
        Trouble.objects.update(until=timezone.now())
    assert set(Delivery.objects.values_list("state", "attempts", "answers")) == {("pending", 0, 0)}
    assert not Subscriber.objects.exclude(strikes=0, suspended_at=None).exists()
    tell_once_it_is_over(server)
    assert Counter(server.recipients()) == dict.fromkeys(addresses, 3)


def test_a_server_that_takes_so_many_at_a_time_is_sent_the_rest_later(mail_server, make_subscribers, make_notice):
    full = 20
    server = mail_server(
        behave=lambda at, who: b"454 4.7.0 Too fast\r\n" if at == "rcpt" and len(server.taken) >= full else None
    )
    addresses = [f"reader{number:02}@example.com" for number in range(50)]
    make_subscribers(*addresses)
    make_notice()
    for full in (20, 40, 60):
        tell()
        assert Trouble.objects.exists() == (full < 50)
        Trouble.objects.update(until=timezone.now())
    assert sorted(server.recipients()) == addresses
    assert set(Delivery.objects.values_list("state", "attempts", "answers")) == {("sent", 1, 0)}


@pytest.mark.parametrize("reply", [b"550 5.1.8 Sender unknown\r\n", b"450 4.1.7 Sender rejected\r\n"])
def test_what_a_server_says_of_the_sender_is_held_against_no_reader(mail_server, make_subscribers, make_notice, reply):
    server = mail_server(behave=lambda at, who: reply if at == "rcpt" and who == VICTIM else None)
    make_subscribers(*READERS)
    make_notice()
    tell()
    assert states()[VICTIM] == "pending"
    assert Trouble.objects.get().reason == reply.decode().strip()
    tell_once_it_is_over(server)
    everybody_is_told(server)


@PIPELINING
@pytest.mark.parametrize("limit", [b"421 4.7.0 Too many letters\r\n", b"450 4.7.1 Too many letters\r\n", HANG_UP])
def test_a_server_that_takes_few_letters_over_one_connection_gets_more_of_them(
    mail_server, make_subscribers, make_notice, limit, pipelining
):
    def behave(stage, recipient):
        over = len(server.taken) // 3 >= server.connections
        return limit if stage == "mail" and over else None

    server = mail_server(pipelining=pipelining, behave=behave)
    make_subscribers(*(f"reader{number}@example.com" for number in range(10)))
    make_notice()
    tell()
    assert len(server.taken) == 10
    assert set(Delivery.objects.values_list("state", "attempts", "answers")) == {("sent", 1, 0)}
    assert not Trouble.objects.exists()


def test_an_address_that_takes_no_mail_three_times_in_a_row_is_suspended(mail_server, make_subscribers, make_notice):
    full = b"550 Mailbox unavailable\r\n"
    mail_server(behave=lambda stage, who: full if stage == "rcpt" and who == VICTIM else None)
    make_subscribers(*READERS)
    for number in (1, 2, 3, 4):
        make_notice(f"update:{number}")
        tell()
        assert Subscriber.objects.get(address=VICTIM).strikes == min(number, 3)
    assert list(Subscriber.objects.exclude(suspended_at=None).values_list("address", "suspension")) == [
        (VICTIM, "bounce")
    ]
    assert Delivery.objects.filter(subscriber__address=VICTIM).count() == 3


class Killed(BaseException):
    """As by kill -9: nothing after it happens."""


def test_a_letter_that_ends_its_sender_is_given_up_after_five_times(
    monkeypatch, mail_server, make_subscribers, make_notice
):
    server = mail_server()
    make_subscribers(*READERS)
    make_notice()
    write = smtp.Session.write

    def kill(session, letter, following):
        if letter and letter.recipient == READERS[0]:
            raise Killed
        write(session, letter, following)

    monkeypatch.setattr(smtp.Session, "write", kill)
    for tidying_up in ("_stop_at", "close"):
        monkeypatch.setattr(couriers.SmtpCourier, tidying_up, lambda *args: None)
    delivery.fan_out()
    for _ in range(5):
        with pytest.raises(Killed):
            delivery.drain_mail()
        # The lease is over.
        Delivery.objects.filter(state="pending").update(next_at=timezone.now())
    assert delivery.drain_mail() is False
    assert sorted(server.recipients()) == sorted(READERS[1:])
    assert states() == dict.fromkeys(READERS, "sent") | {READERS[0]: "failed"}
    # Whoever came next when it first happened; from then on it travelled alone.
    assert sorted(Delivery.objects.filter(state="sent").values_list("attempts", flat=True)) == [1, 1, 2]


@PIPELINING
def test_a_sender_that_stood_still_past_its_lease_sends_nothing_that_it_had_taken_up(
    monkeypatch, mail_server, make_subscribers, make_notice, pipelining
):
    claims, over, has = [], set(), ledger.Claim.has
    claim = ledger.claim

    def remembered(*args, **said):
        claims.append(claim(*args, **said))
        return claims[-1]

    def behave(stage, recipient):
        if stage == "end" and recipient == READERS[0]:
            # Its letter is taken; its clock has run on when it hears of that.
            over.add(claims[0].token)

    monkeypatch.setattr(ledger, "claim", remembered)
    monkeypatch.setattr(ledger.Claim, "has", lambda self, seconds: self.token not in over and has(self, seconds))
    server = mail_server(pipelining=pipelining, behave=behave)
    make_subscribers(*READERS)
    make_notice()
    tell()
    assert len(claims) > 1
    everybody_is_told(server)
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.usefixtures("little_patience")
@pytest.mark.parametrize("stage", ["rcpt", "end"])
def test_a_domain_that_takes_for_ever_holds_up_nobody_else(
    monkeypatch, mail_server, make_subscribers, make_notice, stage
):
    monkeypatch.setattr(slow_lane, "COMMAND", 5.0)
    monkeypatch.setattr(slow_lane, "MESSAGE", 5.0)
    came = {}

    def behave(at, who):
        if at == "end":
            came[who] = time.monotonic()
        return SILENCE if at == stage and "slow" in who else None

    server = mail_server(behave=behave, takes_first=True)
    slow = [f"reader{number}@slow.example" for number in range(5)]
    others = [f"reader{number}@d{number % 7}.example" for number in range(198)]
    make_subscribers(*slow, *others)
    make_notice()
    tell()
    ended = time.monotonic()
    assert Counter(server.recipients()) >= Counter(others)
    assert set(states().items()) == {(who, "pending") for who in slow} | {(who, "sent") for who in others}
    assert max(came[who] for who in others) < ended - 1.0


@pytest.mark.usefixtures("little_patience")
def test_one_pause_of_the_server_puts_off_nobody(mail_server, make_subscribers, make_notice):
    paused = []

    def behave(stage, who):
        if stage == "rcpt" and len(server.taken) == 20 and not paused:
            paused.append(who)
            threading.Event().wait(2 * couriers.LONGEST)

    server = mail_server(behave=behave)
    make_subscribers(*(f"reader{number}@one.example" for number in range(60)))
    make_notice()
    tell()
    assert paused
    assert len(server.taken) == 60
    assert set(states().values()) == {"sent"}
