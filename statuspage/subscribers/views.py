"""The doors through which the public asks: for a subscription, for news of one incident, for a link.

Each answers all alike, and only records what was asked: a worker finds out whom it is about, and mails.
"""

from __future__ import annotations

from datetime import timedelta
from math import ceil

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from statuspage.publishing.models import StatusPage
from statuspage.publishing.pages import prefix
from statuspage.publishing.views import in_language, not_found
from statuspage.subscribers.asking import TooManyFromNetwork, ask
from statuspage.subscribers.forms import FollowForm, LinkForm, SubscribeForm
from statuspage.subscribers.networks import is_from_another_site, network_of
from statuspage.subscribers.pages import LINK, SENT, SUBSCRIBE, rendered

Asking = SubscribeForm | FollowForm | LinkForm
READ_OR_SENT = ["GET", "HEAD", "POST"]


class SeeOther(HttpResponseRedirect):
    """What was posted is done; its answer is found elsewhere."""

    status_code = 303


# These forms stand on files, which cannot hold a token, and need none: no cookie of ours is looked at, and whoever
# posts has no authority that somebody else could borrow. Posts from other sites' pages are refused all the same.
@csrf_exempt
@require_http_methods(READ_OR_SENT)
def subscribe(request: HttpRequest, language: str | None = None) -> HttpResponse:
    """Ask for a subscription, or to be told of one incident; the form itself is a file."""
    if request.method != "POST":
        return in_language(request, language, SUBSCRIBE) if language else not_found(request)
    page = StatusPage.objects.get()
    with translation.override(page.spoken(language)):
        if "incident" in request.POST:
            return _answer(request, page, FollowForm(request.POST), "public/subscribe_follow.html", SUBSCRIBE)
        return _answer(request, page, SubscribeForm(request.POST, page=page), "public/subscribe.html", SUBSCRIBE)


@csrf_exempt
@require_http_methods(READ_OR_SENT)
def link(request: HttpRequest, language: str | None = None) -> HttpResponse:
    """Ask for a link to one's preferences; the form itself is a file."""
    if request.method != "POST":
        return in_language(request, language, LINK) if language else not_found(request)
    page = StatusPage.objects.get()
    with translation.override(page.spoken(language)):
        return _answer(request, page, LinkForm(request.POST), "public/subscribe_link.html", LINK)


@csrf_exempt
@require_POST
def new_email(request: HttpRequest) -> HttpResponse:
    """Where a Statuspage's own form posts an address that wants to hear of everything."""
    page = StatusPage.objects.get()
    everything = {"channel": "email", "what": "page", "incidents": "on", "maintenance": "on"}
    with translation.override(page.locale):
        form = SubscribeForm({**everything, "email": request.POST.get("email", "")}, page=page)
        return _answer(request, page, form, "public/subscribe.html", SUBSCRIBE)


@csrf_exempt
@require_POST
def new_webhook(request: HttpRequest) -> HttpResponse:
    """The same for a webhook, answered as programs expect it."""
    page = StatusPage.objects.get()
    everything = {"channel": "webhook", "what": "page", "incidents": "on", "maintenance": "on"}
    typed = {"email": request.POST.get("email", ""), "url": request.POST.get("endpoint", "")}
    return _answer_in_json(request, page, SubscribeForm({**everything, **typed}, page=page))


@csrf_exempt
@require_POST
def new_follower(request: HttpRequest) -> HttpResponse:
    """The same for one incident."""
    typed = {"email": request.POST.get("email", ""), "incident": request.POST.get("incident_code", "")}
    return _answer_in_json(request, StatusPage.objects.get(), FollowForm(typed))


def _answer(request: HttpRequest, page: StatusPage, form: Asking, template: str, location: str) -> HttpResponse:
    """Record what the form asks for; whatever is refused comes back with all that was typed."""
    status, headers = 422, {}
    if is_from_another_site(request):
        form.add_error(None, _("This form was sent from another site. Please look through it and send it from here."))
        status = 403
    elif form.is_valid():
        try:
            _ask(request, form)
            return SeeOther(f"{prefix(page, translation.get_language())}{SENT}")
        except TooManyFromNetwork as refusal:
            form.add_error(None, _too_many(refusal.wait))
            status, headers = 429, {"Retry-After": str(ceil(refusal.wait.total_seconds()))}
    return HttpResponse(rendered(template, page, location, form=form), status=status, headers=headers)


def _answer_in_json(request: HttpRequest, page: StatusPage, form: Asking) -> HttpResponse:
    with translation.override(page.locale):
        if is_from_another_site(request):
            return JsonResponse({"error": _("This was sent from another site.")}, status=403)
        if not form.is_valid():
            return JsonResponse({"errors": form.errors}, status=422)
        try:
            _ask(request, form)
        except TooManyFromNetwork as refusal:
            headers = {"Retry-After": str(ceil(refusal.wait.total_seconds()))}
            return JsonResponse({"error": _too_many(refusal.wait)}, status=429, headers=headers)
        return JsonResponse({"message": _("If that address can be told, a letter with a link is on its way.")})


def _ask(request: HttpRequest, form: Asking) -> None:
    ask(network=network_of(request), locale=translation.get_language(), **form.asked())


def _too_many(wait: timedelta) -> str:
    minutes = ceil(wait.total_seconds() / 60)
    return ngettext(
        "A few too many were sent from your network lately. Please try again in %(minutes)d minute.",
        "A few too many were sent from your network lately. Please try again in %(minutes)d minutes.",
        minutes,
    ) % {"minutes": minutes}
