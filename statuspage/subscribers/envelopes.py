"""From whom mails come, and what those are headed by that go to one person and are no news."""

from __future__ import annotations

from email.headerregistry import Address
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from statuspage.publishing.models import StatusPage
from statuspage.publishing.wording import one_line


def sender_address() -> str:
    """The bare address that mails come from."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def sender_host() -> str:
    """The domain that the sender is known by, and the ids of mails with it."""
    return sender_address().rpartition("@")[2]


def sender(page: StatusPage) -> Address:
    """From whom mails come: the name that MAIL_FROM gives, or that of the page."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return Address(name or one_line(page.title), addr_spec=address)


def reply_to() -> list[str]:
    """Whom answers go to; nobody where that is the sender."""
    return [settings.MAIL_REPLY_TO] if settings.MAIL_REPLY_TO else []


def personal_letter(
    page: StatusPage, recipient: str, *, name: str, subject: str, text: str, html: str, language: str
) -> EmailMultiAlternatives:
    """A letter about one subscription. Its `name` is the same when it has to be sent again: mail programs then know
    that it is one letter."""
    headers = {
        "Message-ID": f"<{name}@{sender_host()}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": language,
    }
    letter = EmailMultiAlternatives(
        one_line(subject), text, str(sender(page)), [recipient], headers=headers, reply_to=reply_to()
    )
    letter.attach_alternative(html, "text/html")
    return letter
