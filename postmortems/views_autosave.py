"""Saving while somebody writes: the form as it stands, in answer to a script, without leaving the page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_POST

from postmortems import services
from postmortems.checking import check
from postmortems.checklist import Checklist
from postmortems.differences import saved_words, section_of
from postmortems.draft import TEXTS, Draft
from postmortems.forms import PostmortemForm
from postmortems.models import Postmortem
from postmortems.views import find_postmortem, is_ahead
from statuspage.publishing import times
from statuspage.publishing.models import StatusPage
from statuspage.team.access import DeskRequest, staff_member, staff_only

CLASH = (
    "Somebody else wrote in the same place, so nothing was saved over it. Both texts stand below, and yours is kept in "
    "this browser: take over what you want to keep, then press Save."
)


@require_POST
@staff_only
def autosave(request: DeskRequest, code: str) -> HttpResponse:
    """Save what is typed so far: a form that would be refused saves nothing, one that clashes overwrites nothing.

    The answer is what the open page has to know by now: the marks of what it shows, and what others changed.
    """
    postmortem, page = find_postmortem(code), StatusPage.objects.get()
    form = PostmortemForm(request.POST, postmortem=postmortem, page=page)
    if not form.is_valid():
        return JsonResponse({"sentences": form.sentences()}, status=422)
    draft = form.draft()
    try:
        services.save_draft(postmortem, **vars(draft), **form.origin(), author=staff_member(request))
    except services.StalePostmortem as stale:
        return _both_texts(code, stale.parts, page)
    except ValidationError as error:
        return JsonResponse({"words": " ".join(error.messages), "sentences": {}}, status=422)
    return _saved(request, form, draft, code, page)


def _saved(request: DeskRequest, form: PostmortemForm, draft: Draft, code: str, page: StatusPage) -> JsonResponse:
    postmortem = find_postmortem(code)
    own, marks, now = draft.marks(), Draft.of(postmortem).marks(), timezone.now()
    others = [part for part in {**own, **marks} if own.get(part) != marks.get(part)]
    clock = f"{now.astimezone(page.zone):%H:%M} {times.abbreviation(now, page.zone)}"
    return JsonResponse(
        {
            "words": f"Saved at {clock}",
            "version": postmortem.version,
            "marks": marks,
            "others": others,
            "fields": form.carried(draft),
            "sections": _sections(request, postmortem, page, {section_of(part) for part in others}),
        }
    )


def _both_texts(code: str, parts: Iterable[str], page: StatusPage) -> JsonResponse:
    saved = Draft.of(find_postmortem(code))
    marks = saved.marks()
    theirs = {
        section: render_to_string("postmortems/_theirs.html", {"theirs": words})
        for section, words in saved_words(saved, parts, page.zone).items()
    }
    return JsonResponse(
        {"words": CLASH, "marks": {part: marks.get(part, "") for part in parts}, "theirs": theirs}, status=409
    )


def _sections(request: DeskRequest, postmortem: Postmortem, page: StatusPage, changed: Iterable[str]) -> dict[str, str]:
    """By its id, each piece of the page that says something else by now; `changed` are those that others wrote."""
    form = PostmortemForm(postmortem=postmortem, page=page)
    context = {"form": form, "postmortem": postmortem, "page": page, "focus": {}}
    pieces: dict[str, tuple[str, dict[str, Any]]] = {"review": ("_state", {"ahead": is_ahead(postmortem, page)})}
    pieces["checks"] = ("_checks", {"checks": Checklist(check(postmortem, page=page)), "unsaved": False})
    for section in changed:
        if section in TEXTS:
            pieces[section] = ("_text", {"field": form[section], "internal": section == "internal_notes"})
        else:
            pieces[section] = (f"_{section}", {})
    return {
        key: render_to_string(f"postmortems/{name}.html", context | more, request)
        for key, (name, more) in pieces.items()
    }
