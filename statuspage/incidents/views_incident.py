"""One incident at the desk: its timeline, the next update, and what can be put right."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from statuspage.components.status import Status as ComponentStatus
from statuspage.incidents import services
from statuspage.incidents.affected import last_words
from statuspage.incidents.announcing import told_besides
from statuspage.incidents.forms import FactsForm, UpdateForm, WordingForm
from statuspage.incidents.forms_journal import JournalForm
from statuspage.incidents.models import Incident, IncidentUpdate, JournalEntry
from statuspage.incidents.overview import overview
from statuspage.incidents.told import told
from statuspage.incidents.views_telling import reach_of
from statuspage.publishing.models import StatusPage
from statuspage.subscribers.tally import tallies
from statuspage.team.access import DeskRequest, staff_member, staff_only
from statuspage.team.once import once

Status = Incident.Status
SHOWN_AT_FIRST = 30

# One click fills the form; what is said can still be changed before it is posted.
PRESETS = {
    "resolve": (Status.RESOLVED, "This incident has been resolved."),
    "begin": (Status.IN_PROGRESS, "The maintenance has begun."),
    "complete": (Status.COMPLETED, "The maintenance is complete."),
}


REOPENED_WITHOUT_COMPONENTS = (
    "The incident is open again, and says of no component that it is broken: closing had returned them to operational. "
    "Post once more with the components, or the headline of the page stays as it is."
)


class Reopening(Exception):
    """A form that knew the incident as open would reopen it after somebody closed it."""


@require_safe
@staff_only
def incident(request: DeskRequest, code: str) -> HttpResponse:
    """The incident: the form for its next update first, then what was said."""
    asks_for_news = request.htmx and "since" in request.GET
    # The timeline asks every few seconds; mostly there is nothing new, and nothing of it is read.
    if asks_for_news and request.GET["since"] == _stamp(get_object_or_404(Incident, code=code)):
        return HttpResponse(status=204)
    page, subject = StatusPage.objects.get(), _incident(code)
    if asks_for_news:
        return render(request, "desk/_changed.html", _shown(request, page, subject))
    preset = _preset(subject, request.GET.get("preset", ""))
    form = _update_form(None, page, subject, initial=preset)
    context = {"form": form, "preset": preset, "reach": reach_of(subject, [])}
    return render(request, "desk/incident.html", _shown(request, page, subject) | context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def post_update(request: DeskRequest, code: str) -> HttpResponse:
    """Append to the timeline. Nothing is lost when two post at once; only an unwitting reopening is asked about."""
    if request.method != "POST":
        # A form sent back with errors leaves its address in the browser, which may ask for it again.
        return redirect("desk:incident", code=code)
    page, subject = StatusPage.objects.get(), _incident(code)
    form = _update_form(request.POST, page, subject)
    if preset := _preset(subject, request.POST.get("preset", "")):
        form = _update_form(_filled_in(request.POST, preset), page, subject)
    if preset or "preview" in request.POST:
        form.only_preview()
        return _answer(request, page, subject, form, status=200, preset=preset)
    if form.is_valid():
        reopened = not subject.is_open and form.cleaned_data["status"] not in Incident.CLOSED
        try:
            once(request, lambda: _post(request, subject, form))
        except ValidationError as error:
            form.blame(error)
        except Reopening:
            subject = _incident(code)
            form = _update_form(request.POST, page, subject)
            form.put("seen", subject.timeline()[0].code)
            return _answer(request, page, subject, form, status=422, reopening=True)
        else:
            messages.success(request, told(f"Posted: {Status(form.cleaned_data['status']).label}."))
            if reopened and not any(form.affected().values()):
                messages.warning(request, REOPENED_WITHOUT_COMPONENTS)
            if not request.htmx:
                return redirect("desk:incident", code=code)
            subject = _incident(code)
            return _answer(request, page, subject, _update_form(None, page, subject), status=200)
    return _answer(request, page, subject, form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def edit(request: DeskRequest, code: str) -> HttpResponse:
    """Put right what the incident is called, how bad it was and when it was."""
    page, subject = StatusPage.objects.get(), get_object_or_404(Incident, code=code)
    form = FactsForm(request.POST or None, incident=subject, zone=page.zone)
    context = {"page": page, "incident": subject, "form": form}
    if form.is_valid():
        said = {"started_at": subject.started_at, "impact": None, "resolved_at": None} | form.cleaned_data
        said.pop("form_key")
        try:
            once(request, lambda: services.edit_incident(subject, **said).code)
        except ValidationError as error:
            form.blame(error)
        except services.StaleEdit:
            context["theirs"] = subject
            form.put("seen", str(subject.version))
        else:
            messages.success(request, told("Saved."))
            return redirect("desk:incident", code=code)
    return render(request, "desk/edit.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def edit_update(request: DeskRequest, code: str, update_code: str) -> HttpResponse:
    """Change the wording of an update; the earlier wording stays public."""
    updates = IncidentUpdate.objects.select_related("incident").prefetch_related("revisions__editor")
    update = get_object_or_404(updates, incident__code=code, code=update_code)
    form = WordingForm(request.POST or None, update=update)
    context = {"page": StatusPage.objects.get(), "incident": update.incident, "update": update, "form": form}
    if "preview" in request.POST:
        form.only_preview()
        return render(request, "desk/edit_update.html", context)
    if form.is_valid():
        said = form.cleaned_data
        editor = staff_member(request)
        try:
            once(
                request, lambda: services.edit_update(update, body=said["body"], seen=said["seen"], editor=editor).code
            )
        except ValidationError as error:
            form.blame(error)
        except services.StaleEdit:
            context["theirs"] = update
            form.put("seen", str(update.edits))
        else:
            readers = "The public page shows the new wording, and that it was edited."
            messages.success(request, told("Saved.", readers=readers))
            return redirect(f"{reverse('desk:incident', args=[code])}#update-{update.code}")
    return render(request, "desk/edit_update.html", context, status=422 if form.is_bound else 200)


def struck(incident: Incident) -> QuerySet[JournalEntry]:
    """What was taken out of its journal, and can be put back."""
    return JournalEntry.everything.filter(incident=incident).exclude(struck_at=None).select_related("struck_by")


def with_journal(request: DeskRequest, code: str, form: JournalForm) -> HttpResponse:
    """The incident with a journal entry that was refused, in the words of its author."""
    page, subject = StatusPage.objects.get(), _incident(code)
    context = {"form": _update_form(None, page, subject), "reach": reach_of(subject, []), "journal_form": form}
    return render(request, "desk/incident.html", _shown(request, page, subject) | context, status=422)


def _incident(code: str) -> Incident:
    updates = IncidentUpdate.objects.select_related("author").prefetch_related(
        "affected__component__group", "revisions__editor"
    )
    queryset = Incident.objects.select_related("postmortem").prefetch_related(Prefetch("updates", queryset=updates))
    return get_object_or_404(queryset, code=code)


def _update_form(data: Any, page: StatusPage, incident: Incident, **options: Any) -> UpdateForm:
    return UpdateForm(
        data,
        incident=incident,
        seen=incident.timeline()[0].code,
        zone=page.zone,
        state=overview(),
        said=last_words(incident.updates.all()),
        **options,
    )


def _post(request: DeskRequest, incident: Incident, form: UpdateForm) -> str:
    """Runs inside `once`, in its transaction: what the lock shows is what will be true when we write."""
    said = form.cleaned_data
    locked = Incident.objects.select_for_update().get(pk=incident.pk)
    last = locked.updates.order_by("-created_at", "-id").values_list("code", flat=True).first()
    if not locked.is_open and said["status"] not in Incident.CLOSED and said["seen"] != last:
        raise Reopening
    services.post_update(
        locked,
        status=said["status"],
        body=said["body"],
        affected=form.affected(),
        author=staff_member(request),
        shown_at=said["shown_at"],
        notify=said["notify"],
    )
    return incident.code


def _preset(incident: Incident, name: str) -> dict[str, Any]:
    status, body = PRESETS.get(name, (None, ""))
    if status not in Incident.STATUSES[Incident.Kind(incident.kind)]:
        return {}
    initial: dict[str, Any] = {"status": status, "body": body}
    if status == Status.IN_PROGRESS:
        named = last_words(incident.updates.all()).values()
        initial |= {f"component_{one.component.code}": ComponentStatus.UNDER_MAINTENANCE for one in named}
    return initial


def _filled_in(typed: QueryDict, preset: dict[str, Any]) -> dict[str, Any]:
    """What was typed, with the preset's status, and its words where there are none yet."""
    needed = {name: value for name, value in preset.items() if name == "status" or not typed.get(name, "").strip()}
    return typed.dict() | needed


