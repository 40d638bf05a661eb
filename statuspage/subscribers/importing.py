"""Taking a list of subscribers in: all of it, or nothing with the reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models.functions import Lower

from statuspage.subscribers import services
from statuspage.subscribers.models import Subscriber
from statuspage.subscribers.reading import Reading, Wanted, read
from statuspage.subscribers.scopes import covers

# A few at a time: a responder who posts meanwhile must not wait for all of them.
BATCH = 100


@dataclass
class Import:
    """What an import did, or why it did nothing."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    asked: int = 0
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """The report as it is told."""
        if self.problems:
            yield "Nothing was imported. What needs another look:"
            yield from self.problems
            return
        if self.asked:
            yield f"{self.asked} asked to confirm; the letters go out as fast as the limit of sixty a minute lets them."
        yield f"{self.new} new, {self.changed} changed, {self.unchanged} unchanged, {len(self.notes)} left out."
        yield from self.notes


def import_subscribers(content: bytes, *, proof: str = "", most: int | None = None) -> Import:
    """Take in a file of CSV: as subscribers where `proof` says how they agreed, else each is asked by mail first.

    Nobody is brought back who left here, or whose address was suspended. Raises reading.Unreadable.
    """
    reading = read(content)
    done = Import(problems=reading.problems, notes=reading.notes)
    if most and len(reading.wanted) > most:
        done.problems.append(f"There are {len(reading.wanted)} lines; {most} fit here. Use manage import_subscribers.")
    if done.problems:
        return done
    waiting = iter(_allowed(reading, done))
    while batch := list(islice(waiting, BATCH)):
        _write(batch, done, proof=proof)
    return done


def _allowed(reading: Reading, done: Import) -> list[Wanted]:
    """Those who may be told, by what became of their addresses here."""
    barred: dict[tuple[str, str], str] = {}
    for one in Subscriber.objects.exclude(unsubscribed_at=None, suspended_at=None):
        why = "left here on their own" if one.unsubscribed_at else f"is suspended: {one.get_suspension_display()}"
        barred[one.channel, one.address.lower()] = why
    allowed = []
    for wanted in reading.wanted:
        if fate := barred.get((wanted.channel, wanted.address.lower())):
            done.notes.append(f"line {wanted.line}: left out, {wanted.address} {fate}.")
        else:
            allowed.append(wanted)
    return allowed


@transaction.atomic
def _write(batch: Iterable[Wanted], done: Import, *, proof: str) -> None:
    listed = {one.address.lower(): one for one in batch}
    found = Subscriber.objects.alias(lower=Lower("address")).filter(lower__in=listed)
    known = {(one.channel, one.address.lower()): one for one in found.prefetch_related("groups", "components")}
    for wanted in batch:
        subscriber = known.get((wanted.channel, wanted.address.lower()))
        told: dict[str, Any] = asdict(wanted) | {"scope": wanted.scope}
        del told["line"]
        if subscriber and covers(subscriber, wanted.scope):
            done.unchanged += 1
        elif proof:
            services.subscribe_verified(**told, proof=proof)
            done.new, done.changed = done.new + (subscriber is None), done.changed + (subscriber is not None)
        else:
            services.sign_up(**told)
            done.asked += 1
