"""Before something is posted: whom it will reach, and how their mail will read."""

from __future__ import annotations

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from statuspage.components.models import Component
from statuspage.incidents.affected import last_words
from statuspage.incidents.announcing import News, audience, letter_of
from statuspage.incidents.models import Incident
from statuspage.incidents.overview import overview
from statuspage.publishing.markdown import reason_against, to_html
from statuspage.publishing.models import StatusPage
from statuspage.subscribers.marks import MANAGE, UNSUBSCRIBE, Moments, filled
from statuspage.subscribers.tally import in_words
from statuspage.team.access import DeskRequest, staff_only

# A mail brings its own styles; nothing else of it may do anything.
LETTER_POLICY = "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
NO_LINK = "…"


@require_POST
@staff_only
def reach(request: DeskRequest) -> HttpResponse:
    """How many people the form, as it stands, would reach."""
    subject = _subject(request.POST)
    context = {"reach": reach_of(subject, _components(request.POST)), "notify": "notify" in request.POST}
    return render(request, "desk/_reach.html", context)


@require_POST
@staff_only
def letter(request: DeskRequest) -> HttpResponse:
    """The mail that the form, as it stands, would send: in the page's own language and zone."""
    typed, page = request.POST, StatusPage.objects.get()
    subject, body = _subject(typed), typed.get("body", "").replace("\r\n", "\n")
    statuses = {component: typed.get(f"component_{component.code}", "") for component in _components(typed)}
    news = News(
        subject,
        Incident.Status(subject.status).label,
        body,
        "" if reason_against(body) else to_html(body),
        [(component.full_name, status) for component, status in statuses.items() if status],
        timezone.now(),
    )
    moments = Moments()
    told = letter_of(news, page, page.locale, moments)
    parts = {part: _without_passes(filled(text, moments.told, page.zone, page.locale)) for part, text in told.items()}
    response = render(request, "desk/letter.html", {"page": page, "letter": parts})
    response["Content-Security-Policy"] = LETTER_POLICY
    return response


def reach_of(incident: Incident, components: list[Component]) -> str:
    """“1,204 by email and 31 by webhook”: whom news of an incident that touches these components would reach."""
    said = last_words(incident.updates.prefetch_related("affected__component")) if incident.pk else {}
    touched = {*(mention.component for mention in said.values()), *components}
    return in_words(audience(kind=incident.kind, thread=incident.code, components=touched, at=timezone.now()))


def _subject(typed: QueryDict) -> Incident:
    """The incident that a form is about, with what the form says of it; one that is not declared yet is not saved."""
    known = Incident.objects.filter(code=typed.get("incident", "")).first()
    kind = Incident.Kind.MAINTENANCE if "scheduled_for" in typed else Incident.Kind.INCIDENT
    subject = known or Incident(kind=kind, name=" ".join(typed.get("name", "").split()))
    statuses = Incident.STATUSES[Incident.Kind(subject.kind)]
    status = typed.get("status", "")
    subject.status = status if status in statuses else statuses[0]
    return subject


def _components(typed: QueryDict) -> list[Component]:
    """Those that a form says something of."""
    chosen = {
        name.removeprefix("component_") for name, value in typed.items() if name.startswith("component_") and value
    }
    chosen |= set(typed.getlist("components"))
    return [component for component in overview().components if component.code in chosen]


def _without_passes(text: str) -> str:
    return text.replace(UNSUBSCRIBE, NO_LINK).replace(MANAGE, NO_LINK)
