"""A postmortem of an incident with thousands of updates is assembled in a constant number of questions."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from postmortems.report import assemble
from postmortems.story import story_of
from statuspage.incidents.models import AffectedComponent, IncidentUpdate
from statuspage.incidents.services_journal import note_down
from tests.conftest import NOW

SECOND = timedelta(seconds=1)


@pytest.fixture
def prolong(draft, make_component):
    """Add so many updates before it was resolved, each of which speaks of a component."""
    component = make_component("Cranes", group="Quay")

    def add(count):
        last = draft.incident.updates.last()
        draft.incident.updates.filter(pk=last.pk).update(created_at=NOW + 9_000 * SECOND)
        updates = IncidentUpdate.objects.bulk_create(
            IncidentUpdate(
                incident=draft.incident,
                status="monitoring",
                body="Still at it.",
                body_html="<p>Still at it.</p>",
                created_at=NOW + 1_800 * SECOND + number * SECOND / 10,
                display_at=NOW + 1_800 * SECOND + number * SECOND / 10,
            )
            for number in range(count)
        )
        statuses = ("major_outage", "degraded_performance")
        AffectedComponent.objects.bulk_create(
            AffectedComponent(
                update=update,
                component=component,
                name="Quay - Cranes",
                old_status="operational",
                new_status=statuses[number % 2],
            )
            for number, update in enumerate(updates)
        )
        note_down(draft.incident, words="Noted.", by=None, at=NOW, starred=True)

    return add


def test_however_many_updates_there_were_it_asks_as_much(prolong, draft, page):
    def questions():
        with CaptureQueriesContext(connection) as asked:
            story_of(assemble(draft, page=page))
        return len(asked)

    prolong(10)
    few = questions()
    prolong(400)
    assert questions() == few


def test_the_work_grows_as_the_number_of_updates_and_no_faster(prolong, draft, page, monkeypatch):
    """Counted, not timed: how often an update is looked at."""
    looks = 0
    order = IncidentUpdate.order.fget

    def counted(update):
        nonlocal looks
        looks += 1
        return order(update)

    monkeypatch.setattr(IncidentUpdate, "order", property(counted))

    def work():
        nonlocal looks
        looks = 0
        story_of(assemble(draft, page=page))
        return looks

    prolong(100)
    few = work()
    prolong(900)
    assert work() < few * 12
