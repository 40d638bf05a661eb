"""The letters that answer what somebody asked for; news of incidents are no business of theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from statuspage.publishing.models import StatusPage
from statuspage.publishing.pages import in_languages
from statuspage.subscribers import links
from statuspage.subscribers.addresses import host_of
from statuspage.subscribers.envelopes import personal_letter
from statuspage.subscribers.models import Channel, SignUp, Subscriber, SubscriberQuerySet, is_at, is_read_by
from statuspage.subscribers.scopes import InWords, covers, in_words
from statuspage.subscribers.services import Scope

Reply = Callable[[StatusPage, datetime], EmailMultiAlternatives]
# Whoever does not want mail, or cannot get it, is not mailed because a stranger types their address.
NEVER = [Subscriber.Suspension.BOUNCE, Subscriber.Suspension.COMPLAINT, Subscriber.Suspension.STAFF]


def reply_to(asked: SignUp, *, mailed_lately: bool) -> Reply | None:
    """The letter that a sign-up deserves; None where nobody is to be mailed.

    A mailbox that confirmed nothing yet gets one letter a day, whatever strangers ask for in its name; what staff bring
    in is no stranger's.
    """
    mailbox, scope = asked.mailbox, Scope.of(asked.scope)
    concerned = is_at(Channel.EMAIL, mailbox) | is_at(asked.channel, asked.address)
    if Subscriber.objects.filter(concerned, suspension__in=NEVER).exists():
        return None
    if scope.is_empty:
        mine = list(read_by(mailbox))
        return (lambda page, at: links_letter(asked, mine, page, at)) if mine else None
    subscriber = Subscriber.objects.filter(is_at(asked.channel, asked.address), unsubscribed_at=None).first()
    if subscriber and subscriber.mailbox.lower() != mailbox.lower():
        return None
    if subscriber and subscriber.is_listening and covers(subscriber, scope):
        here = subscriber
        return None if mailed_lately else lambda page, at: already_letter(asked, here, page, at)
    if mailed_lately and not asked.is_of_staff and not read_by(mailbox).exists():
        return None
    return lambda page, at: confirm_letter(asked, page)


def read_by(mailbox: str) -> SubscriberQuerySet:
    """The subscriptions that the reader of a mailbox looks after."""
    return Subscriber.objects.filter(is_read_by(mailbox), unsubscribed_at=None)


def confirm_letter(asked: SignUp, page: StatusPage) -> EmailMultiAlternatives:
    """Asks whether it was the reader who asked, and has the link that confirms it."""
    return _letter(
        "confirm",
        lambda: _("Confirm your subscription to %(title)s") % {"title": page.title},
        asked,
        page,
        wanted=lambda: in_words(Scope.of(asked.scope)),
        link=_address(page, "confirm", links.confirm_pass(asked)),
    )


def already_letter(asked: SignUp, subscriber: Subscriber, page: StatusPage, at: datetime) -> EmailMultiAlternatives:
    """Tells a subscriber that there is nothing to confirm."""
    manage = links.manage_pass(subscriber.code, subscriber.secret, at)
    return _letter(
        "already",
        lambda: _("You are subscribed to %(title)s already") % {"title": page.title},
        asked,
        page,
        link=_address(page, "manage", manage),
    )


def links_letter(asked: SignUp, mine: list[Subscriber], page: StatusPage, at: datetime) -> EmailMultiAlternatives:
    """The way to the preferences of each subscription that a mailbox looks after."""
    ways = [(one.shown_address, _address(page, "manage", links.manage_pass(one.code, one.secret, at))) for one in mine]
    return _letter("links", lambda: _("Your preferences at %(title)s") % {"title": page.title}, asked, page, ways=ways)


def _letter(
    name: str,
    subject: Callable[[], str],
    asked: SignUp,
    page: StatusPage,
    *,
    wanted: Callable[[], InWords] | None = None,
    **told: Any,
) -> EmailMultiAlternatives:
    language = page.spoken(asked.locale)
    with translation.override(language):
        # Of a hook no more than where it is: the rest is a stranger's to write, and somebody else reads it.
        told["host"] = "" if asked.channel == Channel.EMAIL else host_of(asked.address)
        told |= {"page": page, "asked": asked, "wanted": wanted and wanted()}
        context = {**in_languages(page, "/"), **told}
        return personal_letter(
            page,
            asked.mailbox,
            name=f"sign-up.{asked.code}",
            subject=subject(),
            text=render_to_string(f"emails/{name}.txt", context),
            html=render_to_string(f"emails/{name}.html", context),
            language=language,
        )


def _address(page: StatusPage, view: str, given: str) -> str:
    return f"{page.url}{reverse(f'subscriptions:{view}', args=[given])}"
