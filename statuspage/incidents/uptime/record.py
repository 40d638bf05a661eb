"""Reading what was said of components in a period: a constant number of queries, whatever happened before it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from fractions import Fraction

from django.db.models import Exists, OuterRef, Q

from statuspage.components.models import Component, ComponentReport
from statuspage.components.status import Status
from statuspage.incidents.history import midnight
from statuspage.incidents.models import AffectedComponent, Incident, IncidentUpdate
from statuspage.incidents.uptime.claims import Claim, Statement, Story, against_reports
from statuspage.incidents.uptime.days import Calendar
from statuspage.incidents.uptime.measure import Uptime, Weights, measure
from statuspage.publishing.models import StatusPage

Reports = dict[int, list[tuple[datetime, Status]]]


def weights_of(page: StatusPage) -> Weights:
    """How much of each status counts as downtime on a page."""
    return {
        Status.MAJOR_OUTAGE: Fraction(page.weight_major),
        Status.PARTIAL_OUTAGE: Fraction(page.weight_partial),
        Status.DEGRADED_PERFORMANCE: Fraction(page.weight_degraded),
    }


def uptime_of(
    components: Sequence[Component], calendar: Calendar, *, page: StatusPage, until: datetime
) -> dict[int, Uptime]:
    """How each component was on the days of the calendar as far as they have come, by the component's key."""
    only = components[0] if len(components) == 1 else None
    stories = _stories(calendar.start, of=only)
    reports = _reports(calendar.start, until, of=only)
    claims: dict[int, list[Claim]] = {}
    for story in stories:
        for key, claim in story.claims():
            claims.setdefault(key, []).append(claim)
    began = _began(components, stories, reports, calendar)
    weights = weights_of(page)
    return {
        component.pk: measure(
            against_reports(claims.get(component.pk, []), reports.get(component.pk, [])),
            calendar,
            since=began[component.pk],
            until=min(until, component.retired_at or until),
            weights=weights,
        )
        for component in components
    }


def _stories(since: datetime, *, of: Component | None) -> list[Story]:
    """Incidents that may have said something since then; only those that mention a component, if one is given."""
    # Without an order: SQLite would rather walk all incidents in that order than look up those few.
    incidents = Incident.objects.filter(Q(resolved_at=None) | Q(resolved_at__gt=since)).order_by()
    if of:
        incidents = incidents.filter(pk__in=of.mentions.values("update__incident"))
    stories = {
        key: Story(key, kind == Incident.Kind.MAINTENANCE, started_at, resolved_at)
        for key, kind, started_at, resolved_at in incidents.values_list("pk", "kind", "started_at", "resolved_at")
    }
    # Those of one component are few enough to name; nested once more, PostgreSQL would compare all with all.
    told = list(stories) if of else incidents
    # No model instances: there may be thousands of updates, of which four columns are wanted.
    updates = IncidentUpdate.objects.filter(incident__in=told).order_by()
    columns = ("incident_id", "pk", "created_at", "display_at", "status")
    statements = {}
    for story, key, posted_at, shown_at, status in updates.values_list(*columns):
        if story in stories:
            statements[key] = Statement((posted_at, key), shown_at, status)
            stories[story].statements.append(statements[key])
    mentions = AffectedComponent.objects.filter(update__incident__in=told).order_by()
    if of:
        mentions = mentions.filter(component=of)
    for update, component, status in mentions.values_list("update_id", "component_id", "new_status"):
        if update in statements:
            statements[update].said[component] = Status(status)
    return list(stories.values())


def _reports(since: datetime, until: datetime, *, of: Component | None) -> Reports:
    """What was reported of each from `since` to `until`, in order, after the last report made before."""
    found: Reports = {}
    listed = Component.objects.filter(pk=of.pk) if of else Component.objects.all()
    # Columns instead of components, of which there may be hundreds; the annotation's names are unknown to mypy.
    before = listed.with_last_report(since).values_list("pk", "reported_at", "reported_status")  # type: ignore[misc]
    for key, moment, status in before:
        if moment:
            found[key] = [(moment, Status(status))]
    made = ComponentReport.objects.filter(component__in=listed, reported_at__gt=since, reported_at__lte=until)
    for key, moment, status in made.values_list("component_id", "reported_at", "status"):
        found.setdefault(key, []).append((moment, Status(status)))
    return found


def _began(
    components: Iterable[Component], stories: Iterable[Story], reports: Reports, calendar: Calendar
) -> dict[int, datetime]:
    """From when on each component is measured: its start date; where it has none, when it was made or first spoken of,
    whichever was earlier."""
    began = {
        component.pk: midnight(component.start_date, calendar.zone) if component.start_date else component.created_at
        for component in components
    }
    young = {one.pk for one in components if not one.start_date and one.created_at > calendar.start}
    if not young:
        return began
    for key in young & reports.keys():
        began[key] = min(began[key], reports[key][0][0])
    for story in stories:
        for statement in story.statements:
            shown_at = statement.shown_at if story.is_maintenance else min(statement.shown_at, story.started_at)
            for key in young & statement.said.keys():
                began[key] = min(began[key], shown_at)
    earlier = AffectedComponent.objects.filter(component=OuterRef("pk"), update__display_at__lt=calendar.start)
    for key in Component.objects.filter(Exists(earlier), pk__in=young).values_list("pk", flat=True):
        began[key] = calendar.start
    return began
