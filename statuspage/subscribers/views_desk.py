"""The desk's list of subscribers: who is told, by what, and who is not any more."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from statuspage.publishing.models import StatusPage
from statuspage.subscribers import services
from statuspage.subscribers.forms_desk import MOST_LINES, AddForm, ImportForm
from statuspage.subscribers.importing import Import, import_subscribers
from statuspage.subscribers.models import Channel, Subscriber
from statuspage.subscribers.readiness import findings
from statuspage.subscribers.reading import Unreadable
from statuspage.subscribers.spreadsheet import COLUMNS, written
from statuspage.team.access import DeskRequest, staff_only
from statuspage.team.once import once

PER_PAGE = 50
STATES = {
    "active": Q(unsubscribed_at=None, suspended_at=None),
    "suspended": Q(unsubscribed_at=None, suspended_at__isnull=False),
    "unsubscribed": Q(unsubscribed_at__isnull=False),
}
# What a button does, and what is said of it then.
DEEDS = {
    "suspend": (
        lambda one: services.suspend(one, Subscriber.Suspension.STAFF),
        "{} is suspended: nothing is sent until somebody resumes it.",
    ),
    "resume": (services.resume, "{} is told again."),
    "remove": (services.remove, "{} is removed, and forgotten."),
}


@require_safe
@staff_only
def index(request: DeskRequest) -> HttpResponse:
    """Everybody, or those with a word in their address; how many there are of each channel and state."""
    word = " ".join(request.GET.get("q", "").replace("\0", "").split())
    channel, state = request.GET.get("channel", ""), request.GET.get("state", "")
    found = Subscriber.objects.filter(STATES.get(state, Q()))
    if channel in Channel.values:
        found = found.filter(channel=channel)
    if word:
        found = found.filter(Q(address__icontains=word) | Q(contact__icontains=word))
    listed = found.prefetch_related("groups", "components", "followed").order_by("-confirmed_at", "-pk")
    context = {
        "page": StatusPage.objects.get(),
        "found": Paginator(listed, PER_PAGE).get_page(request.GET.get("page")),
        "counts": _counts(),
        "states": STATES,
        "channels": Channel.choices,
        "word": word,
        "channel": channel,
        "state": state,
    }
    return render(request, "desk/subscribers/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def add(request: DeskRequest) -> HttpResponse:
    """Subscribe somebody who agreed elsewhere."""
    page = StatusPage.objects.get()
    form = AddForm(request.POST or None, page=page, at=timezone.now(), initial={"locale": page.locale})

    def subscribe() -> str:
        services.subscribe_verified(**form.wanted())
        return reverse("subscribers:index")

    if form.is_valid():
        where = once(request, subscribe)
        messages.success(request, f"{form.wanted()['address']} is told from now on.")
        return redirect(where)
    return render(
        request, "desk/subscribers/add.html", {"page": page, "form": form}, status=422 if form.is_bound else 200
    )


@require_POST
@staff_only
def act(request: DeskRequest, code: str) -> HttpResponse:
    """Suspend, resume or remove one."""
    subscriber = get_object_or_404(Subscriber, code=code)
    deed = DEEDS.get(request.POST.get("act", ""))
    if deed:
        do, told = deed
        do(subscriber)
        messages.success(request, told.format(subscriber.address))
    return redirect("subscribers:index")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def import_file(request: DeskRequest) -> HttpResponse:
    """Take in a file: all of it, or nothing with the reasons."""
    form = ImportForm(request.POST or None, request.FILES or None)
    done: Import | None = None
    if form.is_valid():
        said = form.cleaned_data
        try:
            done = import_subscribers(said["file"], proof=said["proof"].strip(), most=MOST_LINES)
        except Unreadable as error:
            form.add_error("file", str(error))
    context = {"page": StatusPage.objects.get(), "form": form, "done": done, "columns": COLUMNS}
    failed = form.errors or (done and done.problems)
    return render(request, "desk/subscribers/import.html", context, status=422 if failed else 200)


@require_safe
@staff_only
def export_file(request: DeskRequest) -> HttpResponse:
    """Everybody, as a spreadsheet opens it."""
    name = f"subscribers-{timezone.now():%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(written(), content_type="text/csv; charset=utf-8", headers=headers)


@require_safe
@staff_only
def readiness(request: DeskRequest) -> HttpResponse:
    """Whether mail from here will be believed; looked up while the reader waits for that part alone."""
    found = findings() if request.htmx or "look" in request.GET else []
    context = {"page": StatusPage.objects.get(), "findings": found}
    template = "desk/subscribers/_findings.html" if request.htmx else "desk/subscribers/readiness.html"
    return render(request, template, context)


def _counts() -> list[tuple[str, dict[str, int]]]:
    """By channel, how many there are in each state; channels that nobody uses are left out."""
    counted = Subscriber.objects.order_by("channel").values_list("channel")
    rows = counted.annotate(**{name: Count("pk", filter=meant) for name, meant in STATES.items()})
    return [(str(Channel(channel).label), dict(zip(STATES, told, strict=True))) for channel, *told in rows]
