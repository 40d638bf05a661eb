"""Strangers learn nothing: not from the answer, not from its size, not from what it costs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from statuspage.subscribers.models import SignUp, Subscriber
from statuspage.subscribers.services import suspend, unsubscribe


@pytest.fixture
def addresses(make_subscriber) -> list[str]:
    """One of each sort: new, known, gone, and three that are left alone."""
    make_subscriber("known@example.com")
    unsubscribe(make_subscriber("left@example.com"))
    for why in ("bounce", "complaint", "staff"):
        suspend(make_subscriber(f"{why}@example.com"), Subscriber.Suspension(why))
    return [f"{name}@example.com" for name in ("new", "known", "left", "bounce", "complaint", "staff")]


def answers(client, addresses, path, form):
    found = []
    for number, address in enumerate(addresses):
        with CaptureQueriesContext(connection) as caught:
            response = client.post(path, form(address), REMOTE_ADDR=f"192.0.2.{number}")
        shape = [query["sql"].replace(address, "ADDRESS").split("VALUES")[0] for query in caught]
        shape = [sql for sql in shape if not sql.startswith(("SAVEPOINT", "RELEASE"))]
        found.append((response.status_code, sorted(response.items()), response.content, [s[:60] for s in shape]))
    return found


def test_every_address_gets_the_same_answer_for_the_same_work(client, asking, addresses):
    first, *others = answers(client, addresses, "/subscribe", asking)
    assert first[0] == 303
    assert all(other == first for other in others)
    # Only a row each: whom it is about, a worker finds out later.
    assert list(SignUp.objects.order_by("pk").values_list("address", flat=True)) == addresses


def test_asking_for_a_link_tells_nothing_either(client, addresses):
    first, *others = answers(client, addresses, "/subscriptions/link", lambda address: {"email": address})
    assert first[0] == 303
    assert all(other == first for other in others)
    assert SignUp.objects.count() == len(addresses)


def test_an_address_beyond_its_limit_gets_the_same_answer_for_the_same_work_and_no_letter(client, asking):
    first, *others = answers(client, ["reader@example.com"] * 5, "/subscribe", asking)
    assert first[0] == 303
    assert all(other == first for other in others)
    assert SignUp.objects.exclude(due_at=None).count() == 3


def test_how_much_a_stranger_may_still_ask_does_not_tell_that_somebody_asked_today(client, asking):
    for number in range(3):
        client.post("/subscribe", asking("busy@example.com"), REMOTE_ADDR=f"192.0.2.{number}")

    def answers_to(address, *, network):
        found = [client.post("/subscribe", asking(address), REMOTE_ADDR=network) for _ in range(6)]
        return [response.status_code for response in found]

    idle, busy = (
        answers_to("idle@example.com", network="192.0.2.7"),
        answers_to("busy@example.com", network="192.0.2.8"),
    )
    assert idle == busy == [303] * 5 + [429]


@pytest.mark.parametrize("guess", ["0" * 32, "é" * 32, "%00", "٣" * 32, ""])
def test_guessing_a_pass_tells_nothing(client, asking, make_subscriber, guess):
    client.post("/subscribe", asking())
    known = {"confirm": SignUp.objects.get().code, **dict.fromkeys(("manage", "unsubscribe"), make_subscriber().code)}
    for kind, code in known.items():
        first = client.get(f"/subscriptions/{kind}/{code}-{guess}")
        other = client.get(f"/subscriptions/{kind}/{'z' * 12}-{guess}")
        assert (first.status_code, first.content) == (404, other.content)
