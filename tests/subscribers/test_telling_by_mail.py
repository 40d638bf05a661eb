"""Whoever is subscribed gets one letter, and the ledger knows it."""

import pytest

from statuspage.subscribers import delivery
from statuspage.subscribers.models import Delivery, Subscriber, Trouble

pytestmark = pytest.mark.django_db(transaction=True)

PLAIN = pytest.mark.parametrize("pipelining", [True, False], ids=["pipelined", "plain"])


def tell() -> None:
    delivery.fan_out()
    delivery.drain_mail()


def states() -> list[str]:
    return sorted(Delivery.objects.values_list("state", flat=True))


@PLAIN
def test_everybody_is_told_once_and_marked(mail_server, make_subscribers, make_notice, pipelining):
    server = mail_server(pipelining=pipelining)
    addresses = [f"reader{number}@example.com" for number in range(250)]
    make_subscribers(*addresses)
    make_notice()
    tell()
    tell()
    assert sorted(server.recipients()) == sorted(addresses)
    assert states() == ["sent"] * 250
    assert server.connections == 1
    assert len(set(server.message_ids())) == 250


@PLAIN
def test_one_bad_address_harms_no_other(mail_server, make_subscribers, make_notice, pipelining):
    refused = b"550 5.1.1 No such user\r\n"
    server = mail_server(pipelining=pipelining, behave=lambda stage, who: refused if "gone" in who else None)
    make_subscribers("a@example.com", "gone@example.com", "z@example.com")
    make_notice()
    tell()
    assert sorted(server.recipients()) == ["a@example.com", "z@example.com"]
    assert states() == ["failed", "sent", "sent"]
    gone = Subscriber.objects.get(address="gone@example.com")
    assert gone.suspension == Subscriber.Suspension.BOUNCE
    assert "5.1.1" in gone.deliveries.get().last_error


def test_a_letter_is_threaded_easy_to_leave_and_in_the_readers_own_zone(mail_server, make_subscribers, make_notice):
    server = mail_server()
    make_subscribers("reader@example.com", time_zone="Asia/Tokyo")
    make_notice()
    tell()
    (letter,) = server.letters()
    assert letter["To"] == "reader@example.com"
    assert letter["Subject"] == "Investigating: Slow answers"
    assert letter["From"].endswith("<status@example.com>")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["References"] == letter["In-Reply-To"]
    text, html = (part.get_content().replace("\r\n", "\n") for part in letter.iter_parts())
    assert "Since Nov 21, 2026 - 18:00 JST answers are slow.\n.\nhttps" in text
    subscriber = Subscriber.objects.get()
    assert f"https://x/{subscriber.code}-" in text
    assert f"/subscriptions/unsubscribe/{subscriber.code}-" in letter["List-Unsubscribe"]
    assert "\ue001" not in html


@pytest.mark.parametrize(
    ("stage", "reply"),
    [
        ("connect", b"554 5.3.2 No service\r\n"),
        ("mail", b"550 5.7.1 Sender refused\r\n"),
        ("mail", b"451 4.3.0 Busy\r\n"),
        ("connect", "hang up"),
        ("ehlo", "hang up"),
    ],
)
def test_a_fault_of_ours_rests_the_channel_and_is_held_against_nobody(
    mail_server, make_subscribers, make_notice, stage, reply
):
    mail_server(behave=lambda at, who: reply if at == stage else None)
    make_subscribers("a@example.com", "b@example.com")
    make_notice()
    tell()
    assert states() == ["pending", "pending"]
    assert set(Delivery.objects.values_list("attempts", "answers")) == {(0, 0)}
    assert Trouble.objects.get().channel == "email"
    Trouble.objects.update(until="2020-01-01T00:00:00Z")
    server = mail_server()
    tell()
    assert len(server.taken) == 2
    assert not Trouble.objects.exists()
