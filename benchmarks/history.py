"""An invented page of any age, written straight to the database."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from statuspage.components.models import Component, ComponentGroup
from statuspage.components.status import Status
from statuspage.incidents.models import AffectedComponent, Incident, IncidentUpdate
from statuspage.publishing.markdown import to_html

IN_A_GROUP, OPEN, RECENT = 10, 3, 50
RECENT_DAYS, OLDEST_DAYS = 90, 5 * 365
WORDS = {
    "investigating": "We are looking into **slow answers** of some requests, and tell more within half an hour.",
    "identified": "A full connection pool on one of the database replicas is the cause; we are moving traffic away.",
    "monitoring": "Traffic has moved, and answers are as quick as usual. We keep watching.",
    "resolved": "All is well since 20 minutes. What happened and what we do about it follows in a postmortem.",
}


def fill(past: int, *, components: int) -> None:
    """Components in groups of ten, three open incidents, and `past` resolved ones.

    The first fifty lie within the last 90 days, so that what the overviews show is the same at any size; all others are
    spread over the five years before.
    """
    now = timezone.now()
    listed = _components(components)
    incidents = [_incident(number, now - timedelta(hours=number + 2), end=None) for number in range(OPEN)]
    for number in range(past):
        started_at = now - timedelta(days=1) - _age(number, past)
        incidents.append(_incident(OPEN + number, started_at, end=started_at + timedelta(hours=2)))
    Incident.objects.bulk_create(incidents, batch_size=500)
    updates = [update for incident in incidents for update in _updates(incident)]
    IncidentUpdate.objects.bulk_create(updates, batch_size=500)
    AffectedComponent.objects.bulk_create(
        (mention for place, update in enumerate(updates) for mention in _mentions(update, listed, place)),
        batch_size=500,
    )


def _age(number: int, past: int) -> timedelta:
    if number < RECENT:
        return timedelta(days=RECENT_DAYS * number / RECENT)
    return timedelta(days=RECENT_DAYS + OLDEST_DAYS * (number - RECENT) / (past - RECENT))


def _components(count: int) -> list[Component]:
    components: list[Component] = []
    for place in range(0, count, IN_A_GROUP):
        group = ComponentGroup.objects.create(name=f"Region {place // IN_A_GROUP + 1}", position=place)
        components += [
            Component(name=f"Service {place + number + 1}", group=group, position=number)
            for number in range(min(IN_A_GROUP, count - place))
        ]
    return Component.objects.bulk_create(components)


def _incident(number: int, started_at: datetime, *, end: datetime | None) -> Incident:
    return Incident(
        name=f"Slow answers in part {number} of the service",
        status="resolved" if end else "monitoring",
        impact="minor",
        created_at=started_at,
        updated_at=end or started_at,
        started_at=started_at,
        resolved_at=end,
    )


def _updates(incident: Incident) -> list[IncidentUpdate]:
    said = list(WORDS.items()) if incident.resolved_at else list(WORDS.items())[:3]
    updates = []
    for place, (status, body) in enumerate(said):
        at = incident.started_at + timedelta(minutes=40 * place)
        updates.append(
            IncidentUpdate(
                incident=incident,
                status=status,
                body=body,
                body_html=HTML[status],
                created_at=at,
                display_at=at,
                updated_at=at,
            )
        )
    return updates


def _mentions(update: IncidentUpdate, components: list[Component], place: int) -> list[AffectedComponent]:
    old, new = {
        "investigating": (Status.OPERATIONAL, Status.DEGRADED_PERFORMANCE),
        "identified": (Status.DEGRADED_PERFORMANCE, Status.PARTIAL_OUTAGE),
        "monitoring": (Status.PARTIAL_OUTAGE, Status.DEGRADED_PERFORMANCE),
        "resolved": (Status.DEGRADED_PERFORMANCE, Status.OPERATIONAL),
    }[update.status]
    start = place // len(WORDS)
    chosen = [components[(start + step) % len(components)] for step in (0, 1)]
    return [
        AffectedComponent(update=update, component=component, name=component.full_name, old_status=old, new_status=new)
        for component in chosen
    ]


HTML = {status: to_html(body) for status, body in WORDS.items()}