def _shown(request: DeskRequest, page: StatusPage, incident: Incident) -> dict[str, Any]:
    timeline = incident.timeline()
    everything = "all" in request.GET
    shown = timeline if everything else timeline[:SHOWN_AT_FIRST]
    besides = told_besides(incident, at_most=SHOWN_AT_FIRST)
    return {
        "page": page,
        "incident": incident,
        "updates": shown,
        "besides": besides,
        "everything": everything,
        "hidden": 0 if everything else max(len(timeline) - SHOWN_AT_FIRST, 0),
        "said": sorted(last_words(timeline).values(), key=lambda mention: mention.name),
        "journal": incident.journal.select_related("by"),
        "struck": struck(incident),
        "journal_form": JournalForm(zone=page.zone),
        "stamp": _stamp(incident),
        "newest": timeline[0],
        "tallies": tallies([*(update.code for update in shown), *(notice.cause for _, notice in besides)]),
    }


def _stamp(incident: Incident) -> str:
    """Another one once there is something new: also a reminder, which is no update."""
    newest = max(incident.updated_at, incident.reminded_at or incident.updated_at)
    return f"{newest.timestamp():.6f}"


def _answer(
    request: DeskRequest,
    page: StatusPage,
    incident: Incident,
    form: UpdateForm,
    *,
    status: int,
    **told: Any,
) -> HttpResponse:
    """The whole page; for htmx the form, and beside it whatever else of the page has changed."""
    context = _shown(request, page, incident) | {"form": form, "reach": reach_of(incident, [])} | told
    template = "desk/_posted.html" if request.htmx else "desk/incident.html"
    return render(request, template, context, status=status)
