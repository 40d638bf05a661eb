"""The ledger of deliveries, as senders work on it: in SQL, for it is asked once or twice for each message.

Whose line it is stands in the line itself: a claim writes its token and moves `next_at` to the end of its lease. Each
line is asked for once more right before its message leaves (`take_next`), so a sender that was frozen past its lease
sends at most the message it had in hand. Works the same on SQLite and PostgreSQL, by the database's own clock.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple, TypeVar

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from statuspage.subscribers.models import Delivery, Notice, Subscriber
from statuspage.subscribers.prepared import Prepared

State = Delivery.State
T = TypeVar("T")
# Endpoints of which nothing is heard but failures come so many seconds behind those that work.
BEHIND = 10
# How long a claimed line belongs to its sender, in seconds; longer than a batch and its slowest message.
LEASE = 120
# So many subscribers are written down at once: some tenths of a second.
SLICE = 10_000
# A line that was taken up this often without an answer ends its sender each time.
POISON = 5
TABLES = {"delivery": Delivery._meta.db_table, "subscriber": Subscriber._meta.db_table}

FAN_OUT = """
    INSERT INTO {delivery} (notice_id, subscriber_id, channel, state, attempts, answers, next_at, token, last_error)
    SELECT %s, who.id, who.channel, 'pending', 0, 0, CASE WHEN who.failing_since IS NULL THEN {now} ELSE {behind} END,
        '', '' FROM ({interested}) AS who WHERE true
    ON CONFLICT DO NOTHING"""
# Materialized, or PostgreSQL may ask for the due ones again and again, and claim more than so many.
CLAIM = """
    WITH due AS MATERIALIZED (
        SELECT id FROM {delivery} WHERE state = 'pending' AND channel IN ({channels}) AND next_at <= {now}
        ORDER BY next_at LIMIT %s {skipping}
    ) UPDATE {delivery} SET token = %s, next_at = {lease} WHERE id {among}
    RETURNING subscriber_id, id, notice_id, attempts, answers"""
# Asked by itself: joined to the claim, a planner that knows little of either table reads all subscribers each time.
CLAIMED = """
    SELECT id, code, secret, channel, address, locale, time_zone, strikes FROM {subscriber}
    WHERE id IN ({ids}) AND unsubscribed_at IS NULL AND suspended_at IS NULL"""
# One statement for two lines: the one whose message was taken, and the one whose message is to leave next.
TAKE_NEXT = """
    UPDATE {delivery} SET
        state = CASE WHEN id = {sent} THEN 'sent' ELSE state END,
        sent_at = CASE WHEN id = {sent} THEN {now} ELSE sent_at END,
        attempts = CASE WHEN id = {next} THEN attempts + 1 ELSE attempts END
    WHERE (id = {sent} AND state <> 'sent')
        OR (id = {next} AND token = {token} AND state = 'pending' AND next_at > {now})
    RETURNING id"""


class Line(NamedTuple):
    """A claimed line of the ledger, with what its message needs of whoever is told."""

    id: int
    notice_id: int
    attempts: int
    answers: int
    subscriber_id: int
    code: str
    secret: str
    channel: str
    address: str
    locale: str
    time_zone: str
    strikes: int

    @property
    def is_suspect(self) -> bool:
        """Whether it was taken up before and never answered for: perhaps it ended its sender."""
        return self.attempts > self.answers


@dataclass
class Taken:
    """Whether the line that was asked for is this sender's to send; known once the ledger has answered."""

    is_ours: bool = False


@dataclass(frozen=True)
class Claim:
    """Lines that belong to one sender until a reading of the monotonic clock, taken before they were claimed."""

    token: str
    until: float
    lines: list[Line]

    def has(self, seconds: float) -> bool:
        """Whether a message that may take this long can still be sent within the lease."""
        return self.until - time.monotonic() > seconds


@transaction.atomic
def fan_out(notice: Notice) -> int | None:
    """Write down the next of those who are to be told, in one statement; tells how many, None where there is no more.

    A slice at a time: the first can be told while the last are written down. Whoever comes after a writer that died
    goes on behind its last slice; repeating one adds nobody.
    """
    # Withdrawn meanwhile, written to the end, or in the hands of another: the lock shows it.
    locked = Notice.objects.select_for_update(skip_locked=True).due().filter(pk=notice.pk).first()
    if locked is None:
        return None
    following = Subscriber.objects.filter(pk__gt=locked.written_to).order_by("pk")
    last = following.values_list("pk", flat=True)[SLICE - 1 : SLICE].first()
    found = Subscriber.objects.interested_in(locked).filter(pk__gt=locked.written_to)
    if last is not None:
        found = found.filter(pk__lte=last)
    interested, values = found.order_by("pk").values("id", "channel", "failing_since").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_sql(FAN_OUT, interested=interested), [locked.pk, *values])
        count = cursor.rowcount
    locked.fanned_out_at, locked.written_to = locked.fanned_out_at or timezone.now(), last
    locked.save(update_fields=["fanned_out_at", "written_to"])
    return count


