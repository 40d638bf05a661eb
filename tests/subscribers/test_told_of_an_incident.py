"""How many were told of one incident, as its postmortem's author wants to know."""

import pytest

from statuspage.subscribers.ledger import fan_out
from statuspage.subscribers.models import Delivery
from statuspage.subscribers.tally import Told, close_books, told_of

THREAD = "abcdefghijkl"
PEOPLE = [f"{name}@example.com" for name in "abcd"]


@pytest.fixture
def tell(make_subscribers, make_notice):
    """Tell of something: so many got it, and the others did not."""
    make_subscribers(*PEOPLE)

    def notice(key, sent, **fields):
        fan_out(made := make_notice(key, **fields))
        lines = list(Delivery.objects.filter(notice=made))
        assert len(lines) == len(PEOPLE)
        keys = [line.pk for line in lines[:sent]]
        Delivery.objects.filter(pk__in=keys).update(state="sent", sent_at=made.created_at)
        Delivery.objects.filter(notice=made).exclude(pk__in=keys).update(state="failed")
        return made

    return notice


def test_every_message_counts_and_the_notice_that_reached_most(tell):
    tell("update:one", 2)
    tell("update:two", 3)
    tell("update:other", 4, thread="zzzzzzzzzzzz")
    assert told_of(THREAD) == Told(messages=5, most=3)


def test_it_is_the_same_once_the_books_are_closed(tell, django_assert_num_queries):
    for number in range(4):
        tell(f"update:{number}", number)
    before = told_of(THREAD)
    close_books()
    assert told_of(THREAD) == before == Told(messages=6, most=3)
    with django_assert_num_queries(1):
        told_of(THREAD)


def test_nobody_was_told_of_what_was_never_announced(page):
    assert told_of(THREAD) == Told(messages=0, most=0)
