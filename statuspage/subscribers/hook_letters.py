"""The mail to whoever looks after a hook that is told no more."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from statuspage.publishing.models import StatusPage
from statuspage.publishing.pages import prefix
from statuspage.publishing.wording import one_line
from statuspage.subscribers import links
from statuspage.subscribers.hook_messages import unsubscribe_url
from statuspage.subscribers.letters import sender, sender_address
from statuspage.subscribers.models import Subscriber


def suspended_letter(
    subscriber: Subscriber, page: StatusPage, *, reason: str, at: datetime
) -> EmailMultiAlternatives | None:
    """Tells that a hook was suspended, why, and how it is told again; None where nobody left an address for that.

    Of the hook's own address only the host: whoever has all of it can write into somebody's chat.
    """
    if not subscriber.contact:
        return None
    language = subscriber.locale if subscriber.locale in page.languages else page.locale
    with translation.override(language):
        host = urlsplit(subscriber.address).hostname or ""
        manage = links.manage_pass(subscriber.code, subscriber.secret, at)
        context = {
            "page": page,
            "language": language,
            "host": host,
            "channel": subscriber.get_channel_display(),
            "since": subscriber.failing_since,
            "reason": reason,
            "prefix": prefix(page, language),
            "subscribe_url": f"{page.url}{prefix(page, language)}/subscribe",
            "manage_url": f"{page.url}/subscriptions/manage/{manage}",
            "unsubscribe_url": unsubscribe_url(subscriber, page),
        }
        text, html = (render_to_string(f"emails/hook_suspended.{kind}", context) for kind in ("txt", "html"))
        letter = EmailMultiAlternatives(
            one_line(_("Your hook at %(host)s is told no more") % {"host": host}),
            text,
            str(sender(page)),
            [subscriber.contact],
            reply_to=[settings.MAIL_REPLY_TO] if settings.MAIL_REPLY_TO else None,
        )
    letter.attach_alternative(html, "text/html")
    letter.extra_headers = {
        # The same when it has to be sent again: a mail program then knows that it is one letter.
        "Message-ID": f"<suspended.{subscriber.code}.{at:%Y%m%d}@{sender_address().rpartition('@')[2]}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": language,
    }
    return letter
