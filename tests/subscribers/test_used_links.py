"""A link that confirms does so once: an old mail brings nobody back."""

import pytest

from statuspage.subscribers.models import SignUp, Subscriber
from statuspage.subscribers.services import erase, resume, suspend, unsubscribe
from tests.subscribers.conftest import path_in, told


@pytest.fixture
def link(client, asking, mailed):
    """A link that was used."""
    client.post("/subscribe", asking())
    [letter] = mailed()
    confirm = path_in(letter, "confirm")
    client.post(confirm)
    return confirm


def test_a_second_click_finds_the_subscription_as_it_is(client, link):
    Subscriber.objects.update(whole_page=False, maintenance=False)
    response = client.post(link)
    assert (response.status_code, "You are subscribed" in response.text) == (200, True)
    assert (told("reader@example.com").whole_page, told("reader@example.com").maintenance) == (False, False)


@pytest.mark.parametrize("why", list(Subscriber.Suspension))
def test_a_suspension_is_not_lifted_by_it(client, link, why):
    suspend(told("reader@example.com"), why)
    response = client.post(link)
    assert (response.status_code, "This link does not lead on" in response.text) == (404, True)
    assert told("reader@example.com").suspension == why
    resume(told("reader@example.com"))
    assert client.post(link).status_code == 200


def test_whoever_left_is_not_brought_back_by_it(client, link):
    unsubscribe(told("reader@example.com"))
    assert client.post(link).status_code == 404
    assert told("reader@example.com").unsubscribed_at


def test_whoever_was_forgotten_is_not_brought_back_by_it(client, link):
    erase([told("reader@example.com")])
    assert client.post(link).status_code == 404
    assert not Subscriber.objects.exists()


def test_a_link_that_was_never_used_does_not_lift_what_staff_stopped(client, asking, mailed, make_subscriber):
    client.post("/subscribe", asking())
    [letter] = mailed()
    suspend(make_subscriber(), Subscriber.Suspension.STAFF)
    assert client.post(path_in(letter, "confirm")).status_code == 404
    assert told("reader@example.com").suspension == Subscriber.Suspension.STAFF


def test_nobody_reads_the_secret_of_a_hook_that_changed_hands(client, asking, mailed):
    hook = {"channel": "webhook", "url": "https://hooks.example.net/1"}
    links = []
    for contact in ("former@example.com", "owner@example.com"):
        client.post("/subscribe", asking(contact, **hook))
        links.append(path_in(*mailed(), "confirm"))
        assert "whsec_" in client.post(links[-1]).text
        if contact == "former@example.com":
            unsubscribe(Subscriber.objects.get())
    former = client.post(links[0])
    assert (former.status_code, "whsec_" in former.text) == (404, False)
    assert SignUp.objects.count() == 2
