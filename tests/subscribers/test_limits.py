"""How often strangers may ask, and how many letters leave."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connections
from django.test import Client

from statuspage.subscribers.models import SignUp
from tests.conftest import NOW


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as travel:
        yield travel


def test_a_network_asks_five_times_an_hour_and_is_told_when_again(client, asking, clock):
    for number in range(5):
        assert client.post("/subscribe", asking(f"reader{number}@example.com")).status_code == 303
        clock.shift(timedelta(minutes=1))
    response = client.post("/subscribe", asking("kept@example.com"))
    assert response.status_code == 429
    assert response["Retry-After"] == str(55 * 60)
    assert "try again in 55 minutes" in response.text
    assert "kept@example.com" in response.text
    assert client.post("/subscriptions/link", {"email": "a@example.com"}).status_code == 429
    assert SignUp.objects.count() == 5
    clock.shift(timedelta(minutes=55, seconds=1))
    assert client.post("/subscribe", asking("kept@example.com")).status_code == 303


def test_a_network_of_ipv6_is_what_one_customer_has(client, asking):
    def ask(address):
        return client.post("/subscribe", asking(f"reader{SignUp.objects.count()}@example.com"), REMOTE_ADDR=address)

    for number in range(5):
        assert ask(f"2001:db8:1:1::{number}").status_code == 303
    assert ask("2001:db8:1:1:ffff::1").status_code == 429
    assert ask("2001:db8:1:2::1").status_code == 303
    # The same machine by its old address and by the new form of that.
    assert [ask(f"{before}192.0.2.1").status_code for before in ("", "::ffff:") * 3] == [303] * 5 + [429]


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8:1:1::1"])
def test_where_somebody_asked_from_is_counted_and_not_kept(client, asking, address):
    client.post("/subscribe", asking(), REMOTE_ADDR=address)
    [kept] = SignUp.objects.values()
    assert kept["network"]
    assert "192.0.2" not in str(kept)
    assert "2001:db8" not in str(kept)


def test_behind_proxies_the_reader_is_counted_and_not_the_proxy(client, asking, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    def ask(forwarded):
        typed = asking(f"reader{SignUp.objects.count()}@example.com")
        return client.post("/subscribe", typed, headers={"X-Forwarded-For": forwarded}).status_code

    assert [ask("192.0.2.1") for _ in range(5)] == [303] * 5
    # What a reader claims before the proxy's own word does not count.
    assert ask("198.51.100.7, 192.0.2.1") == 429
    assert ask("192.0.2.2") == 303


def test_a_mailbox_is_asked_for_three_times_a_day_whatever_for(client, asking, clock):
    hooks = [{"channel": "webhook", "url": f"https://hooks.example.net/{number}"} for number in range(4)]
    for number, hook in enumerate([*hooks, {}]):
        address = f"192.0.2.{number}"
        assert client.post("/subscribe", asking("Victim@example.com") | hook, REMOTE_ADDR=address).status_code == 303
    assert SignUp.objects.exclude(due_at=None).count() == 3
    # Those that were too many lengthen nobody's wait.
    clock.shift(timedelta(hours=12))
    client.post("/subscribe", asking("victim@example.com"))
    clock.shift(timedelta(hours=12, seconds=1))
    client.post("/subscribe", asking("victim@example.com"))
    assert SignUp.objects.exclude(due_at=None).count() == 4


def test_sixty_letters_leave_in_a_minute_and_the_rest_wait(page, mailed, clock):
    SignUp.objects.bulk_create(
        SignUp(channel="email", address=f"reader{number}@example.com", scope={"whole_page": True})
        for number in range(70)
    )
    assert sum(len(mailed()) for _ in range(10)) == 60
    assert mailed() == []
    clock.shift(timedelta(seconds=61))
    assert sorted(one.to[0] for one in mailed()) == sorted(f"reader{number}@example.com" for number in range(60, 70))


@pytest.mark.django_db(transaction=True)
def test_many_at_once_pass_no_more_than_one_after_the_other(asking):
    start, statuses = threading.Barrier(20), []

    def ask(number):
        start.wait()
        statuses.append(Client().post("/subscribe", asking(f"reader{number}@example.com")).status_code)
        connections.close_all()

    threads = [threading.Thread(target=ask, args=[number]) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [303] * 5 + [429] * 15
    assert SignUp.objects.count() == 5
