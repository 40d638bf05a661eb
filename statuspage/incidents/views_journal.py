"""The journal of an incident at the desk: noting down, starring for the postmortem, striking out."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from statuspage.incidents import services_journal
from statuspage.incidents.forms_journal import JournalForm
from statuspage.incidents.models import Incident, JournalEntry
from statuspage.incidents.views_incident import struck, with_journal
from statuspage.publishing.models import StatusPage
from statuspage.team.access import DeskRequest, staff_member, staff_only
from statuspage.team.once import once


@require_POST
@staff_only
def note_down(request: DeskRequest, code: str) -> HttpResponse:
    """Keep what happened; the form comes back with its words where something is wrong with it."""
    incident = get_object_or_404(Incident, code=code)
    form = JournalForm(request.POST, zone=StatusPage.objects.get().zone)
    if form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("words", "at", "starred")}
        by = staff_member(request)
        try:
            once(request, lambda: str(services_journal.note_down(incident, by=by, **said).pk))
        except ValidationError as error:
            form.blame(error)
        else:
            return _journal(request, incident)
    if request.htmx:
        return _journal(request, incident, form)
    return with_journal(request, code, form)


@require_POST
@staff_only
def star(request: DeskRequest, code: str, key: int) -> HttpResponse:
    """Let an entry be part of the postmortem’s timeline, or keep it inside again."""
    entry = get_object_or_404(JournalEntry.objects.select_related("incident"), pk=key, incident__code=code)
    services_journal.star(entry, starred=request.POST.get("starred") == "yes", by=staff_member(request))
    return _journal(request, entry.incident)


@require_POST
@staff_only
def strike(request: DeskRequest, code: str, key: int) -> HttpResponse:
    """Take an entry out; pressing twice does no harm."""
    incident = get_object_or_404(Incident, code=code)
    for entry in incident.journal.filter(pk=key):
        services_journal.strike(entry, by=staff_member(request))
    return _journal(request, incident)


@require_POST
@staff_only
def put_back(request: DeskRequest, code: str, key: int) -> HttpResponse:
    """Let what was struck stand again; pressing twice does no harm."""
    incident = get_object_or_404(Incident, code=code)
    for entry in struck(incident).filter(pk=key):
        services_journal.put_back(entry)
    return _journal(request, incident)


def _journal(request: DeskRequest, incident: Incident, form: JournalForm | None = None) -> HttpResponse:
    """The journal alone for htmx, else the way back to it."""
    if not request.htmx:
        return redirect(f"{reverse('desk:incident', args=[incident.code])}#journal")
    page = StatusPage.objects.get()
    context = {
        "page": page,
        "incident": incident,
        "journal": incident.journal.select_related("by"),
        "struck": struck(incident),
        "journal_form": form or JournalForm(zone=page.zone),
    }
    return render(request, "desk/_journal.html", context, status=422 if form else 200)
