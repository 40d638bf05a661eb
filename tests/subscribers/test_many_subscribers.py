"""However many there are, one is found without a walk through all: strangers may ask for what holds up the others."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from statuspage.subscribers.services import subscribe_verified
from tests.subscribers.conftest import EVERYTHING, path_in

HOOK = "https://hooks.example.net/1"


@pytest.fixture
def by_index_where_possible(db):
    """PostgreSQL walks through a table that is as small as those here, unless it is forbidden to."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")


def plan_of(sql: str) -> str:
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {sql}")
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def walks(caught) -> list[str]:
    """The questions that walk through all subscribers or all sign-ups, each with how the database goes about it."""
    asked = [query["sql"] for query in caught if query["sql"].startswith("SELECT")]
    asked = [sql for sql in asked if '"subscribers_subscriber"' in sql or '"subscribers_signup"' in sql]
    assert asked
    tables = ("subscribers_subscriber", "subscribers_signup")
    marks = [f"{way} {table}" for table in tables for way in ("SCAN", "Seq Scan on")]
    # All of a day are as many: whoever asks for a mailbox is to find that.
    all_of_a_day = ["sign_up_created_at", "sign_up_mailed"]
    found = []
    for sql in asked:
        plan, bad = plan_of(sql), marks + (all_of_a_day if "LOWER(" in sql else [])
        found += [f"{sql}\n{plan}"] if any(mark in plan for mark in bad) else []
    return found


@pytest.mark.parametrize("known", [False, True])
def test_asking_answering_and_confirming_walk_through_nobody(
    client, asking, mailed, make_subscriber, by_index_where_possible, known
):
    if known:
        make_subscriber()
        make_subscriber(HOOK, channel="webhook", contact="reader@example.com")
    with CaptureQueriesContext(connection) as caught:
        client.post("/subscribe", asking())
        client.post("/subscribe", asking(channel="webhook", url=HOOK))
        client.post("/subscriptions/link", {"email": "reader@example.com"})
        letters = mailed()
        for letter in letters:
            if "/confirm/" in letter.body:
                client.post(path_in(letter, "confirm"))
    assert letters
    assert walks(caught) == []


def test_adding_somebody_at_the_desk_walks_through_nobody(page, by_index_where_possible):
    with CaptureQueriesContext(connection) as caught:
        subscribe_verified(channel="email", address="a@example.com", scope=EVERYTHING, proof="Contract 4711")
    assert walks(caught) == []
