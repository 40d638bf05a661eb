"""Days and months do not stay silent about what began on them and is still open."""

from datetime import timedelta

import html5lib
import pytest
import time_machine

from statuspage.incidents.services import edit_incident, post_update
from statuspage.publishing import store
from statuspage.publishing.press import publish, publish_owed
from tests.conftest import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW + 2 * HOUR, tick=False):
        yield


def text_of(location):
    tree = html5lib.parse(store.find(location), namespaceHTMLElements=False)
    return " ".join("".join(tree.find("body").itertext()).split())


def day(told, name):
    """What the home page says of a day, up to the next day."""
    words = told.split(f"{name} November 2026 ")[1]
    return words.split(" November 2026")[0].rsplit(" ", 2)[0].strip()


def test_a_day_names_what_began_on_it_and_is_open(make_incident):
    incident = make_incident(name="Ships wait", at=NOW - 3 * DAY)
    publish()
    told = text_of("/")
    assert day(told, "18") == "Ships wait — still open"
    assert day(told, "17") == "Nothing to report."
    assert f'<a href="{incident.path}"><span dir="auto">Ships wait</span> — still open</a>' in store.find("/").decode()


def test_today_tells_of_no_other_incidents_while_an_older_one_is_open(make_incident):
    make_incident(at=NOW - 3 * DAY)
    publish()
    assert day(text_of("/"), "21") == "No other incidents."
    assert day(text_of("/"), "20") == "Nothing to report."


def test_today_with_an_open_incident_of_its_own_does_not_also_say_nothing(make_incident):
    make_incident(name="Ships wait")
    publish()
    assert day(text_of("/"), "21") == "Ships wait — still open"


def test_once_it_is_over_it_stands_under_its_end_alone(make_incident):
    incident = make_incident(name="Ships wait", at=NOW - 3 * DAY)
    post_update(incident, status="resolved", body="Over.", affected={}, author=None, at=NOW)
    publish()
    told = text_of("/")
    assert "still open" not in told
    assert day(told, "18") == "Nothing to report."
    assert day(told, "21").startswith("Ships wait Resolved after 3 d")


def test_its_month_tells_of_it_and_is_reached_from_the_history(make_incident):
    make_incident(name="Ships wait", at=NOW - 80 * DAY)
    publish()
    assert "Ships wait — still open" in text_of("/history/2026-09")
    assert 'href="/history/2026-09"' in store.find("/history").decode()
    assert "Nothing to report." in text_of("/history/2026-10")


def test_its_month_forgets_it_once_it_has_ended_in_another(make_incident, django_capture_on_commit_callbacks):
    make_incident(status="resolved", at=NOW - 200 * DAY)
    with django_capture_on_commit_callbacks(execute=True):
        incident = make_incident(name="Ships wait", at=NOW, started_at=NOW - 80 * DAY)
    publish_owed()
    assert "still open" in text_of("/history/2026-09")
    with django_capture_on_commit_callbacks(execute=True):
        post_update(incident, status="resolved", body="Over.", affected={}, author=None, at=NOW + HOUR)
    publish_owed()
    assert "Nothing to report." in text_of("/history/2026-09")
    assert "Ships wait Resolved" in text_of("/history/2026-11")


def test_a_corrected_beginning_takes_it_to_another_month(make_incident, django_capture_on_commit_callbacks):
    make_incident(status="resolved", at=NOW - 200 * DAY)
    incident = make_incident(name="Ships wait", at=NOW - 80 * DAY)
    publish()
    said = {"name": "Ships wait", "impact": None, "resolved_at": None, "seen": incident.version}
    with django_capture_on_commit_callbacks(execute=True):
        edit_incident(incident, **said, started_at=NOW - 50 * DAY, at=NOW)
    publish_owed()
    assert "Nothing to report." in text_of("/history/2026-09")
    assert "Ships wait — still open" in text_of("/history/2026-10")
