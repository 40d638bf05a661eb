"""The ledger at the desk: who was told of something, who was not, and what can be done about it."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from statuspage.publishing.models import StatusPage
from statuspage.subscribers import services
from statuspage.subscribers.models import Delivery, Notice
from statuspage.subscribers.spreadsheet import csv_line
from statuspage.subscribers.tally import Tally, tallies
from statuspage.team.access import DeskRequest, staff_only

PER_PAGE = 50
WITHDRAWN = "Withdrawn: nobody is told. The message itself stays on the page."
COLUMNS = ["channel", "address", "state", "sent_at", "attempts", "last_error"]


@require_safe
@staff_only
def ledger(request: DeskRequest, cause: str) -> HttpResponse:
    """Everybody who was to be told, one line each; those whom nobody could tell come first.

    Then those who are to go, those who were told, and at the end whom nobody is to tell any more.
    """
    tally = _tally(cause)
    state, word = request.GET.get("state", ""), " ".join(request.GET.get("q", "").replace("\0", "").split())
    # Failed, pending, sent: by the alphabet, but for the dropped.
    lines = _lines(cause).alias(dropped=Q(state=Delivery.State.DROPPED)).order_by("dropped", "state", "channel", "pk")
    if state in Delivery.State:
        lines = lines.filter(state=state)
    if word:
        lines = lines.filter(subscriber__address__icontains=word)
    notice, page = Notice.objects.filter(cause=cause).exclude(letters={}).first(), StatusPage.objects.get()
    context = {
        "page": page,
        "tally": tally,
        "subject": notice.letter(page.locale)["subject"] if notice else "",
        "found": Paginator(lines.select_related("subscriber"), PER_PAGE).get_page(request.GET.get("page")),
        "state": state,
        "word": word,
        "states": Delivery.State.values,
    }
    return render(request, "desk/told/ledger.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def progress(request: DeskRequest, cause: str) -> HttpResponse:
    """How far it has come: the part of a page that asks for itself while something moves."""
    return render(request, "desk/told/_tally.html", {"tally": _tally(cause), "page": StatusPage.objects.get()})


@require_POST
@staff_only
def act(request: DeskRequest, cause: str) -> HttpResponse:
    """Withdraw it, tell it at once, or try again to tell those who were missed."""
    _tally(cause)
    deed = request.POST.get("act", "")
    told = ""
    if deed == "withdraw":
        withdrawn = services.withdraw(cause)
        told = WITHDRAWN if withdrawn else "Too late: it is on its way already."
    elif deed == "now":
        services.tell_now(cause)
    elif deed == "retry":
        count = services.retry(_lines(cause))
        told = f"Trying again: {count}. Whoever is suspended or has left is not told."
    elif deed == "again":
        count = services.retry(_lines(cause).filter(pk__in=request.POST.getlist("line")[:1]), again=True)
        told = "Sent again in a moment." if count else "It cannot be sent again."
    if request.htmx:
        # The part that comes back says it.
        return progress(request, cause)
    if told:
        messages.success(request, told)
    return redirect(_back(request, cause))


@require_safe
@staff_only
def as_csv(request: DeskRequest, cause: str) -> HttpResponse:
    """The same as a file of comma-separated values."""
    _tally(cause)
    headers = {"Content-Disposition": f'attachment; filename="told-{cause}.csv"'}
    return HttpResponse(_rows(cause), content_type="text/csv; charset=utf-8", headers=headers)


def _tally(cause: str) -> Tally:
    found = tallies([cause]).get(cause)
    if found is None:
        raise Http404("Nothing was told by that name.")
    return found


def _lines(cause: str) -> QuerySet[Delivery]:
    return Delivery.objects.filter(notice__cause=cause)


def _rows(cause: str) -> Iterator[str]:
    yield csv_line(COLUMNS)
    for line in _lines(cause).select_related("subscriber").order_by("pk").iterator(chunk_size=1000):
        address = line.subscriber.address if line.subscriber else "(erased)"
        sent = line.sent_at.isoformat(timespec="seconds") if line.sent_at else ""
        yield csv_line([line.channel, address, line.state, sent, str(line.attempts), line.last_error])


def _back(request: DeskRequest, cause: str) -> str:
    """Where the button was pressed; never another site."""
    path = request.POST.get("back", "")
    if path.startswith("/desk/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None):
        return path
    return reverse("subscribers:ledger", args=[cause])
