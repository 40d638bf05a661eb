"""The page as it stood at any past moment: for staff, and for everyone where the owner allows it."""

from datetime import timedelta

import pytest
import time_machine
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from statuspage.components.status import Status
from statuspage.incidents.overview import overview
from statuspage.incidents.services import edit_update, post_update
from tests.conftest import NOW

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _later():
    with time_machine.travel(NOW + timedelta(days=20), tick=False):
        yield


@pytest.fixture
def story(make_component, make_incident):
    """Berths are out from 09:00 to 10:00 UTC, the second message is reworded at 09:40."""
    berths = make_component("Berths", created_at=NOW - timedelta(days=30))
    incident = make_incident({berths: Status.MAJOR_OUTAGE}, name="Ships wait", body="Ships wait outside.")
    said = {"affected": {}, "author": None}
    second = post_update(incident, status="identified", body="The gait is stuck.", at=NOW + 30 * MINUTE, **said)
    edit_update(second, body="The gate is stuck.", seen=0, editor=None, at=NOW + 40 * MINUTE)
    post_update(incident, status="resolved", body="All is well.", at=NOW + 60 * MINUTE, **said)
    return incident


@pytest.fixture
def seen(client, staff, page, story):
    """What the page said at a wall time of Lisbon, which has UTC in November."""
    client.force_login(staff)
    return lambda time: client.get(f"/desk/moment/?at={time}").content.decode()


def test_an_incident_is_open_again_with_what_was_known_then(seen):
    text = seen("2026-11-21T09:10")
    assert "Ships wait outside." in text
    assert "Major System Outage" in text
    assert "The gate is stuck." not in text
    assert "What readers saw" in text.replace("What follows is what readers saw", "What readers saw")


def test_an_edit_is_not_known_before_it_was_made(seen):
    assert "The gait is stuck." in seen("2026-11-21T09:35")
    assert "The gate is stuck." not in seen("2026-11-21T09:35")
    assert "Edited" not in seen("2026-11-21T09:35")


def test_after_the_edit_both_wordings_are_there(seen):
    text = seen("2026-11-21T09:45")
    assert "The gate is stuck." in text
    assert "Edited" in text
    assert "The gait is stuck." in text


def test_once_it_had_ended_it_stands_in_the_past(seen):
    text = seen("2026-11-21T10:30")
    assert "All Systems Operational" in text
    assert "Resolved after 1 h" in text


def test_what_was_reopened_since_was_closed_then(seen, story):
    post_update(story, status="investigating", body="Again.", affected={}, author=None, at=NOW + timedelta(days=1))
    text = seen("2026-11-21T10:30")
    assert "Resolved after 1 h" in text
    assert "Again." not in text


def test_before_all_that_nothing_had_happened(seen):
    assert "Ships wait" not in seen("2026-11-21T08:59")


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("2027-01-01T00:00", "That moment has not come yet."),
        ("yesterday", "Write it as"),
        ("2026-10-25T01:30", "showed 01:30 twice"),
    ],
)
def test_a_moment_that_cannot_be_shown_gets_a_sentence(client, staff, page, asked, sentence):
    client.force_login(staff)
    answer = client.get("/desk/moment/", {"at": asked})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_the_public_sees_it_only_where_the_owner_allows(client, page, story):
    assert client.get("/past").status_code == 404
    page.public_past = True
    page.save()
    assert client.get("/past").status_code == 200
    assert "Ships wait outside." in client.get("/past?at=2026-11-21T09:10").content.decode()


@pytest.mark.parametrize("allowed", [True, False])
def test_without_database_the_public_hears_a_calm_sentence(client, page, allowed):
    page.public_past = allowed
    page.save()

    def is_away(*_):
        raise OperationalError("the server closed the connection unexpectedly")

    with connection.execute_wrapper(is_away):
        answer = client.get("/past?at=2026-11-21T09:10")
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "The past cannot be told right now" in answer.text


def test_only_staff_come_in_by_the_desk(client, page):
    assert client.get("/desk/moment/").status_code == 302


def test_its_queries_do_not_grow_with_the_history(client, page, make_incident, django_assert_max_num_queries):
    page.public_past = True
    page.save()
    for number in range(12):
        incident = make_incident(at=NOW - timedelta(hours=number))
        post_update(incident, status="resolved", body="Over.", affected={}, author=None, at=NOW)
    with django_assert_max_num_queries(16):
        client.get("/past?at=2026-11-21T10:30")


class TestTheWholePage:
    @pytest.fixture
    def asked(self, client, page, story):
        page.public_past, page.locale = True, "de"
        page.save()
        return lambda query="": client.get(f"/past{query}").content.decode()

    def test_it_leads_to_no_page_that_is_not_there(self, asked):
        text = asked("?at=2026-11-21T09:10")
        assert "hreflang" not in text
        assert 'href="/history"' in text

    def test_it_says_how_words_that_people_wrote_run(self, asked):
        assert 'dir="auto"' in asked("?at=2026-11-21T09:10")

    def test_its_refusals_are_in_its_language(self, asked, monkeypatch):
        said = {"Write it as 2026-11-21T09:30: year, month, day, hour and minute.": "Bitte so schreiben"}
        monkeypatch.setattr("django.utils.translation._trans.gettext", lambda text: said.get(text, text))
        assert "Bitte so schreiben" in asked("?at=yesterday")


def test_of_an_early_moment_nothing_later_is_read(page, make_incident):
    for number in range(3):
        make_incident(at=NOW + timedelta(hours=number))
    with CaptureQueriesContext(connection) as asked:
        assert overview(NOW - timedelta(days=1)).standings == []
    # Components and incidents: of no incident were the updates read.
    assert len(asked) == 2
