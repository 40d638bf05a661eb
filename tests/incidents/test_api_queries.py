"""What a publish of the documents costs does not grow with the history."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from statuspage.incidents.models import Incident
from statuspage.incidents.pages.api import ApiDocument, ApiList, IncidentDocument
from statuspage.incidents.pages.history_json import HistoryDocument
from statuspage.incidents.services import post_update, schedule_maintenance
from statuspage.publishing.models import StatusPage
from tests.conftest import NOW

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW + HOUR, tick=False):
        yield


@pytest.fixture
def make_past(make_component, make_incident):
    """So much of everything: closed and open incidents, maintenance, groups and components."""

    def make(count):
        for number in range(count):
            part = make_component(f"Part {number}", group=f"Group {number % 3}")
            closed = make_incident({part: "major_outage"}, at=NOW - 10 * HOUR)
            post_update(closed, status="resolved", body="Done.", affected={}, author=None, at=NOW - 9 * HOUR)
            make_incident({part: "partial_outage"})
            schedule_maintenance(
                name="Paint",
                body="Wet.",
                scheduled_for=NOW + 5000 * HOUR,
                scheduled_until=NOW + 5001 * HOUR,
                components=[part],
                author=None,
                at=NOW,
            )

    return make


def cost(kind, subjects):
    """How many questions it takes to render these pages, as the press does it."""
    page = StatusPage.objects.get()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        for subject in subjects():
            assert kind.body(subject, page)
    return len(asked)


QUESTIONS = {
    "the documents of the API": (ApiDocument(), lambda: ApiDocument().current()),
    "its lists": (ApiList(), lambda: ApiList().current()),
    "all open incidents": (IncidentDocument(), lambda: IncidentDocument().current()),
    "an incident that changed": (
        IncidentDocument(),
        lambda: IncidentDocument().concerned(Incident.objects.order_by("pk").first()),
    ),
    "a page of the history": (HistoryDocument(), lambda: [1]),
}


@pytest.mark.parametrize("what", QUESTIONS)
def test_a_long_history_asks_no_more_than_a_short_one(make_past, what):
    kind, subjects = QUESTIONS[what]
    make_past(2)
    short = cost(kind, subjects)
    make_past(15)
    assert cost(kind, subjects) == short
    assert short <= 32
