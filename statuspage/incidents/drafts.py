"""What a form of the desk would post as it stands, before anybody posts it: read by the form itself."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.http import QueryDict

from statuspage.components.models import Component
from statuspage.incidents.forms import DeclareForm, ScheduleForm, UpdateForm
from statuspage.incidents.models import Incident
from statuspage.incidents.overview import overview
from statuspage.incidents.timeline import closing_words
from statuspage.publishing.models import StatusPage
from statuspage.publishing.wording import one_line, running_text

Kind, Status = Incident.Kind, Incident.Status


@dataclass(frozen=True)
class Draft:
    """An update that is not posted, of an incident that may not be declared; what cannot be read yet is left out."""

    incident: Incident
    body: str
    affected: dict[Component, str]
    posted_at: datetime


def draft_of(typed: QueryDict, page: StatusPage, *, at: datetime) -> Draft:
    """What would be posted at that moment; it saves nothing, and complains of nothing."""
    known = Incident.objects.filter(code=typed.get("incident", "")).first()
    body = running_text(typed.get("body", ""))
    if known:
        return _next_update(known, typed, page, body, at=at)
    if "scheduled_for" in typed:
        return _planned(typed, page, body, at=at)
    form = DeclareForm(typed, state=overview(), zone=page.zone)
    form.full_clean()
    said = form.cleaned_data
    incident = Incident(
        kind=Kind.INCIDENT,
        name=one_line(said.get("name", "")),
        status=said.get("status", Status.INVESTIGATING),
    )
    return Draft(incident, body, form.affected(), at)


def _next_update(incident: Incident, typed: QueryDict, page: StatusPage, body: str, *, at: datetime) -> Draft:
    form = UpdateForm(typed, incident=incident, seen="", state=overview(), zone=page.zone)
    form.full_clean()
    incident.status = form.cleaned_data.get("status", incident.status)
    affected = form.affected()
    if incident.status in Incident.CLOSED:
        # What would leave something broken is refused once it is posted.
        with suppress(ValidationError):
            affected = closing_words(incident, affected)
    shown_at = form.cleaned_data.get("shown_at")
    return Draft(incident, body, affected, max(shown_at, incident.started_at) if shown_at else at)


def _planned(typed: QueryDict, page: StatusPage, body: str, *, at: datetime) -> Draft:
    state = overview()
    form = ScheduleForm(typed, state=state, zone=page.zone)
    form.full_clean()
    said = form.cleaned_data
    maintenance = Incident(
        kind=Kind.MAINTENANCE,
        name=one_line(said.get("name", "")),
        status=Status.SCHEDULED,
        scheduled_for=said.get("scheduled_for"),
        scheduled_until=said.get("scheduled_until"),
    )
    # An announcement tells how they are, not yet what will be done to them.
    return Draft(maintenance, body, {one: state.status_of(one) for one in form.components_chosen()}, at)
