"""The desk's page that takes facts from the incident again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from postmortems.forms_refresh import RefreshForm
from postmortems.measures import measures_of
from postmortems.refreshing import differences
from postmortems.services import StalePostmortem
from postmortems.services_refresh import refresh_facts
from postmortems.views import find_postmortem
from statuspage.publishing.models import StatusPage
from statuspage.subscribers.tally import told_of
from statuspage.team.access import DeskRequest, staff_member, staff_only

STALE = (
    "The draft or the incident was changed meanwhile, so nothing was taken over. Below is how they stand now, "
    "with your ticks as you had set them."
)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def refresh(request: DeskRequest, code: str) -> HttpResponse:
    """What the incident says by now, beside what it said before and what the draft says; taken over where ticked."""
    postmortem = find_postmortem(code)
    form = RefreshForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_valid():
        try:
            refresh_facts(postmortem, **form.cleaned_data, author=staff_member(request))
        except StalePostmortem:
            messages.warning(request, STALE)
            status = 409
        else:
            messages.success(request, "Saved. Readers see it once it is published.")
            return redirect("postmortems:edit", code=code)
    page = StatusPage.objects.get()
    found = differences(postmortem, page=page)
    ticked = request.POST.getlist("take") if form.is_bound else [one.key for one in found if one.follows]
    context = {
        "page": page,
        "postmortem": postmortem,
        "form": form,
        "differences": found,
        "ticked": ticked,
        "measures": measures_of(postmortem.incident),
        "told": told_of(code),
    }
    return render(request, "postmortems/refresh.html", context, status=status)
