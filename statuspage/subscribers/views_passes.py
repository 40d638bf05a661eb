"""What only a mail leads to: confirming, one's preferences, leaving. Looking never acts; a button does.

Programs open every link of a mail before its reader does, so a GET that acts would confirm what nobody wanted, and end
what somebody did.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from statuspage.publishing.models import StatusPage
from statuspage.subscribers import links, services
from statuspage.subscribers.forms import LinkForm, PreferencesForm
from statuspage.subscribers.models import Channel, Subscriber
from statuspage.subscribers.pages import SUBSCRIBE, rendered
from statuspage.subscribers.scopes import InWords, in_words, scope_of
from statuspage.subscribers.services import BelongsToSomebodyElse, NoLongerHolds, Scope

PassView = Callable[[HttpRequest, str], HttpResponse]
# Nobody is told where a reader was before, nor may anything keep a page that shows what one subscriber chose.
PRIVATE = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex", "Cache-Control": "no-store, private"}
# What a subscriber may lift who reads the mails that we send; staff have their own reasons.
LIFTABLE = {Subscriber.Suspension.BOUNCE, Subscriber.Suspension.COMPLAINT, Subscriber.Suspension.ENDPOINT}


def for_a_pass(view: PassView) -> PassView:
    """Whoever holds the pass may; there is no cookie, so nothing that another site's form could borrow.

    Exempt from the CSRF check for that reason, and because mail providers post the one-click form of RFC 8058.
    """

    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def guarded(request: HttpRequest, given: str) -> HttpResponse:
        response = view(request, given)
        for name, value in PRIVATE.items():
            response[name] = value
        return response

    return guarded


@for_a_pass
def confirm(request: HttpRequest, given: str) -> HttpResponse:
    """What will be told, and the button that begins it."""
    page, asked = StatusPage.objects.get(), links.sign_up_of(given)
    if asked is None or Scope.of(asked.scope).is_empty:
        return _gone(page)
    if request.method != "POST":
        return _tell("confirm", page, asked.locale, asked=asked, wanted=lambda: in_words(Scope.of(asked.scope)))
    try:
        subscriber = services.confirm(asked)
    except BelongsToSomebodyElse:
        return _tell("taken", page, asked.locale, status=409, asked=asked)
    except NoLongerHolds:
        return _gone(page)
    return _tell(
        "confirmed",
        page,
        asked.locale,
        subscriber=subscriber,
        wanted=lambda: _in_words(subscriber),
        manage=links.manage_pass(subscriber.code, subscriber.secret, timezone.now()),
        **_signing(subscriber),
    )


@for_a_pass
def manage(request: HttpRequest, given: str) -> HttpResponse:
    """What a subscriber hears of, to be chosen anew."""
    page, subscriber = StatusPage.objects.get(), links.subscriber_of(given, links.MANAGE)
    if subscriber is None or subscriber.unsubscribed_at:
        return _gone(page)
    with translation.override(page.spoken(subscriber.locale)):
        typed = request.POST if request.method == "POST" and "resume" not in request.POST else None
        form = PreferencesForm(typed, page=page, subscriber=subscriber)
        done = ""
        if "resume" in request.POST and subscriber.suspension in LIFTABLE:
            services.resume(subscriber)
            subscriber.refresh_from_db()
            done = "resumed"
        elif form.is_valid():
            said = form.cleaned_data
            choice = {name: said[name] for name in ("locale", "time_zone", "followed")}
            subscriber = services.choose(subscriber, scope=form.chosen_scope(), **choice)
            form, done = PreferencesForm(page=page, subscriber=subscriber), "saved"
    return _tell(
        "manage",
        page,
        subscriber.locale,
        status=422 if form.errors else 200,
        subscriber=subscriber,
        form=form,
        done=done,
        liftable=subscriber.suspension in LIFTABLE,
        unsubscribe=links.unsubscribe_pass(subscriber.code, subscriber.secret),
        **_signing(subscriber),
    )


@for_a_pass
def unsubscribe(request: HttpRequest, given: str) -> HttpResponse:
    """The button that ends it; mail programs press it by themselves when their reader says so (RFC 8058)."""
    page, subscriber = StatusPage.objects.get(), links.subscriber_of(given, links.UNSUBSCRIBE)
    if subscriber is None:
        return _gone(page)
    if request.method == "POST":
        services.unsubscribe(subscriber)
        return _tell("unsubscribed", page, subscriber.locale, subscriber=subscriber)
    name = "unsubscribed" if subscriber.unsubscribed_at else "unsubscribe"
    return _tell(name, page, subscriber.locale, subscriber=subscriber, wanted=lambda: _in_words(subscriber))


def _gone(page: StatusPage) -> HttpResponse:
    """For any pass that does not hold here, whatever the reason: how to come by another."""
    return _tell("gone", page, page.locale, status=404, form=LinkForm())


def _tell(
    name: str,
    page: StatusPage,
    locale: str,
    *,
    status: int = 200,
    wanted: Callable[[], InWords] | None = None,
    **told: Any,
) -> HttpResponse:
    """A page in a subscriber's language. It says of itself to be the public form: its own address holds the pass."""
    language = page.spoken(locale)
    with translation.override(language):
        # Asked once: a template would ask a function anew at each mention.
        told |= {"wanted": wanted and wanted(), "alternates": []}
        body = rendered(f"subscribers/{name}.html", page, SUBSCRIBE, **told)
    return HttpResponse(body, status=status, headers={"Content-Language": language})


def _in_words(subscriber: Subscriber) -> InWords:
    return in_words(scope_of(subscriber), followed=subscriber.followed.values_list("incident", flat=True))


def _signing(subscriber: Subscriber) -> dict[str, Any]:
    return {"secret": links.signing_secret(subscriber)} if subscriber.channel == Channel.WEBHOOK else {}
