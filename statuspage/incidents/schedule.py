"""Time enters as a commit: scheduled maintenance begins and ends by updates on its timeline."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from statuspage.components.status import Status as ComponentStatus
from statuspage.incidents.affected import last_words
from statuspage.incidents.announcing import remind
from statuspage.incidents.models import Incident
from statuspage.incidents.timeline import append_update
from statuspage.publishing.models import StatusPage

Kind, Status = Incident.Kind, Incident.Status

# A start or end that the clock caught up on later than this is old news: it is recorded, and nobody is told.
STALE_AFTER = timedelta(minutes=15)


def advance_maintenances(at: datetime) -> None:
    """Turn starts and ends that are due into updates, in order, once; harmless to run twice at once, or late."""
    due = Incident.objects.open().filter(kind=Kind.MAINTENANCE, runs_by_clock=True, scheduled_for__lte=at)
    for key in due.order_by("scheduled_for").values_list("pk", flat=True):
        _advance(key, at=at)


def remind_of_maintenances(at: datetime) -> None:
    """Tell subscribers of planned work that begins soon, once; not of what was announced later than that."""
    minutes = StatusPage.objects.get().remind_minutes
    lead = timedelta(minutes=minutes)
    planned = Incident.objects.open().filter(kind=Kind.MAINTENANCE, status=Status.SCHEDULED, reminded_at=None)
    due = planned.filter(scheduled_for__gt=at, scheduled_for__lte=at + lead)
    for key in due.order_by("scheduled_for").values_list("pk", flat=True):
        _remind(key, lead=lead, at=at)


@transaction.atomic
def _remind(key: int, *, lead: timedelta, at: datetime) -> None:
    # Read under the lock, as below.
    maintenance = Incident.objects.select_for_update().get(pk=key)
    if maintenance.reminded_at or maintenance.status != Status.SCHEDULED or not maintenance.scheduled_for:
        return
    if maintenance.updated_at <= maintenance.scheduled_for - lead:
        remind(maintenance)
    maintenance.reminded_at = at
    maintenance.save(update_fields=["reminded_at"])


@transaction.atomic
def _advance(key: int, *, at: datetime) -> None:
    # Read under the lock: another clock may have been here since the question was asked.
    maintenance = Incident.objects.select_for_update().get(pk=key)
    start, end = maintenance.scheduled_for, maintenance.scheduled_until
    if not maintenance.runs_by_clock or not start or not end:
        return
    if maintenance.status == Status.SCHEDULED and start <= at:
        _say(maintenance, Status.IN_PROGRESS, "The maintenance has begun.", due=start, at=at)
    if maintenance.is_open and end <= at:
        _say(maintenance, Status.COMPLETED, "The maintenance is complete.", due=end, at=at)


def _say(maintenance: Incident, status: str, body: str, *, due: datetime, at: datetime) -> None:
    mentions = last_words(maintenance.updates.prefetch_related("affected__component__group")).values()
    affected = (
        {mention.component: ComponentStatus.UNDER_MAINTENANCE for mention in mentions}
        if status == Status.IN_PROGRESS
        else {}
    )
    notify = at - due <= STALE_AFTER
    append_update(
        maintenance, status=status, body=body, affected=affected, author=None, at=at, shown_at=due, notify=notify
    )
