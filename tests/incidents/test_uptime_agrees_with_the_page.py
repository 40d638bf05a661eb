"""What uptime knows now and what the page said then are the same, as long as nobody backdates or corrects anything."""

from datetime import timedelta

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from statuspage.components.models import Component, ComponentReport
from statuspage.components.services import report_components
from statuspage.components.status import Status
from statuspage.incidents.models import Incident
from statuspage.incidents.overview import overview
from statuspage.incidents.services import open_incident, post_update, schedule_maintenance
from statuspage.incidents.uptime.days import Calendar
from statuspage.incidents.uptime.record import uptime_of
from statuspage.publishing.models import StatusPage
from tests.conftest import NOW

PARTS = 3
LENGTH = 3 * 86_400
CLOSED = {"resolved", "completed"}

saids = st.dictionaries(st.integers(0, PARTS - 1), st.sampled_from(list(Status)), max_size=PARTS)
incident_statuses = st.sampled_from(["investigating", "identified", "monitoring", "resolved"])
# Posted in order: a maintenance is not announced again once it has begun.
maintenance_statuses = st.sampled_from(["in_progress", "verifying", "completed"])
steps = st.one_of(
    st.tuples(st.just("report"), saids),
    st.tuples(st.just("open"), saids),
    st.tuples(st.just("schedule"), saids),
    st.tuples(st.just("post"), saids, st.integers(0, 5), incident_statuses, maintenance_statuses),
    st.tuples(st.just("post"), saids, st.integers(0, 5), incident_statuses, maintenance_statuses),
)
histories = st.lists(st.tuples(st.integers(1, LENGTH // 8), steps), min_size=1, max_size=12)


def tell(history, parts):
    """Live through the history, each step through the services at its own time; the last moment."""
    told, at = [], NOW
    for wait, (verb, said, *rest) in history:
        at += timedelta(seconds=wait)
        affected = {parts[place]: status for place, status in said.items()}
        words = {"body": "So it is.", "author": None, "at": at}
        if verb == "report":
            report_components(affected, source=ComponentReport.Source.STAFF, at=at)
        elif verb == "open":
            told.append(open_incident(name="Trouble", status="investigating", affected=affected, **words))
        elif verb == "schedule":
            window = {"scheduled_for": at, "scheduled_until": at + timedelta(hours=1)}
            told.append(schedule_maintenance(name="Work", components=list(affected), **window, **words))
        elif told:
            place, of_incident, of_maintenance = rest
            incident = told[place % len(told)]
            status = of_maintenance if incident.kind == Incident.Kind.MAINTENANCE else of_incident
            if status in CLOSED:
                affected = {}
            post_update(incident, status=status, affected=affected, **words)
    return at


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories, st.lists(st.floats(0, 1), min_size=3, max_size=8))
def test_uptime_says_of_any_moment_what_the_page_said_then(page, history, places):
    with transaction.atomic():
        page = StatusPage.objects.get()
        parts = [Component.objects.create(name=f"Part {number}", created_at=NOW) for number in range(PARTS)]
        last = tell(history, parts)
        for place in places:
            at = NOW + (last - NOW) * place
            found = uptime_of(parts, Calendar.back_from(at, 7, page.zone), page=page, until=at)
            said = overview(at)
            assert {part: found[part.pk].status for part in parts} == {part: said.status_of(part) for part in parts}
            alone = uptime_of(parts[:1], Calendar.back_from(at, 1, page.zone), page=page, until=at)
            assert alone[parts[0].pk].status == said.status_of(parts[0])
        transaction.set_rollback(True)
