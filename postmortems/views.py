"""The desk's room for postmortems: written here, read by the public as files."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postmortems import services
from postmortems.checking import check
from postmortems.checklist import Checklist
from postmortems.differences import saved_words
from postmortems.draft import Draft
from postmortems.fixing import fix_finding
from postmortems.forms import ROW_GROUPS, PostmortemForm, PublishForm, changed_rows, with_record
from postmortems.models import Postmortem, Rendition
from postmortems.outlines import FULL, Outline, all_outlines, outline_called
from postmortems.record import facts_of
from postmortems.rendition import render_again
from postmortems.report import Report, assemble, same_text
from postmortems.review import is_approved, last_look, needs_review
from postmortems.telling import news_of, why_revised
from statuspage.incidents.models import Incident
from statuspage.incidents.views_telling import reach_of, show_letter
from statuspage.publishing.models import StatusPage
from statuspage.publishing.serving import CONTENT_SECURITY_POLICY
from statuspage.team.access import DeskRequest, staff_member, staff_only

PER_PAGE = 20
STALE = (
    "Somebody else wrote in the same place while you were writing. Nothing is lost: your text stands below, "
    "and theirs beside it. Take over what you want to keep; your next save replaces theirs."
)
# Where a browser's session names the forms that were saved by their button, as long as no editor was shown since.
SAVED_FORMS, MOST_SAVED_FORMS = "saved_forms", 10
# The preview stands beside the form in a frame.
EDITOR_POLICY = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
STALE_PUBLICATION = "Somebody else changed what readers get meanwhile, so nothing was published. Read it again below."


@require_safe
@staff_only
def index(request: DeskRequest) -> HttpResponse:
    """Incidents that wait for a postmortem, drafts, and what readers have."""
    waiting = Incident.objects.closed().filter(kind=Incident.Kind.INCIDENT, postmortem=None)
    found = Postmortem.objects.select_related("incident", "published_revision__pdf")
    drafts = found.filter(published_revision=None).order_by("-incident__started_at", "-pk")
    published = found.exclude(published_revision=None).order_by("-posted_at", "-pk")
    context = {
        "page": StatusPage.objects.get(),
        "drafts": _paged(request, drafts, "drafts"),
        "published": _paged(request, published, "published"),
        "waiting": _paged(request, waiting.order_by("-resolved_at", "-pk"), "waiting"),
    }
    return render(request, "postmortems/index.html", context)


@require_POST
@staff_only
def start(request: DeskRequest, code: str) -> HttpResponse:
    """Begin the postmortem of an incident from the template asked for, else the full one; or go to the one there is."""
    outline = outline_called(request.POST.get("template", FULL.key))
    services.start_postmortem(get_object_or_404(Incident, code=code), outline=outline)
    return redirect("postmortems:edit", code=code)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def edit(request: DeskRequest, code: str) -> HttpResponse:
    """The draft as one long form; saving is one button of it, changing its rows the others.

    A button that fixes a finding saves first: what it mends is the text as its author has it now.
    """
    postmortem, page = find_postmortem(code), StatusPage.objects.get()
    if request.method != "POST":
        return editor(request, PostmortemForm(postmortem=postmortem, page=page), postmortem, page)
    if wish := request.POST.get("row"):
        form = PostmortemForm(_rearranged(request.POST, wish, postmortem, page), postmortem=postmortem, page=page)
        return _rows(request, form, postmortem, page, wish)

    form = PostmortemForm(request.POST, postmortem=postmortem, page=page)
    if not form.is_valid():
        return editor(request, form, postmortem, page, refused=True)
    try:
        postmortem = services.save_draft(
            postmortem, **vars(form.draft()), **form.origin(), author=staff_member(request)
        )
        _tell_saved(request, form)
        if wish := request.POST.get("fix"):
            return _fixed(request, wish, postmortem, page)
    except services.StalePostmortem as stale:
        return _both_texts(request, code, page, stale)
    except ValidationError as error:
        form.add_error(None, error)
        return editor(request, form, postmortem, page, refused=True)
    return _saved(request, code)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def publish(request: DeskRequest, code: str) -> HttpResponse:
    """What will be public, and the last word on it."""
    postmortem, page = find_postmortem(code), StatusPage.objects.get()
    checks = Checklist(check(postmortem, page=page))
    data = request.POST if request.method == "POST" else None
    report = assemble(postmortem, page=page)
    seen = last_look(postmortem, report)
    form = PublishForm(data, postmortem=postmortem, seen=seen, warned=bool(checks.warnings))
    if data is None:
        return _last_look(request, form, postmortem, page, checks, report)
    if postmortem.is_published and not is_ahead(postmortem, page):
        messages.success(request, "Readers have it already: nothing has changed since it was published.")
        return redirect("postmortems:edit", code=code)
    if not form.is_valid():
        return _last_look(request, form, postmortem, page, checks, report)
    said = form.cleaned_data
    try:
        revision = services.publish_postmortem(
            postmortem,
            author=staff_member(request),
            reason=said.get("reason", ""),
            minor=said.get("minor", False),
            seen=said["seen"],
            all_the_same=said.get("all_the_same", ""),
            notify=said["notify"],
        )
    except services.StalePostmortem:
        messages.warning(request, STALE_PUBLICATION)
        return redirect("postmortems:publish", code=code)
    except ValidationError as error:
        form.add_error(None, error)
        return _last_look(request, form, postmortem, page, checks, report)
    then = ", and subscribers are told after it" if revision.pdf.owes_notice else ""
    messages.success(request, f"Published. Readers have it now; its PDF follows in a moment{then}.")
    return redirect("postmortems:edit", code=code)


@require_POST
@staff_only
def letter(request: DeskRequest, code: str) -> HttpResponse:
    """The mail that publishing the saved draft would send."""
    postmortem, page = find_postmortem(code), StatusPage.objects.get()
    reason = why_revised(postmortem) if "minor" in request.POST else request.POST.get("reason", "").strip()
    report = assemble(postmortem, page=page)
    return show_letter(request, news_of(postmortem.incident, report, reason=reason, posted_at=timezone.now()), page)


@require_safe
@staff_only
def pdf(request: DeskRequest, code: str) -> HttpResponse:
    """How far the PDF is: the fragment that asks for itself until it is made."""
    postmortem = _published(code)
    # Nothing new: the fragment in the page stays, and screen readers are spared the repetition.
    if postmortem.pdf_state == Rendition.State.OWED:
        return HttpResponse(status=204)
    return render(request, "postmortems/_pdf.html", {"postmortem": postmortem})


@require_POST
@staff_only
def retry_pdf(request: DeskRequest, code: str) -> HttpResponse:
    """Make the PDF again that could not be made."""
    revision = _published(code).published_revision
    if revision:
        render_again(revision.pdf)
    if request.htmx:
        return render(request, "postmortems/_pdf.html", {"postmortem": _published(code)})
    return redirect("postmortems:edit", code=code)


def find_postmortem(code: str) -> Postmortem:
    """A postmortem with everything its pages at the desk say, in a constant number of queries."""
    found = Postmortem.objects.select_related("published_revision__pdf", "approval__by").prefetch_related(
        *("facts", "actions_taken", "mitigations", "steps__by", "comments"),
        Prefetch("incident", Incident.objects.with_timeline().prefetch_related("journal")),
    )
    return get_object_or_404(found, incident__code=code)


def is_ahead(postmortem: Postmortem, page: StatusPage) -> bool:
    """Whether the saved draft says something that readers do not have yet."""
    revision = postmortem.published_revision
    return bool(revision and not same_text(revision.snapshot, assemble(postmortem, page=page).snapshot()))


def editor(
    request: DeskRequest,
    form: PostmortemForm,
    postmortem: Postmortem,
    page: StatusPage,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The page to write on, its form as it stands."""
    context = {"page": page, "postmortem": postmortem, "form": form, "newer": {}, "unsaved": form.is_bound} | more
    context["checks"] = Checklist(check(postmortem, page=page))
    outline = Outline.of(postmortem)
    if outline.is_as_begun(Draft.of(postmortem)):
        context["others"] = [one for one in all_outlines() if one.key != outline.key]
    context |= {"outline": outline, "ahead": is_ahead(postmortem, page)}
    context["saved_forms"] = request.session.pop(SAVED_FORMS, [])
    response = render(request, "postmortems/edit.html", context, status=status)
    response["Content-Security-Policy"] = EDITOR_POLICY
    return response


