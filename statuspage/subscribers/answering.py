"""Answering sign-ups: whom each is about, which letter it gets, and sending that; and forgetting what is over."""

from __future__ import annotations

import logging
import smtplib
import time
from datetime import datetime, timedelta

from django.core.mail import get_connection
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from statuspage.publishing.models import StatusPage
from statuspage.subscribers import services
from statuspage.subscribers.asking import DAY, to_mailbox
from statuspage.subscribers.models import Channel, SignUp, Subscriber, Trouble
from statuspage.subscribers.replies import Reply, reply_to

logger = logging.getLogger(__name__)

# Over all: a flood of sign-ups must neither keep news waiting nor cost the sender its name.
PER_MINUTE = 60
MINUTE = timedelta(minutes=1)
# How many that deserve no letter are looked through at a time.
BATCH = 100
# For how long a sign-up belongs to whoever answers it; longer than any mail server may take.
LEASE = timedelta(minutes=5)
# Seconds: the clock has other duties, and a mail server that hangs must not stop it.
TURN, TIMEOUT = 2.0, 10
# How long one waits whose letter could not be sent, at first and at most.
AGAIN, AT_MOST = MINUTE, timedelta(hours=1)
UNCONFIRMED_FOR, GONE_FOR = timedelta(hours=72), timedelta(days=30)


def answer_sign_ups() -> int:
    """Mail those who asked, readers before lists, the first to ask first, for one turn; tells how many letters left.

    Harmless to run twice at once, or late: whoever takes a sign-up has it alone for a while.
    """
    connection, sent, deadline = get_connection(timeout=TIMEOUT), 0, time.monotonic() + TURN
    try:
        while time.monotonic() < deadline and (taken := _take()):
            asked, reply = taken
            try:
                letter = reply(StatusPage.objects.get(), timezone.now())
                letter.message()
            except Exception:
                # One letter that cannot be written: the others go on, and it is tried again.
                logger.exception("A sign-up could not be answered")
                _put_off(asked)
                continue
            try:
                connection.open()
                letter.connection = connection
                letter.send()
            except smtplib.SMTPRecipientsRefused as refusal:
                _hear_refusal(asked, refusal)
            except Exception as trouble:
                # Whatever the mail server or its client raises: it will do so for the others as well.
                logger.warning("Letters to those who sign up cannot be sent; they wait: %r", trouble)
                _put_off_all(asked)
                break
            else:
                sent += _answered(asked)
    finally:
        connection.close()
    return sent


@transaction.atomic
def purge(at: datetime | None = None) -> None:
    """Forget what nobody confirmed in three days, and who left thirty days ago."""
    at = at or timezone.now()
    SignUp.objects.filter(created_at__lt=at - UNCONFIRMED_FOR).delete()
    for subscriber in Subscriber.objects.filter(unsubscribed_at__lt=at - GONE_FOR)[:BATCH]:
        services.erase(subscriber)


@transaction.atomic
def _take() -> tuple[SignUp, Reply] | None:
    """The next sign-up that deserves a letter, for this process alone; None where none may be sent now."""
    # One at a time: two that count at once would both find room for one more.
    StatusPage.objects.select_for_update().get()
    now = timezone.now()
    if Trouble.objects.filter(channel=Channel.EMAIL, until__gt=now).exists():
        return None
    if SignUp.objects.filter(mailed_at__gt=now - MINUTE).count() >= PER_MINUTE:
        return None
    # Whoever waits before the page comes before a list, however long that is.
    due = SignUp.objects.filter(due_at__lte=now).alias(of_staff=Q(network="")).order_by("of_staff", "due_at", "pk")
    for asked in due[:BATCH]:
        mailed = to_mailbox(asked.mailbox).filter(mailed_at__gt=now - DAY).exclude(pk=asked.pk)
        try:
            reply = reply_to(asked, mailed_lately=mailed.exists())
        except Exception:
            logger.exception("A sign-up could not be understood")
            _put_off(asked)
            continue
        asked.due_at, asked.mailed_at = (now + LEASE, now) if reply else (None, asked.mailed_at)
        asked.save(update_fields=["due_at", "mailed_at"])
        if reply:
            return asked, reply
    return None


def _answered(asked: SignUp) -> bool:
    return bool(SignUp.objects.filter(pk=asked.pk).update(due_at=None))


def _hear_refusal(asked: SignUp, refusal: smtplib.SMTPRecipientsRefused) -> None:
    """No such mailbox: that was the answer. Not now: some servers say so to everybody who is new to them."""
    codes = [code for code, _words in refusal.recipients.values()]
    if any(400 <= code < 500 for code in codes):
        _put_off(asked)
    else:
        _answered(asked)


def _put_off(asked: SignUp) -> None:
    """Try again; each time after as long as it has waited already."""
    now = timezone.now()
    pause = min(max(now - asked.created_at, AGAIN), AT_MOST)
    SignUp.objects.filter(pk=asked.pk).update(due_at=now + pause, mailed_at=None)


def _put_off_all(asked: SignUp) -> None:
    """The mail server is away: it is asked for one of them, not for each."""
    _put_off(asked)
    now = timezone.now()
    SignUp.objects.filter(due_at__lte=now).update(due_at=now + AGAIN)
