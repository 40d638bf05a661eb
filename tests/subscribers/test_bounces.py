"""What an ESP reports of a mail is heeded: addresses that bounce or complain are left alone."""

from types import SimpleNamespace

import pytest
from anymail.signals import tracking

from statuspage.subscribers.models import Delivery, Subscriber


@pytest.fixture
def report(make_subscriber, make_notice):
    """Have the ESP report something of the one reader's mail."""
    reader = make_subscriber("Reader@example.com")
    Delivery.objects.create(notice=make_notice(), subscriber=reader, channel="email")

    def send(event_type, reject_reason=None, recipient="reader@EXAMPLE.com", **told):
        said = {"event_type": event_type, "reject_reason": reject_reason, "recipient": recipient}
        event = SimpleNamespace(**said | {"description": None, "mta_response": None, "esp_event": None} | told)
        tracking.send(sender=object, event=event, esp_name="Some ESP")
        return Subscriber.objects.get()

    return send


@pytest.mark.parametrize(
    ("event", "reason", "suspension"),
    [("complained", "spam", "complaint"), ("bounced", "invalid", "bounce"), ("rejected", "invalid", "bounce")],
)
def test_an_address_that_cannot_or_will_not_is_suspended_at_once(report, event, reason, suspension):
    assert report(event, reason).suspension == suspension
    assert Delivery.objects.get().state == "dropped"


def test_three_bounces_in_a_row_suspend(report):
    assert [report("bounced", "bounced").suspension for _ in range(3)] == ["", "", "bounce"]


def test_a_mail_that_arrives_between_two_bounces_begins_the_count_anew(report):
    for _ in range(3):
        report("bounced", "bounced")
        assert report("delivered").strikes == 0
    assert Subscriber.objects.get().is_listening


@pytest.mark.parametrize(
    "told",
    [
        {"esp_event": {"Type": "HardBounce"}},
        {"esp_event": {"event": "hard_bounce"}},
        {"description": "Permanent: General"},
        {"mta_response": "550 5.1.1 No such user here"},
    ],
)
def test_a_bounce_that_the_esp_calls_hard_suspends_at_once(report, told):
    assert report("bounced", "bounced", **told).suspension == "bounce"


@pytest.mark.parametrize(
    "told",
    [
        {"esp_event": {"Type": "SoftBounce"}},
        {"description": "Transient: MailboxFull"},
        {"mta_response": "452 4.2.2 Mailbox full"},
    ],
)
def test_one_that_it_calls_soft_does_not(report, told):
    assert report("bounced", "bounced", **told).is_listening


@pytest.mark.parametrize(
    ("event", "reason"),
    [("deferred", None), ("bounced", "timed_out"), ("bounced", "other"), ("delivered", None), ("opened", None)],
)
def test_what_says_nothing_of_the_address_changes_nothing(report, event, reason):
    reader = report(event, reason)
    assert (reader.suspension, reader.strikes, reader.unsubscribed_at) == ("", 0, None)


def test_whoever_leaves_at_the_esp_has_left_here(report):
    assert report("unsubscribed").unsubscribed_at


def test_a_report_of_a_stranger_is_nobodys(report):
    assert report("complained", "spam", recipient="other@example.com").is_listening


def test_the_door_for_reports_is_shut_unless_a_secret_was_set(client, page):
    assert client.post("/mail/postmark/tracking/", "{}", content_type="application/json").status_code == 404
