"""Before something is posted: whom it will reach, and how their mail will read."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from statuspage.components.models import Component
from statuspage.incidents.affected import last_words
from statuspage.incidents.announcing import News, audience, letter_of
from statuspage.incidents.drafts import draft_of
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
    draft = draft_of(request.POST, StatusPage.objects.get(), at=timezone.now())
    context = {"reach": reach_of(draft.incident, draft.affected), "notify": "notify" in request.POST}
    return render(request, "desk/_reach.html", context)


@require_POST
@staff_only
def letter(request: DeskRequest) -> HttpResponse:
    """The mail that the form, as it stands, would send: in the page's own language and zone."""
    page = StatusPage.objects.get()
    draft = draft_of(request.POST, page, at=timezone.now())
    is_planned = draft.incident.status == Incident.Status.SCHEDULED
    statuses = {} if is_planned else overview().after(draft.incident, draft.affected)
    news = News(
        draft.incident,
        draft.incident.get_status_display,
        draft.body,
        "" if reason_against(draft.body) else to_html(draft.body),
        [(component.full_name, statuses.get(component, "")) for component in draft.affected],
        draft.posted_at,
    )
    return show_letter(request, news, page)


def show_letter(request: DeskRequest, news: News, page: StatusPage) -> HttpResponse:
    """The mail of some news as it would be sent, but for the links that are one reader's own."""
    moments = Moments()
    told = letter_of(news, page, page.locale, moments)
    parts = {part: _without_passes(filled(text, moments.told, page.zone, page.locale)) for part, text in told.items()}
    response = render(request, "desk/letter.html", {"page": page, "letter": parts})
    response["Content-Security-Policy"] = LETTER_POLICY
    return response


def reach_of(incident: Incident, components: Iterable[Component]) -> str:
    """“1,204 by email and 31 by webhook”: whom news of an incident that touches these components would reach."""
    said = last_words(incident.updates.prefetch_related("affected__component")) if incident.pk else {}
    touched = {*(mention.component for mention in said.values()), *components}
    return in_words(audience(kind=incident.kind, thread=incident.code, components=touched, at=timezone.now()))


def _without_passes(text: str) -> str:
    return text.replace(UNSUBSCRIBE, NO_LINK).replace(MANAGE, NO_LINK)
