"""The mail to whoever looks after a hook that is told no more."""

from __future__ import annotations

from datetime import datetime

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from statuspage.publishing.models import StatusPage
from statuspage.publishing.pages import prefix
from statuspage.subscribers import links
from statuspage.subscribers.addresses import host_of
from statuspage.subscribers.envelopes import personal_letter
from statuspage.subscribers.models import Subscriber


def suspended_letter(
    subscriber: Subscriber, page: StatusPage, *, reason: str, at: datetime
) -> EmailMultiAlternatives | None:
    """Tells that a hook was suspended, why, and how it is told again; None where nobody left an address for that.

    Of the hook's own address only the host: whoever has all of it can write into somebody's chat.
    """
    if not subscriber.contact:
        return None
    language = page.spoken(subscriber.locale)
    with translation.override(language):
        host = host_of(subscriber.address)
        manage = links.manage_pass(subscriber.code, subscriber.secret, at)
        context = {
            "page": page,
            "language": language,
            "host": host,
            "channel": subscriber.get_channel_display(),
            "since": subscriber.failing_since,
            "reason": reason,
            "prefix": prefix(page, language),
            "manage_url": f"{page.url}/subscriptions/manage/{manage}",
        }
        return personal_letter(
            page,
            subscriber.contact,
            name=f"suspended.{subscriber.code}.{at:%Y%m%d}",
            subject=_("Your hook at %(host)s is told no more") % {"host": host},
            text=render_to_string("emails/hook_suspended.txt", context),
            html=render_to_string("emails/hook_suspended.html", context),
            language=language,
        )
