"""Two people, or two clocks, at the same moment: nothing is lost, nothing happens twice."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from statuspage.components.status import Status
from statuspage.incidents.schedule import advance_maintenances
from statuspage.incidents.services import (
    StaleEdit,
    edit_update,
    post_update,
    schedule_maintenance,
)
from statuspage.publishing import store
from tests.conftest import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def all_at_once(*deeds):
    """Do them in threads that start together; what each returned or raised."""
    start, results = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(number, deed):
        try:
            start.wait(10)
            results[number] = deed()
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def test_updates_posted_at_once_all_land_and_the_page_shows_the_last(make_component, make_incident):
    api = make_component("API")
    incident = make_incident({api: Status.MAJOR_OUTAGE})

    def post(number):
        return lambda: post_update(
            incident,
            status="identified" if number % 2 else "monitoring",
            body=f"Message {number}.",
            affected={api: Status.DEGRADED_PERFORMANCE},
            author=None,
        )

    results = all_at_once(*map(post, range(6)))
    incident.refresh_from_db()
    assert {update.body for update in incident.updates.all()} == {
        "We are looking.",
        *(f"Message {number}." for number in range(6)),
    }, results
    assert incident.status == incident.timeline()[0].status
    told = store.find(incident.path).decode()
    assert all(f"Message {number}." in told for number in range(6))


def test_of_two_edits_at_once_one_wins_and_the_other_is_told(make_incident):
    update = make_incident().updates.get()

    def edit(body):
        return lambda: edit_update(update, body=body, seen=0, editor=None)

    results = all_at_once(edit("One."), edit("Two."))
    assert sum(isinstance(result, StaleEdit) for result in results) == 1
    assert update.revisions.count() == 1


def test_two_clocks_complete_a_maintenance_once(make_component):
    maintenance = schedule_maintenance(
        name="Upgrade",
        body="Soon.",
        scheduled_for=NOW,
        scheduled_until=NOW + timedelta(hours=1),
        components=[make_component()],
        author=None,
        at=NOW - timedelta(days=1),
    )
    all_at_once(*[lambda: advance_maintenances(NOW + timedelta(hours=2))] * 4)
    assert [update.status for update in maintenance.updates.all()] == ["scheduled", "in_progress", "completed"]
