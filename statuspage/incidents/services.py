"""What happens to incidents: every write a reader could notice, one verb each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from statuspage.components.models import Component
from statuspage.components.services import touch_components
from statuspage.components.status import Status as ComponentStatus
from statuspage.components.status import worst
from statuspage.incidents.affected import last_words
from statuspage.incidents.history import Month
from statuspage.incidents.models import AffectedComponent, Incident, IncidentUpdate, UpdateRevision
from statuspage.incidents.overview import overview
from statuspage.publishing.markdown import to_html, validate_markdown
from statuspage.publishing.models import StatusPage
from statuspage.publishing.services import publish_soon, republish_soon
from statuspage.team.models import User

Kind, Status, Impact = Incident.Kind, Incident.Status, Incident.Impact

IMPACT_OF = {
    ComponentStatus.OPERATIONAL: Impact.NONE,
    ComponentStatus.UNDER_MAINTENANCE: Impact.NONE,
    ComponentStatus.DEGRADED_PERFORMANCE: Impact.MINOR,
    ComponentStatus.PARTIAL_OUTAGE: Impact.MAJOR,
    ComponentStatus.MAJOR_OUTAGE: Impact.CRITICAL,
}
SEVERITY: dict[str, int] = {impact: rank for rank, impact in enumerate(Impact)}
# A start or end that the clock caught up on later than this is old news: it is recorded, and nobody is told.
STALE_AFTER = timedelta(minutes=15)
CLOSED_SPEAKS_NO_MORE = (
    "A closed incident no longer speaks for its components, so it cannot leave {} broken. "
    "Keep it open, or close it and report the component by itself."
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
    _append(incident, status=status, body=body, affected=affected, author=author, at=at, notify=notify)
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
    _append(
        incident,
        status=Status.IDENTIFIED,
        body=body,
        affected=affected,
        author=author,
        at=at,
        shown_at=started_at,
        notify=False,
    )
    _append(
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
    _append(maintenance, status=Status.SCHEDULED, body=body, affected=affected, author=author, at=at, notify=notify)
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
    if _overrules_clock(incident, status, at=at):
        incident.runs_by_clock = False
    return _append(
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
    if body == update.body:
        return update
    _check_body(body)
    UpdateRevision.objects.create(update=update, body=update.body, edited_at=at, editor=editor)
    update.body, update.body_html, update.updated_at = body, to_html(body), at
    update.save(update_fields=["body", "body_html", "updated_at"])
    _touch(update.incident, at=at)
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
    at: datetime | None = None,
) -> Incident:
    """Put right what an incident is called, how bad it was and when it was.

    `seen` is the version the editor knew of; raises StaleEdit where it is another by now.
    """
    at = at or timezone.now()
    incident = Incident.objects.select_for_update().get(pk=incident.pk)
    if incident.version != seen:
        raise StaleEdit
    if incident.is_maintenance:
        if not scheduled_for or not scheduled_until or scheduled_until <= scheduled_for:
            raise ValidationError({"scheduled_until": "The maintenance must end after it starts."})
        incident.scheduled_for, incident.scheduled_until = scheduled_for, scheduled_until
        incident.runs_by_clock = runs_by_clock
    if started_at > at:
        raise ValidationError({"started_at": "It cannot have started in the future."})
    incident.name, incident.started_at = _checked_name(name), started_at
    ended_before = incident.resolved_at
    if not incident.is_open:
        incident.resolved_at = resolved_at
        if not resolved_at or resolved_at > at or _ended_before_it_began(incident):
            raise ValidationError({"resolved_at": "It must have ended after it started, and before now."})
    if not incident.is_maintenance and (impact or None) != incident.impact_override:
        incident.impact_override = impact or None
        incident.impact = impact or _derived_impact(incident)
    incident.version += 1
    incident.save()
    _refile(incident, ended_before=ended_before, at=at)
    _touch(incident, at=at)
    return incident


def advance_maintenances(at: datetime) -> None:
    """Turn starts and ends that are due into updates, in order, once; harmless to run twice at once, or late."""
    due = Incident.objects.open().filter(kind=Kind.MAINTENANCE, runs_by_clock=True, scheduled_for__lte=at)
    for key in due.order_by("scheduled_for").values_list("pk", flat=True):
        _advance(key, at=at)


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
    _append(maintenance, status=status, body=body, affected=affected, author=None, at=at, shown_at=due, notify=notify)


def _append(
    incident: Incident,
    *,
    status: str,
    body: str,
    affected: Mapping[Component, str],
    author: User | None,
    at: datetime,
    notify: bool,
    shown_at: datetime | None = None,
) -> IncidentUpdate:
    """Write an update of a locked incident, and what follows from it."""
    _check_body(body)
    earlier = list(incident.updates.prefetch_related("affected__component__group"))
    closing = status in Incident.CLOSED
    affected = _closing_words(earlier, affected) if closing else affected
    shown_at = shown_at or at
    # Never before the last one, whatever the clocks of two hosts say: the order is the order of posting.
    posted_at = max([at, *(one.created_at for one in earlier)])
    before = overview(posted_at)
    update = incident.updates.create(
        status=status,
        body=body,
        body_html=to_html(body),
        created_at=posted_at,
        display_at=shown_at,
        updated_at=at,
        author=author,
        notified=notify,
    )
    AffectedComponent.objects.bulk_create(
        AffectedComponent(
            update=update,
            component=component,
            name=component.full_name,
            old_status=before.status_of(component),
            new_status=ComponentStatus(new_status),
        )
        for component, new_status in affected.items()
    )
    if not incident.backfilled:
        touch_components((one for one, said in affected.items() if said != before.status_of(one)), at=at)
    incident.status, ended_before = status, incident.resolved_at
    # A word added to a closed incident does not make it last longer.
    incident.resolved_at = (incident.resolved_at or shown_at) if closing else None
    if _ended_before_it_began(incident):
        raise ValidationError({"shown_at": "It cannot have ended before it began."})
    if status in {Status.MONITORING, Status.VERIFYING}:
        incident.monitoring_at = incident.monitoring_at or shown_at
    if not incident.is_maintenance and not incident.impact_override:
        # Only ever raised: what was imported, or said before, was true of its time.
        incident.impact = max(incident.impact, IMPACT_OF[worst(affected.values())], key=SEVERITY.__getitem__)
    incident.version += 1
    incident.save(update_fields=["status", "resolved_at", "monitoring_at", "impact", "runs_by_clock", "version"])
    _refile(incident, ended_before=ended_before, at=at)
    _touch(incident, at=at)
    return update


def _ended_before_it_began(incident: Incident) -> bool:
    # A maintenance starts with its announcement, which may come after the work.
    ended = incident.resolved_at
    return not incident.is_maintenance and ended is not None and ended < incident.started_at


def _overrules_clock(incident: Incident, status: str, *, at: datetime) -> bool:
    if not incident.scheduled_for or status in Incident.CLOSED:
        return False
    return not incident.is_open or (status == Status.SCHEDULED and incident.scheduled_for <= at)


def _closing_words(earlier: list[IncidentUpdate], affected: Mapping[Component, str]) -> dict[Component, str]:
    """What a closing update says: everything this incident broke is operational again."""
    broken = [component.name for component, status in affected.items() if status != ComponentStatus.OPERATIONAL]
    if broken:
        raise ValidationError({"status": CLOSED_SPEAKS_NO_MORE.format(broken[0])})
    return {mention.component: ComponentStatus.OPERATIONAL for mention in last_words(earlier).values()} | dict(affected)


def _derived_impact(incident: Incident) -> str:
    """The peak of what was said of components."""
    said = AffectedComponent.objects.filter(update__incident=incident).values_list("new_status", flat=True)
    return IMPACT_OF[worst(said)]


def _refile(incident: Incident, *, ended_before: datetime | None, at: datetime) -> None:
    """Owe the whole history anew where an incident enters or leaves another month than the present one.

    That one is rendered at each publish. Of the others, the one it leaves tells of it still, and those between a new
    first month and the old one were never rendered.
    """
    if incident.resolved_at == ended_before:
        return
    zone = StatusPage.objects.get().zone
    ends = [end for end in (ended_before, incident.resolved_at) if end]
    if any(Month.of(end, zone) != Month.of(at, zone) for end in ends):
        republish_soon()


def _touch(incident: Incident, *, at: datetime) -> None:
    incident.updated_at = at
    incident.save(update_fields=["updated_at"])
    publish_soon(incident)


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise ValidationError({"name": "Give it a name that readers understand."})
    if len(name) > 300:
        raise ValidationError({"name": "The name is too long: 300 characters at most."})
    return name


def _check_status(incident: Incident, status: str) -> None:
    if status not in Incident.STATUSES[Kind(incident.kind)]:
        raise ValidationError({"status": f"“{status}” is no status of {Kind(incident.kind).label.lower()}."})


def _check_body(body: str) -> None:
    if not body.strip():
        raise ValidationError({"body": "Write a message: an update without one tells nobody anything."})
    try:
        validate_markdown(body)
    except ValidationError as error:
        raise ValidationError({"body": error.messages}) from error
