"""Planned work is announced days ahead: that is no silence, and no news of how it went."""

from datetime import timedelta

from postmortems.checking import check
from postmortems.services import start_postmortem
from statuspage.incidents.models import Incident
from statuspage.incidents.services import post_update, schedule_maintenance
from tests.conftest import NOW

HOUR = timedelta(hours=1)


def test_what_was_announced_is_measured_by_nothing(page, make_component):
    berths = make_component("Berths")
    maintenance = schedule_maintenance(
        name="New gates",
        body="The gates are replaced.",
        scheduled_for=NOW,
        scheduled_until=NOW + HOUR,
        components=[berths],
        author=None,
        at=NOW - 72 * HOUR,
    )
    said = {"affected": {}, "author": None}
    post_update(maintenance, status="in_progress", body="We begin.", at=NOW, **said)
    post_update(maintenance, status="completed", body="Done.", at=NOW + HOUR, **said)
    Incident.objects.filter(pk=maintenance.pk).update(started_at=NOW)
    postmortem = start_postmortem(Incident.objects.get(pk=maintenance.pk))
    found = {one.rule for one in check(postmortem, page=page, at=NOW + 2 * HOUR)}
    assert found == {"PM030"}
