"""The desk's view of what readers had, and have: every revision, and what changed between any two."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from postmortems.models import Postmortem
from postmortems.report import Report, assemble
from postmortems.views import find_postmortem
from postmortems.word_differences import compare
from statuspage.publishing.models import StatusPage
from statuspage.team.access import DeskRequest, staff_only

DRAFT = "draft"


@require_safe
@staff_only
def revisions(request: DeskRequest, code: str) -> HttpResponse:
    """All revisions, and two of them word by word: those asked for, else the last one and the draft."""
    postmortem, page = find_postmortem(code), StatusPage.objects.get()
    known = list(postmortem.revisions.defer("snapshot").select_related("author").order_by("-number"))
    names = [DRAFT, *(str(revision.number) for revision in known)]
    asked = [request.GET.get(name, "") for name in ("old", "new")]
    old, new = asked if {*asked} <= {*names} else (names[min(1, len(known))], DRAFT)
    context = {
        "page": page,
        "postmortem": postmortem,
        "revisions": known,
        "old": old,
        "new": new,
        "differences": compare(_version(postmortem, old, page), _version(postmortem, new, page)),
    }
    return render(request, "postmortems/revisions.html", context)


def _version(postmortem: Postmortem, name: str, page: StatusPage) -> Report:
    """The draft as it is saved, or the revision of that number."""
    if name == DRAFT:
        return assemble(postmortem, page=page)
    return Report.from_snapshot(postmortem.revisions.get(number=int(name)).snapshot)
