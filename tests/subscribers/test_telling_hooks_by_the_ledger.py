"""Every hook is told once, and the ledger knows of each what came of it; one that fails holds up no other."""

import json
from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import OperationalError
from django.utils import timezone

from statuspage.subscribers import delivery, ledger, patience
from statuspage.subscribers.models import Delivery, Subscriber
from tests.subscribers.hook_server import HookServer

pytestmark = pytest.mark.django_db

SAYS = {"taken": "200 OK", "refused": "500 Broken", "gone": "410 Gone"}


@pytest.fixture
def server(settings):
    """Answers by what its path begins with, and keeps the paths that were asked."""
    settings.WEBHOOK_ALLOW = [ip_network("127.0.0.0/8")]

    def behave(server, connection):
        server.read_request(connection)
        path = server.requests[-1].split()[1].decode().strip("/")
        paths.append(path)
        status = SAYS[path.partition("-")[0]]
        connection.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\nok".encode())

    paths = []
    server = HookServer(behave)
    server.paths = paths
    yield server
    server.close()


@pytest.fixture
def hooks(server, make_subscriber, make_notice):
    """Subscribe the hooks of these names, and announce something to them."""

    def make(*names, channel="webhook"):
        for name in names:
            address = f"http://127.0.0.1:{server.port}/{name}"
            make_subscriber(address, channel=channel, contact="ops@example.com")
        make_notice(payload={"page": {}, "incident": {"name": "Slow answers"}})

    return make


def tell():
    delivery.fan_out()
    while delivery.drain_hooks():
        pass


def states():
    rows = Delivery.objects.values_list("subscriber__address", "state")
    return {address.rpartition("/")[2]: state for address, state in rows}


def test_each_is_told_once(server, hooks):
    names = [f"taken-{number}" for number in range(40)]
    hooks(*names)
    tell()
    tell()
    assert sorted(server.paths) == sorted(names)
    assert states() == dict.fromkeys(names, "sent")
    assert json.loads(server.requests[0].partition(b"\r\n\r\n")[2])["incident"]["name"] == "Slow answers"


def test_one_that_fails_is_tried_again_and_holds_up_no_other(server, hooks):
    hooks("refused-1", "taken-2", "taken-3")
    tell()
    assert states() == {"refused-1": "pending", "taken-2": "sent", "taken-3": "sent"}
    line = Delivery.objects.get(state="pending")
    assert (line.attempts, line.answers, line.last_error) == (1, 1, "500 ok")
    assert line.next_at > timezone.now()
    assert Subscriber.objects.get(address__endswith="refused-1").strikes == 1


def test_one_that_works_again_is_forgiven(server, hooks):
    hooks("taken-1")
    delivery.fan_out()
    Subscriber.objects.update(strikes=3, failing_since=timezone.now())
    tell()
    assert Subscriber.objects.values_list("strikes", "failing_since").get() == (0, None)


def test_one_that_has_failed_for_days_is_suspended_and_its_contact_told(server, hooks):
    hooks("refused-1")
    Subscriber.objects.update(
        strikes=patience.FAILURES, failing_since=timezone.now() - patience.FAILING_FOR - timedelta(minutes=1)
    )
    delivery.fan_out()
    Delivery.objects.update(next_at=timezone.now())
    tell()
    assert Subscriber.objects.get().suspension == "endpoint"
    assert states() == {"refused-1": "dropped"}
    assert [letter.to for letter in mail.outbox] == [["ops@example.com"]]


def test_one_that_says_it_is_gone_is_suspended_at_once(server, hooks):
    hooks("gone-1", "taken-2")
    tell()
    assert states() == {"gone-1": "failed", "taken-2": "sent"}
    assert Subscriber.objects.get(address__endswith="gone-1").suspension == "endpoint"
    assert len(mail.outbox) == 1


def test_one_that_says_so_to_several_requests_at_once_is_told_of_in_one_letter(server, hooks, make_notice):
    hooks("gone-1")
    for number in range(3):
        make_notice(f"update:{number}", payload={"page": {}, "incident": {"name": "Slow answers"}})
    tell()
    assert len(server.paths) > 1
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("error", [OSError("no server"), ValueError("a backend of its own mind")])
def test_a_letter_to_a_contact_that_fails_is_nobody_elses_trouble(server, hooks, monkeypatch, error):
    def fail(letter):
        assert set(states().values()) == {"failed", "sent"}, "whatever was claimed is settled by then"
        raise error

    monkeypatch.setattr(EmailMessage, "send", fail)
    hooks("gone-1", "gone-2", "taken-3")
    tell()
    assert states() == {"gone-1": "failed", "gone-2": "failed", "taken-3": "sent"}


def test_what_cannot_be_written_down_of_one_loses_the_answer_of_no_other(server, hooks, monkeypatch):
    put_off = ledger.put_off

    def fail(claim, line, **said):
        if line.address.endswith("refused-0"):
            raise OperationalError("The database restarts.")
        put_off(claim, line, **said)

    monkeypatch.setattr(ledger, "put_off", fail)
    hooks("refused-0", "refused-1", *(f"taken-{number}" for number in range(40)))
    tell()
    told = states()
    assert told.pop("refused-0") == told.pop("refused-1") == "pending"
    assert set(told.values()) == {"sent"}
    assert len(server.paths) == 42
    # Its line belongs to nobody once the lease is over, and then it is tried again.
    assert Delivery.objects.get(subscriber__address__endswith="refused-0").next_at > timezone.now()


def test_those_that_fail_come_behind_those_that_work(server, hooks, monkeypatch):
    monkeypatch.setattr(delivery, "BATCH", 1)
    hooks("taken-1", "taken-2", "taken-3")
    failing = Subscriber.objects.filter(address__endswith="taken-1")
    failing.update(strikes=1, failing_since=timezone.now())
    tell()
    assert states() == {"taken-1": "pending", "taken-2": "sent", "taken-3": "sent"}
    Delivery.objects.update(next_at=timezone.now())
    tell()
    assert server.paths[-1] == "taken-1"
    assert failing.get().failing_since is None