def _published(code: str) -> Postmortem:
    found = Postmortem.objects.select_related("incident", "published_revision__pdf").exclude(published_revision=None)
    return get_object_or_404(found, incident__code=code)


def _rearranged(data: QueryDict, wish: str, postmortem: Postmortem, page: StatusPage) -> QueryDict:
    """What was typed, with the row changed that a button was pressed for."""
    if not wish.startswith("use facts-"):
        return changed_rows(data, wish)
    key = wish.removeprefix("use facts-")
    record = next((fact for fact in facts_of(postmortem.incident, zone=page.zone) if fact.key == key), None)
    return with_record(data, key, record, page.zone) if record else data


def _rows(
    request: DeskRequest, form: PostmortemForm, postmortem: Postmortem, page: StatusPage, wish: str
) -> HttpResponse:
    """The form with its rows changed and nothing saved: the whole page, or the one list for htmx."""
    verb, _, row = wish.partition(" ")
    group = row.partition("-")[0]
    if verb == "add" and (added := form.last_row(group)):
        added.take_focus()
    focus = {"verb": verb, "row": row}
    if not request.htmx or group not in ROW_GROUPS:
        return editor(request, form, postmortem, page, focus=focus)
    context = {"form": form, "postmortem": postmortem, "page": page, "focus": focus}
    return render(request, f"postmortems/_{group}.html", context)


