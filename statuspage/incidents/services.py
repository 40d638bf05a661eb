"""What happens to incidents: every write a reader could notice, one verb each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from statuspage.components.models import Component
from statuspage.incidents.announcing import announce_change
from statuspage.incidents.history import filed_at
from statuspage.incidents.models import AffectedComponent, Incident, IncidentUpdate, UpdateRevision
from statuspage.incidents.overview import overview
from statuspage.incidents.timeline import append_update, checked_body, impact_of, refile
from statuspage.incidents.words import remember_incidents
from statuspage.publishing import times
from statuspage.publishing.markdown import to_html
from statuspage.publishing.models import StatusPage
from statuspage.publishing.services import publish_soon
from statuspage.publishing.wording import is_visible, one_line
from statuspage.team.models import User

Kind, Status, Impact = Incident.Kind, Incident.Status, Incident.Impact
UPDATE_BEFORE_BEGINNING = (
    "This incident began on {}, and no update can be older. "
    "If it began earlier, change “Began” under “Edit facts” first."
)
UPDATE_BEFORE_ANNOUNCEMENT = "This maintenance was announced on {}, and no update can be older than that."
OVER_ALREADY = (
    "This maintenance would be over already, so there is nothing left to announce. "
    "Check the day; if readers noticed something then, record it as a past incident."
)


class StaleEdit(Exception):
    """Somebody else changed the text since the editor opened it; both texts are to be shown."""


@transaction.atomic
def open_incident(
    *,
    name: str,
    status: str,
    body: str,
    affected: Mapping[Component, str],
    author: User | None,
    impact: str | None = None,
    started_at: datetime | None = None,
    at: datetime | None = None,
    notify: bool = True,
) -> Incident:
    """Declare an incident: it is born with its first update.

    `impact` overrides what the affected components say; `started_at` may lie before the posting, never after it.
    Raises ValidationError in the user's words.
    """
    at = at or timezone.now()
    if started_at and started_at > at:
        raise ValidationError({"started_at": "An incident cannot start in the future."})
    incident = Incident(
        kind=Kind.INCIDENT,
        name=_checked_name(name),
        status=status,
        impact=impact or Impact.NONE,
        impact_override=impact or None,
        created_at=at,
        started_at=started_at or at,
        resolved_at=at if status in Incident.CLOSED else None,
    )
    _check_status(incident, status)
    incident.save()
    append_update(incident, status=status, body=body, affected=affected, author=author, at=at, notify=notify)
    return incident


@transaction.atomic
def backfill_incident(
    *,
    name: str,
    body: str,
    resolution: str,
    started_at: datetime,
    resolved_at: datetime,
    affected: Mapping[Component, str],
    author: User | None,
    impact: str | None = None,
    at: datetime | None = None,
) -> Incident:
    """Record an incident that is already over; nobody is told, and the page of today does not change."""
    at = at or timezone.now()
    if not started_at < resolved_at <= at:
        raise ValidationError({"resolved_at": "It must have ended after it started, and before now."})
    incident = Incident(
        kind=Kind.INCIDENT,
        name=_checked_name(name),
        status=Status.IDENTIFIED,
        impact=impact or Impact.NONE,
        impact_override=impact or None,
        created_at=at,
        started_at=started_at,
        backfilled=True,
    )
    incident.save()
    append_update(
        incident,
        status=Status.IDENTIFIED,
        body=body,
        affected=affected,
        author=author,
        at=at,
        shown_at=started_at,
        notify=False,
    )
    append_update(
        incident,
        status=Status.RESOLVED,
        body=resolution,
        affected={},
        author=author,
        at=at,
        shown_at=resolved_at,
        notify=False,
    )
    return incident


@transaction.atomic
def schedule_maintenance(
    *,
    name: str,
    body: str,
    scheduled_for: datetime,
    scheduled_until: datetime,
    components: Iterable[Component],
    author: User | None,
    runs_by_clock: bool = True,
    at: datetime | None = None,
    notify: bool = True,
) -> Incident:
    """Announce planned work. The clock starts and completes it unless `runs_by_clock` is off."""
    at = at or timezone.now()
    if scheduled_until <= scheduled_for:
        raise ValidationError({"scheduled_until": "The maintenance must end after it starts."})
    if scheduled_until <= at:
        raise ValidationError({"scheduled_until": OVER_ALREADY})
    maintenance = Incident(
        kind=Kind.MAINTENANCE,
        name=_checked_name(name),
        status=Status.SCHEDULED,
        impact=Impact.MAINTENANCE,
        created_at=at,
        started_at=at,
        scheduled_for=scheduled_for,
        scheduled_until=scheduled_until,
        runs_by_clock=runs_by_clock,
    )
    maintenance.save()
    # Named, not yet touched: what it will do to them is said when it begins.
    now = overview(at)
    affected = {component: now.status_of(component) for component in components}
    append_update(
        maintenance, status=Status.SCHEDULED, body=body, affected=affected, author=author, at=at, notify=notify
    )
    return maintenance


@transaction.atomic
def post_update(
    incident: Incident,
    *,
    status: str,
    body: str,
    affected: Mapping[Component, str],
    author: User | None,
    at: datetime | None = None,
    shown_at: datetime | None = None,
    notify: bool = True,
) -> IncidentUpdate:
    """Add to the incident's timeline and refresh the public pages.

    Any status of its kind may follow any other: Resolved closes, a later update reopens. Closing returns to
    operational whatever this incident still says of components; what other incidents say stands. `shown_at` backdates
    what readers see, never the order. A maintenance that is taken back to where the clock would at once move it on
    again is run by hand from then on. Raises ValidationError in the user's words.
    """
    at = at or timezone.now()
    if shown_at and shown_at > at:
        raise ValidationError({"shown_at": "An update cannot be posted in the future."})
    # Two responders may post at once; the lock makes the second see the first.
    incident = Incident.objects.select_for_update().get(pk=incident.pk)
    _check_status(incident, status)
    shown_at = shown_at and _not_before_it_began(incident, shown_at)
    if _overrules_clock(incident, status, at=at):
        incident.runs_by_clock = False
    return append_update(
        incident, status=status, body=body, affected=affected, author=author, at=at, shown_at=shown_at, notify=notify
    )


@transaction.atomic
def edit_update(
    update: IncidentUpdate, *, body: str, seen: int, editor: User | None, at: datetime | None = None
) -> IncidentUpdate:
    """Change the wording of an update; the earlier wording stays public. Tells nobody.

    `seen` is the number of edits the editor knew of; raises StaleEdit where there are more by now.
    """
    at = at or timezone.now()
    update = IncidentUpdate.objects.select_for_update().select_related("incident").get(pk=update.pk)
    if update.edits != seen:
        raise StaleEdit
    body = checked_body(body)
    if body == update.body:
        return update
    UpdateRevision.objects.create(update=update, body=update.body, edited_at=at, editor=editor)
    update.body, update.body_html, update.updated_at = body, to_html(body), at
    update.save(update_fields=["body", "body_html", "updated_at"])
    update.incident.updated_at = at
    update.incident.save(update_fields=["updated_at"])
    remember_incidents([update.incident.pk])
    publish_soon(update.incident)
    return update


@transaction.atomic
def edit_incident(
    incident: Incident,
    *,
    name: str,
    impact: str | None,
    started_at: datetime,
    resolved_at: datetime | None,
    seen: int,
    scheduled_for: datetime | None = None,
    scheduled_until: datetime | None = None,
    runs_by_clock: bool = True,
    notify: bool = False,
    at: datetime | None = None,
) -> Incident:
    """Put right what an incident is called, how bad it was and when it was.

    `notify` tells subscribers that planned work has another window. `seen` is the version the editor knew of; raises
    StaleEdit where it is another by now.
    """
    at = at or timezone.now()
    incident = Incident.objects.select_for_update().get(pk=incident.pk)
    if incident.version != seen:
        raise StaleEdit
    moved = False
    if incident.is_maintenance:
        if not scheduled_for or not scheduled_until or scheduled_until <= scheduled_for:
            raise ValidationError({"scheduled_until": "The maintenance must end after it starts."})
        moved = (incident.scheduled_for, incident.scheduled_until) != (scheduled_for, scheduled_until)
        incident.scheduled_for, incident.scheduled_until = scheduled_for, scheduled_until
        incident.runs_by_clock = runs_by_clock
        # Who is told of the new window needs no reminder of one that is near already.
        incident.reminded_at = None if moved else incident.reminded_at
    if started_at > at:
        raise ValidationError({"started_at": "It cannot have started in the future."})
    filed_before = filed_at(incident)
    incident.name, incident.started_at = _checked_name(name), started_at
    if not incident.is_open:
        incident.resolved_at = resolved_at
        if not resolved_at or resolved_at > at or incident.ended_before_it_began:
            raise ValidationError({"resolved_at": "It must have ended after it started, and before now."})
    if not incident.is_maintenance and (impact or None) != incident.impact_override:
        incident.impact_override = impact or None
        incident.impact = impact or _derived_impact(incident)
    incident.version += 1
    incident.updated_at = at
    incident.save()
    remember_incidents([incident.pk])
    refile(incident, filed_before=filed_before, at=at)
    publish_soon(incident)
    if moved and notify and incident.is_open:
        announce_change(incident)
    return incident


def _not_before_it_began(incident: Incident, shown_at: datetime) -> datetime:
    """The time an update is to show. People choose minutes: the minute in which it began is not before it."""
    if shown_at >= incident.started_at.replace(second=0, microsecond=0):
        return max(shown_at, incident.started_at)
    began = times.full(incident.started_at, StatusPage.objects.get().zone)
    sentence = UPDATE_BEFORE_ANNOUNCEMENT if incident.is_maintenance else UPDATE_BEFORE_BEGINNING
    raise ValidationError({"shown_at": sentence.format(began)})


def _overrules_clock(incident: Incident, status: str, *, at: datetime) -> bool:
    if not incident.scheduled_for or status in Incident.CLOSED:
        return False
    return not incident.is_open or (status == Status.SCHEDULED and incident.scheduled_for <= at)


def _derived_impact(incident: Incident) -> str:
    """The peak of what was said of components."""
    said = AffectedComponent.objects.filter(update__incident=incident).values_list("new_status", flat=True)
    return impact_of(said)


def _checked_name(name: str) -> str:
    name = one_line(name)
    if not is_visible(name):
        raise ValidationError({"name": "Give it a name that readers understand."})
    if len(name) > 300:
        raise ValidationError({"name": "The name is too long: 300 characters at most."})
    return name


def _check_status(incident: Incident, status: str) -> None:
    if status not in Incident.STATUSES[Kind(incident.kind)]:
        raise ValidationError({"status": f"“{status}” is no status of {Kind(incident.kind).label.lower()}."})