def claim(channels: Iterable[str], *, limit: int) -> Claim:
    """Take up to so many due lines of some channels for this sender alone; those that failed least come first."""
    token, wanted = secrets.token_hex(16), list(channels)
    on_postgresql = connection.vendor == "postgresql"
    statement = _sql(
        CLAIM,
        channels=_places(wanted),
        skipping="FOR UPDATE SKIP LOCKED" if on_postgresql else "",
        among="= ANY (ARRAY(SELECT id FROM due))" if on_postgresql else "IN (SELECT id FROM due)",
    )
    while True:
        until = time.monotonic() + LEASE
        with connection.cursor() as cursor:
            cursor.execute(statement, [*wanted, limit, token])
            claimed = cursor.fetchall()
            if not claimed:
                return Claim(token, until, [])
            cursor.execute(_sql(CLAIMED, ids=_places(claimed)), [who for who, *_ in claimed])
            listening = {told[0]: told for told in cursor.fetchall()}
        lines = [Line(*facts, *listening[who]) for who, *facts in claimed if who in listening]
        if len(lines) < len(claimed):
            # Whoever left while they were written down is not told, nor is somebody erased.
            unwanted = {key for _, key, *_ in claimed} - {line.id for line in lines}
            Delivery.objects.filter(pk__in=unwanted, token=token, state=State.PENDING).update(state=State.DROPPED)
        if lines:
            return Claim(token, until, sorted(lines, key=lambda line: (line.attempts, line.id)))


def take_next(claim: Claim, *, sent: Line | None, next: Line | None) -> bool:
    """Mark the line whose message was taken, and tell whether the next one is still ours and wanted."""
    with taking_next(claim, sent=sent, next=next) as taken:
        pass
    return taken.is_ours


@contextmanager
def taking_next(claim: Claim, *, sent: Line | None, next: Line | None) -> Iterator[Taken]:
    """The same, while something is done that asks nothing of the database: the mark is on its way, and holds.

    Asked before each message: it counts the attempt, and says no where the lease is over, or nobody is to be told. A
    database that restarts is waited for as long as the lease lasts: what was sent must not be forgotten.
    """
    taken, values = Taken(), (sent.id if sent else None, next.id if next else None, claim.token)
    answer = _insist(claim, lambda: _statement().ask(*values))
    try:
        yield taken
    finally:
        # Marked once more where it restarted in between: that does no harm.
        found = _insist(claim, answer, again=lambda: _statement().ask(*values)())
        taken.is_ours = next is not None and next.id in found


def put_off(claim: Claim, line: Line, *, until: datetime, reason: str) -> None:
    """Try again then; the answer that asked for it is counted."""
    _of(claim, line).update(next_at=until, token="", last_error=reason, answers=F("answers") + 1)


def fail(claim: Claim, line: Line, *, reason: str) -> None:
    """Nobody was told, and nobody will be unless somebody at the desk asks for it."""
    _of(claim, line).update(state=State.FAILED, token="", last_error=reason)


def give_back(claim: Claim, *lines: Line, later: timedelta = timedelta(0), uncounted: bool = False) -> None:
    """Let others, or this sender later, take lines up again; `uncounted` takes back the attempt that was counted."""
    if not lines:
        return
    found = Delivery.objects.filter(pk__in=[line.id for line in lines], token=claim.token, state=State.PENDING)
    changes = {"attempts": F("attempts") - 1} if uncounted else {}
    now = timezone.now()
    # SQLite's clock knows no less than a millisecond: what is due at once must be due by it, too.
    now -= timedelta(microseconds=now.microsecond % 1000)
    found.update(next_at=now + later, token="", **changes)


def discount(claim: Claim, line: Line) -> None:
    """Take back the attempt that `take_next` has counted; the line stays with its sender."""
    _of(claim, line).update(attempts=F("attempts") - 1)


def bury() -> int:
    """Fail the lines that ended their sender each time they were taken up; the others must go on."""
    poisoned = Delivery.objects.filter(
        state=State.PENDING, next_at__lte=timezone.now(), attempts__gte=F("answers") + POISON
    )
    return poisoned.update(state=State.FAILED, token="", last_error="The sender ended each time it took this up.")


def _of(claim: Claim, line: Line) -> QuerySet[Delivery]:
    return Delivery.objects.filter(pk=line.id, token=claim.token, state=State.PENDING)


@cache
def _statement() -> Prepared:
    """What is asked for each message, put into words once."""
    sign = "$" if connection.vendor == "postgresql" else "?"
    statement = _sql(TAKE_NEXT, sent=f"{sign}1", next=f"{sign}2", token=f"{sign}3")
    return Prepared("take_next", statement.replace("%%", "%"))


def _insist(claim: Claim, ask: Callable[[], T], *, again: Callable[[], T] | None = None) -> T:
    while True:
        try:
            return ask()
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block or not claim.has(0):
                raise
            connection.close()
            time.sleep(0.25)
            ask = again or ask


def _places(values: Sized) -> str:
    return ", ".join(["%s"] * len(values))


def _sql(statement: str, **parts: str) -> str:
    """A statement in the words of this database: its own clock, and moments ahead by it."""
    if connection.vendor == "postgresql":
        now = "statement_timestamp()"
        lease, behind = (f"{now} + interval '{seconds} seconds'" for seconds in (LEASE, BEHIND))
    else:
        ahead = ("", f", '+{LEASE} seconds'", f", '+{BEHIND} seconds'")
        now, lease, behind = (f"strftime('%%Y-%%m-%%d %%H:%%M:%%f000', 'now'{shift})" for shift in ahead)
    return statement.format(now=now, lease=lease, behind=behind, **TABLES, **parts)
