"""Taking a list of subscribers in: all of it, or nothing with the reasons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.utils import timezone

from statuspage.subscribers import many
from statuspage.subscribers.many import key_of
from statuspage.subscribers.models import Channel, SignUp, Subscriber
from statuspage.subscribers.reading import Wanted, read
from statuspage.subscribers.replies import NEVER
from statuspage.subscribers.scopes import covers
from statuspage.subscribers.services import Scope

MEANWHILE = "Somebody of the list subscribed at this very moment. Import it once more."


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
    try:
        _take_in(reading.wanted, done, proof=proof)
    except IntegrityError:
        return Import(problems=[MEANWHILE])
    return done


@transaction.atomic
def _take_in(wanted: list[Wanted], done: Import, *, proof: str) -> None:
    """All of it in one transaction, of few statements: a responder who posts meanwhile waits for it."""
    known = many.known_among(wanted)
    askable = None if proof else _Askable()
    new: list[Wanted] = []
    widened: list[tuple[Subscriber, Scope]] = []
    for one in wanted:
        subscriber = known.get(key_of(one))
        if why := _barred(subscriber) or (askable and askable.reason_against(one, subscriber)):
            done.notes.append(f"line {one.line}: left out, {one.address} {why}.")
        elif subscriber and covers(subscriber, one.scope):
            done.unchanged += 1
        elif subscriber and proof:
            widened.append((subscriber, one.scope))
        else:
            new.append(one)
    if proof:
        many.subscribe_all(new, proof=proof, at=timezone.now())
        many.widen_all(widened)
        done.new, done.changed = len(new), len(widened)
    elif new:
        many.ask_all(new)
        done.asked = len(new)


def _barred(known: Subscriber | None) -> str:
    """Why somebody is not brought back."""
    if known and known.unsubscribed_at:
        return "left here on their own"
    return f"is suspended: {known.get_suspension_display()}" if known and known.suspended_at else ""


class _Askable:
    """Knows whom a letter would not reach, and who has one already: whoever is counted as asked is asked."""

    def __init__(self) -> None:
        refused = Subscriber.objects.filter(channel=Channel.EMAIL, suspension__in=NEVER)
        self.refused = {address.lower() for address in refused.values_list("address", flat=True)}
        self.asked = {key_of(one): Scope.of(one.scope) for one in SignUp.objects.filter(network="")}

    def reason_against(self, one: Wanted, known: Subscriber | None) -> str:
        """Why somebody is not asked, in words that go on after their address; empty where they are."""
        if one.contact.lower() in self.refused:
            return f"is looked after by {one.contact}, who is suspended"
        if known and known.mailbox.lower() != (one.contact or one.address).lower():
            return "is looked after by somebody else"
        if not known and self.asked.get(key_of(one)) == one.scope:
            return "was asked by an import before, and has not confirmed it"
        return ""
