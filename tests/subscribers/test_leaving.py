"""Leaving takes one click, and no program does it by looking."""

import logging

import pytest
from django.utils import timezone

from statuspage.subscribers import links
from statuspage.subscribers.models import Subscriber
from statuspage.subscribers.quiet_log import WithoutPasses
from tests.subscribers.conftest import told


@pytest.fixture
def leaving(make_subscriber):
    """The address that stands in the List-Unsubscribe header of a mail."""
    one = make_subscriber()
    return f"/subscriptions/unsubscribe/{links.unsubscribe_pass(one.code, one.secret)}"


def test_a_mail_program_unsubscribes_with_one_post_and_no_cookie(client, leaving):
    response = client.post(leaving, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert (response.status_code, response.cookies) == (200, {})
    assert told("reader@example.com").unsubscribed_at
    # Some press twice.
    when = told("reader@example.com").unsubscribed_at
    assert client.post(leaving, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert told("reader@example.com").unsubscribed_at == when


def test_looking_changes_nothing_and_the_button_ends_it(client, leaving):
    for method in (client.get, client.head):
        assert method(leaving).status_code == 200
    assert told("reader@example.com").is_listening
    assert "You are unsubscribed" in client.post(leaving).text
    assert "You are unsubscribed" in client.get(leaving).text
    assert not told("reader@example.com").is_listening


def test_a_pass_holds_for_its_own_purpose_alone(client, make_subscriber):
    one = make_subscriber()
    passes = {
        "manage": links.manage_pass(one.code, one.secret, timezone.now()),
        "unsubscribe": links.unsubscribe_pass(one.code, one.secret),
    }
    for kind, given in passes.items():
        for other in {"confirm", "manage", "unsubscribe"} - {kind}:
            for method in (client.get, client.post):
                assert method(f"/subscriptions/{other}/{given}").status_code == 404
    assert told("reader@example.com").is_listening


def test_pages_that_hold_a_pass_tell_nobody_where_the_reader_was(client, leaving):
    response = client.get(leaving)
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Robots-Tag"] == "noindex"
    assert "no-store" in response["Cache-Control"]
    # Nor do they name their own address to whoever they are shared with.
    assert leaving.rpartition("/")[2] not in response.text


def test_no_pass_is_logged(client, make_subscriber, caplog):
    one = make_subscriber()
    given = links.manage_pass(one.code, one.secret, timezone.now())
    handler = caplog.handler
    handler.addFilter(WithoutPasses())
    with caplog.at_level(logging.DEBUG):
        assert client.get(f"/subscriptions/unsubscribe/{given}").status_code == 404
        logging.getLogger("django.request").error("Internal Server Error: %s", f"/subscriptions/manage/{given}?a=1")
    told_of = [record.getMessage() for record in caplog.records]
    assert any("/subscriptions/unsubscribe/…" in line for line in told_of)
    assert not any(given in line for line in told_of)


def test_the_console_keeps_passes_to_itself(settings):
    assert settings.LOGGING["handlers"]["console"]["filters"] == ["without passes"]


def test_who_has_left_has_no_preferences(client, make_subscriber, leaving):
    client.post(leaving)
    one = Subscriber.objects.get()
    assert (
        client.get(f"/subscriptions/manage/{links.manage_pass(one.code, one.secret, timezone.now())}").status_code
        == 404
    )
