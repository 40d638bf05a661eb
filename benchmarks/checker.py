"""Assembles and checks one postmortem, and prints what that took; run in a data directory of its own."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from postmortems.checking import check
from postmortems.models import Postmortem
from postmortems.report import assemble
from postmortems.services import save_draft, start_postmortem
from statuspage.components.models import Component
from statuspage.components.status import Status
from statuspage.incidents.models import AffectedComponent, Incident, IncidentUpdate
from statuspage.publishing.markdown import to_html
from statuspage.publishing.models import StatusPage

BEGAN = datetime(2026, 1, 14, 9, 0, tzinfo=UTC)
SAID = "Since 09:10 the queue has been growing; **boats** wait at the lock, and we write again within ten minutes."
TEXT = "The gauge sent each reading a hundred times, and the queue takes all that comes. " * 200
ROUNDS = 5


def main(*, updates: int) -> None:
    """Five times from nothing read; the median counts."""
    postmortem, page = _written(updates), StatusPage.objects.get()
    parts: dict[str, Callable[[Postmortem], object]] = {
        "assembled": lambda read: assemble(read, page=page),
        "checked": lambda read: check(read, page=page),
    }
    for name, part in parts.items():
        taken = []
        for _ in range(ROUNDS + 1):
            read = Postmortem.objects.get(pk=postmortem.pk)
            processor, clock = time.process_time(), time.perf_counter()
            with CaptureQueriesContext(connection) as asked:
                part(read)
            taken.append((time.process_time() - processor, time.perf_counter() - clock))
        processor, clock = (statistics.median(one) for one in zip(*taken[1:], strict=True))
        print(
            f"  {updates:,} updates {name}: {processor * 1000:4.0f} ms of the processor, {clock * 1000:4.0f} ms, "
            f"{len(asked)} queries"
        )


def _written(updates: int) -> Postmortem:
    """A postmortem of an incident with so many updates, each of which speaks of a component."""
    incident = Incident.objects.create(
        name="Boats wait",
        status="resolved",
        impact="critical",
        started_at=BEGAN,
        resolved_at=BEGAN + timedelta(minutes=updates),
    )
    lock = Component.objects.create(name="Lock")
    written = IncidentUpdate.objects.bulk_create(
        IncidentUpdate(
            incident=incident,
            status="resolved" if number == updates else "monitoring",
            body=SAID,
            body_html=to_html(SAID),
            created_at=BEGAN + timedelta(minutes=number),
            display_at=BEGAN + timedelta(minutes=number),
        )
        for number in range(1, updates + 1)
    )
    AffectedComponent.objects.bulk_create(
        AffectedComponent(
            update=update, component=lock, name="Lock", old_status=Status.OPERATIONAL, new_status=Status.MAJOR_OUTAGE
        )
        for update in written
    )
    texts = dict.fromkeys(("description", "root_cause", "contributing_factors", "lessons"), TEXT)
    return save_draft(start_postmortem(incident), texts=texts, facts=[], actions=[], mitigations=[])
