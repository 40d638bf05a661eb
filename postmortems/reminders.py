"""A letter each Monday to those who promised something that is overdue, or soon due."""

from __future__ import annotations

import hashlib
import logging
import smtplib
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from urllib.parse import urlsplit

from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext

from postmortems.models import Mitigation, MitigationQuerySet, ReminderRound
from statuspage.publishing.models import StatusPage
from statuspage.publishing.pages import in_languages
from statuspage.publishing.wording import one_line
from statuspage.subscribers.envelopes import sender
from statuspage.subscribers.outcomes import SENT, Outcome, Verdict, shortened

logger = logging.getLogger(__name__)

# By the clocks of the page's zone.
MORNING = clock_time(8)
# What is due by then is told of: two Mondays before it is, at most.
SOON = timedelta(days=14)
# For how long a round belongs to whoever sends it; longer than its turn and one mail server that hangs.
LEASE = timedelta(minutes=5)
# Seconds: whoever keeps time has other duties.
TURN, TIMEOUT = 20.0, 10
# How long those wait whose letter could not be sent.
AGAIN = timedelta(minutes=15)


@dataclass(frozen=True)
class Reminded:
    """A measure as the letter tells of it."""

    measure: Mitigation
    late: int


def remind_owners(at: datetime | None = None) -> int:
    """Send the letters of this week that are owed, for one turn; tells how many went out.

    Harmless to run twice at once, or late: a week has one round, its row remembers who is still to be told, and one
    process at a time has it. Where nobody kept time on Monday, the letters go out as soon as somebody does.
    """
    at = at or timezone.now()
    page = StatusPage.objects.get()
    monday = _monday(at, page)
    if monday is None:
        return 0
    _begin(monday, at.astimezone(page.zone).date(), at)
    due = ReminderRound.objects.filter(monday=monday, due_at__lte=at).exclude(owed=[])
    if not due.update(due_at=at + LEASE):
        return 0
    return _send(ReminderRound.objects.get(monday=monday), page, at)


def owed_to(address: str, today: date) -> list[Reminded]:
    """What the owner at an address is reminded of, the longest overdue first."""
    found = _telling(today).filter(owner_email__iexact=address).select_related("postmortem__incident")
    return [Reminded(one, one.late_by(today)) for one in found.order_by("due_on", "pk")]


def letter_to(
    address: str, reminded: list[Reminded], *, round_: ReminderRound, page: StatusPage
) -> EmailMultiAlternatives:
    """The letter, in the page's language: it goes to the team, whose page it is."""
    late = sum(bool(one.late) for one in reminded)
    with translation.override(page.locale):
        context = {
            **in_languages(page, "/"),
            "page": page,
            "overdue": [one for one in reminded if one.late],
            "coming": [one for one in reminded if not one.late],
            "link": page.url + reverse("mitigations:index"),
            "subject": _subject(late, len(reminded)),
        }
        text = render_to_string("emails/reminder.txt", context)
        html = render_to_string("emails/reminder.html", context)
        letter = EmailMultiAlternatives(one_line(context["subject"]), text, str(sender(page)), [address])
    letter.attach_alternative(html, "text/html")
    # The same when it has to be sent again: a mail program then knows that it is one letter.
    name = hashlib.sha256(address.encode()).hexdigest()[:16]
    letter.extra_headers = {
        "Message-ID": f"<reminder.{round_.monday}.{name}@{urlsplit(page.url).hostname}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": page.locale,
    }
    return letter


def _monday(at: datetime, page: StatusPage) -> date | None:
    """The Monday whose round it is time for; None before that Monday's morning has come."""
    local = at.astimezone(page.zone)
    monday = local.date() - timedelta(days=local.weekday())
    return monday if local >= datetime.combine(monday, MORNING, page.zone) else None


@transaction.atomic
def _begin(monday: date, today: date, at: datetime) -> None:
    """Write down who is told this week, once."""
    row, is_new = ReminderRound.objects.get_or_create(monday=monday, defaults={"due_at": at})
    if is_new:
        addresses = _telling(today).order_by("due_on", "pk").values_list("owner_email", flat=True)
        row.owed = list({one.lower(): one for one in addresses}.values())
        row.save(update_fields=["owed"])


def _telling(today: date) -> MitigationQuerySet:
    return Mitigation.objects.unsettled().filter(~Q(owner_email=""), due_on__lte=today + SOON)


def _send(round_: ReminderRound, page: StatusPage, at: datetime) -> int:
    """Send to each address once; what fails goes to the end of the row and is tried again."""
    connection, sent, deadline = get_connection(timeout=TIMEOUT), 0, time.monotonic() + TURN
    today = at.astimezone(page.zone).date()
    waiting, round_.error = list(round_.owed), ""
    try:
        while waiting and time.monotonic() < deadline:
            address = waiting.pop(0)
            # Asked now: what was done since Monday needs no reminder.
            reminded = owed_to(address, today)
            outcome = _tell(address, reminded, round_, page, connection) if reminded else None
            round_.owed.remove(address)
            if outcome and outcome.verdict == Verdict.DEFERRED:
                round_.owed.append(address)
                round_.error = outcome.reason
            sent += outcome == SENT
            round_.save(update_fields=["owed", "error"])
    finally:
        connection.close()
    round_.due_at = at if waiting else at + AGAIN
    round_.save(update_fields=["due_at"])
    return sent


def _tell(
    address: str, reminded: list[Reminded], round_: ReminderRound, page: StatusPage, connection: BaseEmailBackend
) -> Outcome:
    """Send one letter. One that cannot be sent, or be written, holds up no other."""
    try:
        letter = letter_to(address, reminded, round_=round_, page=page)
        letter.connection = connection
        letter.send()
    except smtplib.SMTPRecipientsRefused as refusal:
        never = all(code >= 500 for code, _words in refusal.recipients.values())
        logger.warning("A reminder was refused: %r", refusal)
        return Outcome(Verdict.BAD_ADDRESS if never else Verdict.DEFERRED, shortened(str(refusal)))
    except Exception as trouble:
        # Whatever the mail server or its client raises: the row stays, and says so.
        logger.warning("A reminder could not be sent, and waits: %r", trouble)
        return Outcome(Verdict.DEFERRED, shortened(str(trouble)) or type(trouble).__name__)
    return SENT


def _subject(late: int, many: int) -> str:
    if late:
        return ngettext(
            "%(count)d measure that you promised is overdue",
            "%(count)d measures that you promised are overdue",
            late,
        ) % {"count": late}
    return ngettext(
        "%(count)d measure that you promised is due soon",
        "%(count)d measures that you promised are due soon",
        many,
    ) % {"count": many}
