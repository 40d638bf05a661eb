"""How a message gets onto an incident's timeline, for people and for the clock alike."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.core.exceptions import ValidationError

from statuspage.components.models import Component
from statuspage.components.services import touch_components
from statuspage.components.status import Status as ComponentStatus
from statuspage.components.status import worst
from statuspage.incidents.affected import last_words
from statuspage.incidents.announcing import announce_update
from statuspage.incidents.history import Month, filed_at
from statuspage.incidents.models import AffectedComponent, Incident, IncidentUpdate
from statuspage.incidents.overview import overview
from statuspage.incidents.words import remember_incidents
from statuspage.publishing.markdown import to_html, validate_markdown
from statuspage.publishing.models import StatusPage
from statuspage.publishing.services import publish_soon, republish_soon
from statuspage.publishing.wording import is_visible, running_text
from statuspage.team.models import User

Status, Impact = Incident.Status, Incident.Impact

IMPACT_OF = {
    ComponentStatus.OPERATIONAL: Impact.NONE,
    ComponentStatus.UNDER_MAINTENANCE: Impact.NONE,
    ComponentStatus.DEGRADED_PERFORMANCE: Impact.MINOR,
    ComponentStatus.PARTIAL_OUTAGE: Impact.MAJOR,
    ComponentStatus.MAJOR_OUTAGE: Impact.CRITICAL,
}
SEVERITY: dict[str, int] = {impact: rank for rank, impact in enumerate(Impact)}
CLOSED_SPEAKS_NO_MORE = (
    "A closed incident no longer speaks for its components, so it cannot leave {} broken. "
    "Keep it open, or close it and report the component by itself."
)
# What of an incident follows from its updates.
FOLLOWS = ["status", "resolved_at", "monitoring_at", "impact", "runs_by_clock", "version", "updated_at"]


def append_update(
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
    """Write an update of an incident that the caller has locked, and what follows from it."""
    body = checked_body(body)
    last = incident.updates.order_by("created_at", "id").last()
    closing = status in Incident.CLOSED
    affected = closing_words(incident, affected) if closing else affected
    shown_at = shown_at or at
    # Never before the last one, whatever the clocks of two hosts say: the order is the order of posting.
    posted_at = max(at, last.created_at) if last else at
    before = _statuses(affected, posted_at)
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
            old_status=before[component],
            new_status=ComponentStatus(new_status),
        )
        for component, new_status in affected.items()
    )
    if not incident.backfilled:
        touch_components((one for one, said in affected.items() if said != before[one]), at=at)
    filed_before = filed_at(incident) if last else None
    incident.status = status
    # A word added to a closed incident does not make it last longer.
    incident.resolved_at = (incident.resolved_at or shown_at) if closing else None
    if incident.ended_before_it_began:
        raise ValidationError({"shown_at": "It cannot have ended before it began."})
    if status in {Status.MONITORING, Status.VERIFYING}:
        incident.monitoring_at = incident.monitoring_at or shown_at
    if not incident.is_maintenance and not incident.impact_override:
        # Only ever raised: what was imported, or said before, was true of its time.
        incident.impact = max(incident.impact, impact_of(affected.values()), key=SEVERITY.__getitem__)
    incident.version += 1
    incident.updated_at = at
    incident.save(update_fields=FOLLOWS)
    remember_incidents([incident.pk])
    refile(incident, filed_before=filed_before, at=at)
    publish_soon(incident)
    announce_update(update)
    return update


def impact_of(statuses: Iterable[str]) -> Incident.Impact:
    """How bad it is when this is said of components."""
    return IMPACT_OF[worst(statuses)]


def refile(incident: Incident, *, filed_before: datetime | None, at: datetime) -> None:
    """Owe the whole history anew where an incident enters or leaves another month than the present one.

    That one is rendered at each publish. Of the others, the one it leaves tells of it still, and those between a new
    first month and the old one were never rendered.
    """
    if filed_at(incident) == filed_before:
        return
    zone = StatusPage.objects.get().zone
    moments = [moment for moment in (filed_before, filed_at(incident)) if moment]
    if any(Month.of(moment, zone) != Month.of(at, zone) for moment in moments):
        republish_soon()


def checked_body(body: str) -> str:
    """A message as it is kept; refused where it tells nobody anything, or cannot be rendered."""
    body = running_text(body)
    if not is_visible(body):
        raise ValidationError({"body": "Write a message: an update without one tells nobody anything."})
    try:
        validate_markdown(body)
    except ValidationError as error:
        raise ValidationError({"body": error.messages}) from error
    return body


def closing_words(incident: Incident, affected: Mapping[Component, str]) -> dict[Component, str]:
    """What a closing update says: everything this incident broke is operational again.

    Raises ValidationError where something would stay broken.
    """
    broken = [component.name for component, status in affected.items() if status != ComponentStatus.OPERATIONAL]
    if broken:
        raise ValidationError({"status": CLOSED_SPEAKS_NO_MORE.format(broken[0])})
    earlier = last_words(incident.updates.prefetch_related("affected__component__group"))
    return {mention.component: ComponentStatus.OPERATIONAL for mention in earlier.values()} | dict(affected)


def _statuses(components: Collection[Component], at: datetime) -> dict[Component, ComponentStatus]:
    """How components were; nothing is read for none."""
    if not components:
        return {}
    state = overview(at)
    return {component: state.status_of(component) for component in components}
