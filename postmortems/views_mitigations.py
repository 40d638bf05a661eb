"""The desk's list of what was promised in postmortems, and how far it is."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from postmortems import services
from postmortems.following import Shown, Wish, counted, owners
from postmortems.forms import TurnForm
from postmortems.models import Mitigation, ReminderRound
from statuspage.publishing.models import StatusPage
from statuspage.team.access import DeskRequest, staff_only

PER_PAGE = 30
NAMES = {
    Shown.ALL: "All",
    Shown.OPEN: "Open",
    Shown.OVERDUE: "Overdue",
    Shown.DONE: "Done",
    Shown.GIVEN_UP: "Will not be done",
}


@require_safe
@staff_only
def index(request: DeskRequest) -> HttpResponse:
    """All measures, overdue ones first, or those that the address asks for."""
    return _list(request, request.GET)


@require_POST
@staff_only
def turn(request: DeskRequest, code: str) -> HttpResponse:
    """Say how far one measure is, and go back to the list as it was."""
    measure = get_object_or_404(Mitigation.objects.select_related("postmortem__incident"), code=code)
    asked = QueryDict(request.POST.get("asked", "")[:1000])
    form = TurnForm(request.POST)
    if form.is_valid():
        try:
            measure = services.follow_up(measure, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
    if not form.is_valid():
        return _list(request, asked, refused=measure.code, form=form, status=422)
    seen = " Readers see it." if measure.public and measure.postmortem.is_published else ""
    messages.success(request, f"{measure.get_status_display()}: {measure.in_short}{seen}")
    return redirect(f"{reverse('mitigations:index')}?{asked.urlencode()}")


def _list(
    request: DeskRequest,
    asked: QueryDict,
    *,
    refused: str = "",
    form: TurnForm | None = None,
    status: int = 200,
) -> HttpResponse:
    page = StatusPage.objects.get()
    today = timezone.now().astimezone(page.zone).date()
    wish = Wish.of(asked.get("state", ""), asked.get("owner", ""))
    found = Paginator(wish.measures(today), PER_PAGE).get_page(asked.get("page"))
    counts = counted(today)
    context: dict[str, Any] = {
        "page": page,
        "today": today,
        "found": [(measure, measure.late_by(today)) for measure in found],
        "list": found,
        "filters": [(NAMES[one], _address(one, wish.owner), counts[one], one == wish.shown) for one in Shown],
        "counts": {one.name: many for one, many in counts.items()},
        "owners": owners(),
        "wish": wish,
        # Where the list is to be found again.
        "asked": urlencode({"state": wish.shown, "owner": wish.owner, "page": found.number}),
        "here": _address(wish.shown, wish.owner),
        "refused": refused,
        "form": form,
        "troubled": ReminderRound.objects.exclude(error="").exclude(owed=[]).order_by("-monday").first(),
    }
    return render(request, "postmortems/mitigations.html", context, status=status)


def _address(shown: Shown, owner: str) -> str:
    said = {name: value for name, value in {"state": shown, "owner": owner}.items() if value}
    return f"?{urlencode(said)}"