def _tell_saved(request: DeskRequest, form: PostmortemForm) -> None:
    """Let the next editor shown in this browser know that it need not keep the text of this form any more."""
    saved = [*request.session.get(SAVED_FORMS, []), form.cleaned_data["form_key"]]
    request.session[SAVED_FORMS] = saved[-MOST_SAVED_FORMS:]


def _saved(request: DeskRequest, code: str) -> HttpResponse:
    then = request.POST.get("then", "")
    if then not in {"preview", "publish", "refresh"}:
        messages.success(request, "Saved. Readers see it once it is published.")
        then = "edit"
    return redirect(f"postmortems:{then}", code=code)


def _fixed(request: DeskRequest, wish: str, postmortem: Postmortem, page: StatusPage) -> HttpResponse:
    """What a finding's button asked for, as “PM001 /facts/started”, done and saved."""
    rule, _, place = wish.partition(" ")
    seen, author = postmortem.version, staff_member(request)
    if finding := fix_finding(postmortem, rule=rule, place=place, seen=seen, page=page, author=author):
        messages.success(request, f"Saved, and done: {finding.fix.words if finding.fix else ''}")
    else:
        messages.success(request, "Saved. What that button was for is no longer found.")
    return redirect(f"{reverse('postmortems:edit', args=[postmortem.incident.code])}#checks")


def _both_texts(request: DeskRequest, code: str, page: StatusPage, stale: services.StalePostmortem) -> HttpResponse:
    """The editor's own text in the form, the newer one beside it; the next save overwrites knowingly."""
    postmortem = find_postmortem(code)
    form = PostmortemForm(request.POST, postmortem=postmortem, page=page)
    form.is_valid()
    saved = Draft.of(postmortem)
    marks = saved.marks()
    form.now_seen({part: marks.get(part, "") for part in stale.parts})
    messages.warning(request, STALE)
    newer = saved_words(saved, stale.parts, page.zone)
    return editor(request, form, postmortem, page, newer=newer, status=409)


def _last_look(
    request: DeskRequest,
    form: PublishForm,
    postmortem: Postmortem,
    page: StatusPage,
    checks: Checklist,
    report: Report,
) -> HttpResponse:
    is_news = not postmortem.is_published or is_ahead(postmortem, page)
    wants_approval = is_news and needs_review(page) and not is_approved(postmortem, report)
    context = {
        "page": page,
        "postmortem": postmortem,
        "form": form,
        "report": report,
        "checks": checks,
        "is_news": is_news,
        "wants_approval": wants_approval,
        "may_publish": is_news and not postmortem.incident.is_open and not checks.errors and not wants_approval,
        "headings": _headings(report),
        "reach": reach_of(postmortem.incident, []),
        "hidden_actions": len(postmortem.actions_taken.all()) - len(report.actions),
        "hidden_mitigations": len(postmortem.mitigations.all()) - len(report.mitigations),
    }
    return render(request, "postmortems/publish.html", context)


def _headings(report: Report) -> list[str]:
    further = ["Further sections"] if report.further.strip() else []
    return [section.title for section in [*report.analysis, *report.closing]] + further


def _paged(request: DeskRequest, found: QuerySet[Any], name: str) -> Page[Any]:
    return Paginator(found, PER_PAGE).get_page(request.GET.get(name))
