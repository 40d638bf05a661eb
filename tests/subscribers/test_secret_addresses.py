"""The address of a hook is a secret: whoever has it can write into somebody's chat in our name."""

import pytest
from django.utils import timezone

from statuspage.subscribers import links
from statuspage.subscribers.addresses import shown
from statuspage.subscribers.models import SignUp
from statuspage.subscribers.services import Scope, sign_up
from tests.subscribers.conftest import path_in

SLACK = "https://hooks.slack.com/services/T0123/B4567/abcdefghijklmnopqrstX3fG"
SHOWN = "hooks.slack.com/…X3fG"


def test_nobody_in_a_chat_reads_its_address_behind_the_links_of_a_message(client, make_subscriber):
    one = make_subscriber(SLACK, channel="slack", contact="ops@example.com")
    leave = f"/subscriptions/unsubscribe/{links.unsubscribe_pass(one.code, one.secret)}"
    preferences = f"/subscriptions/manage/{links.manage_pass(one.code, one.secret, timezone.now())}"
    for response in (client.get(preferences), client.get(leave), client.post(leave)):
        assert response.status_code == 200
        assert SHOWN in response.text
        assert "/services/" not in response.text


def test_nor_on_the_pages_that_begin_it(client, asking, mailed):
    for contact in ("ops@example.com", "late@example.com"):
        client.post("/subscribe", asking(contact, channel="slack", url=SLACK), REMOTE_ADDR="192.0.2.1")
    first, second = (path_in(letter, "confirm") for letter in mailed())
    for response in (client.get(first), client.post(first), client.post(second)):
        assert SHOWN in response.text
        assert "/services/" not in response.text


def test_a_mail_with_links_to_several_hooks_tells_them_apart_and_keeps_them_secret(make_subscriber, mailed):
    other = SLACK.replace("X3fG", "9999")
    for hook in (SLACK, other):
        make_subscriber(hook, channel="slack", contact="ops@example.com")
    sign_up(channel="email", address="ops@example.com", scope=Scope())
    [letter] = mailed()
    for body in (letter.body, letter.alternatives[0][0]):
        assert SHOWN in body
        assert "hooks.slack.com/…9999" in body
        assert "/services/" not in body
    assert SignUp.objects.get().due_at is None


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://hooks.example.net/status?key=1234", "hooks.example.net"),
        ("https://hooks.example.net", "hooks.example.net"),
        ("https://HOOKS.example.net:8443/a/long/way?to=the-secret-end", "hooks.example.net/…-end"),
        ("https://[2606:4700::1]/a/long/way/to/the/secret/end", "2606:4700::1/…/end"),
    ],
)
def test_the_end_of_an_address_is_shown_only_where_enough_stays_secret(url, told):
    assert shown(url) == told
