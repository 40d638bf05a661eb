"""Answering sign-ups: whom each is about, which letter it gets, and sending that."""

from __future__ import annotations

import logging
import smtplib
import time
from datetime import timedelta

from django.core.mail import get_connection
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from statuspage.publishing.models import StatusPage
from statuspage.subscribers.asking import DAY
from statuspage.subscribers.django_mail import judged
from statuspage.subscribers.models import Channel, SignUp, is_read_by
from statuspage.subscribers.outcomes import Outcome, Verdict
from statuspage.subscribers.replies import Reply, reply_to
from statuspage.subscribers.settling import let_rest, rests, works_again

logger = logging.getLogger(__name__)

# Over all: a flood of sign-ups must neither keep news waiting nor cost the sender its name.
PER_MINUTE = 60
MINUTE = timedelta(minutes=1)
# For how long a sign-up belongs to whoever answers it; longer than any mail server may take.
LEASE = timedelta(minutes=5)
# Seconds: the clock has other duties, and a mail server that hangs must not stop it.
TURN, TIMEOUT = 2.0, 10
# How long one waits whose letter could not be sent, at first and at most.
AGAIN, AT_MOST = MINUTE, timedelta(hours=1)


def answer_sign_ups() -> int:
    """Mail those who asked, readers before lists, the first to ask first, for one turn; tells how many letters left.

    Harmless to run twice at once, or late: whoever takes a sign-up has it alone for a while.
    """
    connection, sent, deadline = get_connection(timeout=TIMEOUT), 0, time.monotonic() + TURN
    try:
        while time.monotonic() < deadline and (taken := _take()):
            asked, reply = taken
            if reply is None:
                continue
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
            except Exception as error:
                # Whatever the mail server or its client raises.
                if not _may_go_on(asked, error):
                    break
            else:
                if not sent:
                    works_again(Channel.EMAIL)
                sent += _answered(asked)
    finally:
        connection.close()
    return sent


@transaction.atomic
def _take() -> tuple[SignUp, Reply | None] | None:
    """The next sign-up, for this process alone, and the letter that it deserves, if any; None where none may be sent
    now. One in each transaction: whoever posts an update meanwhile waits for no other."""
    # One at a time: two that count at once would both find room for one more.
    StatusPage.objects.select_for_update().get()
    now = timezone.now()
    if rests(Channel.EMAIL) or SignUp.objects.filter(mailed_at__gt=now - MINUTE).count() >= PER_MINUTE:
        return None
    # Whoever waits before the page comes before a list, however long that is.
    due = SignUp.objects.filter(due_at__lte=now).alias(of_staff=Q(network="")).order_by("of_staff", "due_at", "pk")
    asked = due.first()
    if asked is None:
        return None
    others = SignUp.objects.filter(is_read_by(asked.mailbox)).exclude(pk=asked.pk)
    mailed_at = others.aggregate(last=Max("mailed_at"))["last"]
    try:
        reply = reply_to(asked, mailed_lately=bool(mailed_at and mailed_at > now - DAY))
    except Exception:
        logger.exception("A sign-up could not be understood")
        _put_off(asked)
        return asked, None
    if reply:
        SignUp.objects.filter(pk=asked.pk).update(due_at=now + LEASE, mailed_at=now)
    else:
        _answered(asked)
    return asked, reply


def _answered(asked: SignUp) -> bool:
    return bool(SignUp.objects.filter(pk=asked.pk).update(due_at=None))


def _may_go_on(asked: SignUp, error: Exception) -> bool:
    """Write down what it means that a letter could not be sent; tells whether it concerns this one alone."""
    outcome = _meaning(error)
    if outcome.verdict == Verdict.OURS:
        logger.warning("Letters to those who sign up cannot be sent; they wait: %r", error)
        let_rest(Channel.EMAIL, outcome.reason)
    if outcome.verdict in (Verdict.OURS, Verdict.DEFERRED):
        _put_off(asked)
    else:
        _answered(asked)
    return outcome.verdict != Verdict.OURS


def _meaning(error: Exception) -> Outcome:
    """No such mailbox: that was the answer. Not now: some servers say so to everybody who is new to them."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        later = any(400 <= code < 500 for code, _words in error.recipients.values())
        return Outcome(Verdict.DEFERRED if later else Verdict.BAD_ADDRESS)
    if isinstance(error, smtplib.SMTPDataError):
        # Strangers choose whom it is for: what their server thinks of it must not make news rest.
        return Outcome(Verdict.DEFERRED)
    return judged(error)


def _put_off(asked: SignUp) -> None:
    """Try again; each time after as long as it has waited already."""
    now = timezone.now()
    pause = min(max(now - asked.created_at, AGAIN), AT_MOST)
    SignUp.objects.filter(pk=asked.pk).update(due_at=now + pause, mailed_at=None)
