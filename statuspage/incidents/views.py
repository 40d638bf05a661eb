"""The desk: what is open now, and the forms that begin something. Incidents have their own room in views_incident."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from statuspage.components.models import ComponentReport
from statuspage.components.services import report_components
from statuspage.incidents import services
from statuspage.incidents.first_steps import first_steps
from statuspage.incidents.form_parts import DeskForm
from statuspage.incidents.forms import BackfillForm, DeclareForm, ReportForm, ScheduleForm
from statuspage.incidents.models import Incident
from statuspage.incidents.overview import overview
from statuspage.incidents.told import told
from statuspage.incidents.views_telling import reach_of
from statuspage.publishing.markdown import reason_against
from statuspage.publishing.models import StatusPage
from statuspage.team.access import DeskRequest, staff_member, staff_only
from statuspage.team.once import once

RECENTLY = 8
PER_PAGE = 30
HEADLINE_STAYS = (
    "The headline of the page is still “{}”: only components change it, and no component was chosen. "
    "Where one is affected, say so with the next update."
)


@require_safe
@staff_only
def index(request: DeskRequest) -> HttpResponse:
    """What is open now, what is planned, and what ended last."""
    state = overview()
    closed = Incident.objects.closed().select_related("postmortem").order_by("-resolved_at", "-id")
    page = StatusPage.objects.get()
    context = {"page": page, "state": state, "closed": closed[:RECENTLY]}
    if request.htmx:
        return render(request, "desk/_now.html", context)
    return render(request, "desk/index.html", context | {"steps": first_steps(page, staff_member(request))})


@require_safe
@staff_only
def past(request: DeskRequest) -> HttpResponse:
    """Every closed incident, the last first."""
    closed = Incident.objects.closed().select_related("postmortem").order_by("-resolved_at", "-id")
    found = Paginator(closed, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/past.html", {"page": StatusPage.objects.get(), "found": found})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def declare(request: DeskRequest) -> HttpResponse:
    """Open an incident."""
    page, state = StatusPage.objects.get(), overview()
    form = DeclareForm(request.POST or None, state=state, zone=page.zone)

    def act(said: dict[str, Any]) -> str:
        incident = services.open_incident(
            name=said["name"],
            status=said["status"],
            body=said["body"],
            affected=form.affected(),
            author=staff_member(request),
            impact=said["impact"] or None,
            started_at=said["started_at"],
            notify=said["notify"],
        )
        return _incident_url(incident)

    reach = reach_of(Incident(kind=Incident.Kind.INCIDENT), [])
    answer = _begin(request, form, "declare", act, done="Declared.", page=page, headline=state.description, reach=reach)
    if isinstance(answer, HttpResponseRedirect) and form.leaves_the_headline:
        messages.warning(request, HEADLINE_STAYS.format(state.description))
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def schedule(request: DeskRequest) -> HttpResponse:
    """Announce planned work."""
    page, state = StatusPage.objects.get(), overview()
    form = ScheduleForm(request.POST or None, state=state, zone=page.zone)

    def act(said: dict[str, Any]) -> str:
        maintenance = services.schedule_maintenance(
            name=said["name"],
            body=said["body"],
            scheduled_for=said["scheduled_for"],
            scheduled_until=said["scheduled_until"],
            components=form.components_chosen(),
            author=staff_member(request),
            runs_by_clock=said["runs_by_clock"],
            notify=said["notify"],
        )
        return _incident_url(maintenance)

    reach = reach_of(Incident(kind=Incident.Kind.MAINTENANCE), [])
    return _begin(request, form, "schedule", act, done="Scheduled.", page=page, reach=reach)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def backfill(request: DeskRequest) -> HttpResponse:
    """Record an incident that is already over."""
    page, state = StatusPage.objects.get(), overview()
    form = BackfillForm(request.POST or None, state=state, zone=page.zone)

    def act(said: dict[str, Any]) -> str:
        incident = services.backfill_incident(
            name=said["name"],
            body=said["body"],
            resolution=said["resolution"],
            started_at=said["started_at"],
            resolved_at=said["resolved_at"],
            affected=form.affected(),
            author=staff_member(request),
            impact=said["impact"] or None,
        )
        return _incident_url(incident)

    return _begin(request, form, "backfill", act, done="Recorded; nobody was told.", page=page)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def components(request: DeskRequest) -> HttpResponse:
    """Say how components are, outside any incident."""
    page, state = StatusPage.objects.get(), overview()
    form = ReportForm(request.POST or None, state=state)

    def act(said: dict[str, Any]) -> str:
        source = ComponentReport.Source.STAFF
        report_components(form.affected(), source=source, author=staff_member(request))
        return reverse("desk:components")

    return _begin(request, form, "components", act, done="Reported.", page=page)


@require_POST
@staff_only
def preview(request: DeskRequest) -> HttpResponse:
    """How a message will read: the one text that the field being typed in sends."""
    typed = [value for name, value in request.POST.items() if name != "csrfmiddlewaretoken"]
    text = str(typed[0]) if typed else ""
    return render(request, "desk/_preview.html", {"text": text, "problem": reason_against(text)})


def _begin(
    request: DeskRequest,
    form: DeskForm,
    name: str,
    act: Callable[[dict[str, Any]], str],
    *,
    done: str,
    **context: Any,
) -> HttpResponse:
    """Show a form, or do what it asks for; whatever is refused comes back with the text kept."""
    context |= {"form": form}
    if "preview" in request.POST:
        form.only_preview()
        return render(request, f"desk/{name}.html", context)
    if form.is_valid():
        try:
            where = once(request, lambda: act(form.cleaned_data))
        except ValidationError as error:
            form.blame(error)
        else:
            messages.success(request, told(done))
            return redirect(where)
    return render(request, f"desk/{name}.html", context, status=422 if form.is_bound else 200)


def _incident_url(incident: Incident) -> str:
    return reverse("desk:incident", args=[incident.code])
