"""The desk between an author and a reviewer: reading it, speaking of it, deciding."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from postmortems import services, services_review
from postmortems.chain import text_sha256
from postmortems.checking import check
from postmortems.checklist import Checklist
from postmortems.forms_review import AskForm, DecisionForm, WithdrawForm
from postmortems.models import Comment, Postmortem
from postmortems.report import assemble
from postmortems.review import is_approved, needs_review, published_text, why_not_reviewer
from postmortems.sections import sections_of
from postmortems.views import find_postmortem
from statuspage.publishing.models import StatusPage
from statuspage.team.access import DeskRequest, staff_member, staff_only

CHANGED = "The text was changed while you were reading, so nothing was decided. Read it again below."


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def review(request: DeskRequest, code: str) -> HttpResponse:
    """What readers would get, what the checks and the team say to it, and what is decided."""
    postmortem = find_postmortem(code)
    if request.method != "POST":
        return _page(request, postmortem)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, postmortem, form)
    said, by = form.cleaned_data, staff_member(request)
    try:
        if request.POST.get("decision") == "approve":
            services_review.approve(postmortem, by=by, sha256=said["sha256"], words=said["words"])
            messages.success(request, "Approved. This very text can be published now.")
        else:
            services_review.request_changes(postmortem, by=by, words=said["words"])
            messages.success(request, "Given back to its author. It is a draft again.")
    except services.StalePostmortem:
        messages.warning(request, CHANGED)
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, find_postmortem(code), form)
    return redirect("postmortems:review", code=code)


@require_POST
@staff_only
def ask(request: DeskRequest, code: str) -> HttpResponse:
    """Say that it is ready to be read."""
    postmortem, form = find_postmortem(code), AskForm(request.POST)
    if not form.is_valid():
        return _page(request, postmortem, form)
    try:
        services_review.ask_for_review(postmortem, by=staff_member(request), words=form.cleaned_data["words"])
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, postmortem, form)
    messages.success(request, "In review. Somebody else can approve it here.")
    return redirect("postmortems:review", code=code)


@require_POST
@staff_only
def comment(request: DeskRequest, code: str) -> HttpResponse:
    """Say something of one section."""
    section = request.POST.get("section", "")
    try:
        services_review.add_comment(
            find_postmortem(code), section=section, words=request.POST.get("words", ""), by=staff_member(request)
        )
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    return _at(code, section)


@require_POST
@staff_only
def settle(request: DeskRequest, code: str, key: int) -> HttpResponse:
    """Mark a comment as dealt with."""
    found = get_object_or_404(Comment, pk=key, postmortem__incident__code=code)
    services_review.settle_comment(found, by=staff_member(request))
    return _at(code, found.section)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def withdraw(request: DeskRequest, code: str) -> HttpResponse:
    """Take it from readers, who get the reason in its place."""
    postmortem = find_postmortem(code)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            services.withdraw_postmortem(postmortem, author=staff_member(request), reason=form.cleaned_data["reason"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "Withdrawn. Readers get the reason in its place; the text is kept here.")
            return redirect("postmortems:edit", code=code)
    context = {"page": StatusPage.objects.get(), "postmortem": postmortem, "form": form}
    return render(request, "postmortems/withdraw.html", context)


def _page(request: DeskRequest, postmortem: Postmortem, form: AskForm | DecisionForm | None = None) -> HttpResponse:
    page = StatusPage.objects.get()
    report = assemble(postmortem, page=page)
    now = text_sha256(report)
    waits = postmortem.state == Postmortem.State.IN_REVIEW
    context = {
        "page": page,
        "postmortem": postmortem,
        "form": form or (DecisionForm(initial={"sha256": now}) if waits else AskForm()),
        "waits": waits,
        "approved": is_approved(postmortem, report),
        "has_readers": now == published_text(postmortem),
        "why_not": why_not_reviewer(postmortem, staff_member(request)) if needs_review(page) else "",
        "checks": Checklist(check(postmortem, page=page)),
        "sections": sections_of(report, postmortem.comments.select_related("by", "settled_by")),
    }
    return render(request, "postmortems/review.html", context)


def _at(code: str, section: str) -> HttpResponse:
    anchor = f"#said-{section}" if section in Comment.Section.values else ""
    return redirect(f"{reverse('postmortems:review', args=[code])}{anchor}")
