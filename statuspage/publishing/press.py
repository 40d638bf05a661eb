"""Turning committed facts into public files."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import chain, islice
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet
from django.utils import timezone, translation

from statuspage.publishing import store
from statuspage.publishing.models import Owed, StatusPage
from statuspage.publishing.pages import Page, prefix, registry

logger = logging.getLogger(__name__)

# How many pages a responder may have to wait for while everything is rendered anew.
BATCH = 20
# How many seconds of everything fit in one turn of the clock, which has other duties.
TURN = 1.0
# How long a change that could not be published waits for its next turn.
AGAIN = timedelta(seconds=10)

Wanted = Callable[[Page], Iterable[Any]]


def publish(*changed: Model) -> None:
    """Render and store the pages that tell of what changed, then the overviews; with nothing given, every page.

    In every language. A page that cannot be rendered is logged and keeps its last good file; the others go on. Facts
    are read and pages rendered inside the store's lock: whoever comes last has seen every commit, so an older page can
    never land last.
    """
    if changed:
        _Press().run(_telling_of(changed), _current)
        return
    done = list(Owed.objects.values_list("pk", flat=True))
    for _ in _everything([]):
        pass
    Owed.objects.filter(pk__in=done).delete()


def publish_at_once(*changed: Model) -> bool:
    """The part of `publish` that a request waits for: what readers look at first, in the page's own language.

    Tells whether readers have all of it now.
    """
    press = _Press(at_once=True)
    try:
        with store.lock():
            press.run(_telling_of(changed), _current)
    except OSError:
        press.failed = True
        logger.exception("The public files cannot be written")
    return not press.failed


def publish_overviews() -> None:
    """Render what may change by itself: the retry for a publish that failed, and the change of day."""
    _Press().run(_current)


def publish_owed() -> None:
    """Publish what changes still owe, then go on with everything, if that is owed, for one turn.

    Rows go after the work, and only those that were seen: a change that comes meanwhile, or a process that dies, loses
    nothing.
    """
    owed = list(Owed.objects.filter(due_at__lte=timezone.now()).order_by("pk"))
    changes = [one for one in owed if one.model]
    if changes:
        _publish_changes(changes)
    whole = [one for one in owed if not one.model]
    if whole:
        _publish_for_a_turn(whole[0], whole[1:])


def _publish_changes(owed: list[Owed]) -> None:
    rows = Owed.objects.filter(pk__in=[one.pk for one in owed])
    # Tried again after a while, even if this process does not live to say that it failed.
    rows.update(due_at=timezone.now() + AGAIN)
    press = _Press()
    press.run(_telling_of(list(_objects(owed))), _current)
    if press.failed:
        rows.update(failed=True)
    else:
        rows.delete()


def _publish_for_a_turn(owed: Owed, others: Iterable[Owed]) -> None:
    """Go on with everything. A run that only begins does the work of all that was asked for before it."""
    if not owed.reached:
        Owed.objects.filter(pk__in=[one.pk for one in others]).delete()
    deadline = time.monotonic() + TURN
    for reached in _everything(owed.reached, began=owed.since.timestamp()):
        Owed.objects.filter(pk=owed.pk).update(reached=reached)
        if time.monotonic() > deadline:
            return
    owed.delete()


def _objects(owed: Iterable[Owed]) -> Iterator[Model]:
    """What changed and is still there, each once; what is gone is told of by the overviews."""
    keys: dict[str, set[int | None]] = {}
    for one in owed:
        keys.setdefault(one.model, set()).add(one.key)
    for label, wanted in keys.items():
        yield from apps.get_model(label)._default_manager.filter(pk__in=wanted - {None})


def _telling_of(changed: Iterable[Model]) -> Wanted:
    return lambda kind: chain.from_iterable(kind.concerned(one) for one in changed)


def _current(kind: Page) -> Iterable[Any]:
    return kind.current()


def _everything(reached: list[int], *, began: float | None = None) -> Iterator[list[int]]:
    """Every page, a batch at a time, from where an earlier run came to; tells after each batch how far it is.

    Whoever waits for the lock comes between two batches: a responder's click must not wait for all of the history.
    """
    began = began or time.time()
    press = _Press()
    steps = [(language, kind) for language in press.page.languages for kind in registry if press.speaks(kind, language)]
    first, last_key = reached or (0, 0)
    for step, (language, kind) in islice(enumerate(steps), first, None):
        more = True
        while more:
            last_key = press.store_batch(kind, language, after=last_key)
            more = bool(last_key)
            yield [step + (not more), last_key]
            time.sleep(0.002)
    with press.failing_alone("What nobody claims any more"), store.lock():
        store.remove_all_but(press.claims(), older_than=began)


class _Press:
    """One run: in which languages, of which kinds of page, and what it has stored already."""

    def __init__(self, *, at_once: bool = False) -> None:
        self.page = StatusPage.objects.get()
        self.at_once = at_once
        self.failed = False
        self.stored: set[str] = set()

    def speaks(self, kind: Page, language: str) -> bool:
        """Whether this run publishes a kind of page in a language."""
        return (kind.translated or language == self.page.locale) and not (self.at_once and kind.deferred)

    def run(self, *wanted: Wanted) -> None:
        """Store the wanted pages, the page's own language first."""
        self.page = StatusPage.objects.get()
        for language in [self.page.locale] if self.at_once else self.page.languages:
            for want in wanted:
                for kind in registry:
                    if self.speaks(kind, language):
                        with self._turn(), self.failing_alone(kind):
                            self.store(kind, want(kind), language)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """The lock for a few pages, and the site as it is now; a run at once holds it from its beginning to its end.

        A run that releases the lock must read again: its owner may have renamed the site meanwhile.
        """
        if self.at_once:
            yield
            return
        with store.lock():
            self.page = StatusPage.objects.get()
            yield

    def store_batch(self, kind: Page, language: str, *, after: int) -> int:
        """Store the next few pages of a kind; tells the key of the last subject, or 0 where no more are to come.

        Subjects of the database are not read before their turn, inside the lock.
        """
        with self._turn(), self.failing_alone(kind):
            subjects = kind.subjects()
            if isinstance(subjects, QuerySet):
                subjects = list(subjects.filter(pk__gt=after).order_by("pk")[:BATCH])
                self.store(kind, subjects, language)
                return subjects[-1].pk if len(subjects) == BATCH else 0
            self.store(kind, subjects, language)
        return 0

    def store(self, kind: Page, subjects: Iterable[Any], language: str) -> None:
        """Render and store the page of each subject, once."""
        with translation.override(language):
            for subject in subjects:
                location = self.location(kind, subject, language)
                if location not in self.stored:
                    self.stored.add(location)
                    with self.failing_alone(location):
                        body = kind.body(subject, self.page)
                        if body is None:
                            store.remove(location)
                        else:
                            store.put(location, body)

    def location(self, kind: Page, subject: Any, language: str) -> str:
        """Where a page is in a language."""
        return f"{prefix(self.page, language) if kind.translated else ''}{kind.location(subject)}"

    def claims(self) -> set[str]:
        """Every location that the site has."""
        return {
            self.location(kind, subject, language)
            for language in self.page.languages
            for kind in registry
            if self.speaks(kind, language)
            for subject in kind.subjects()
        }

    @contextmanager
    def failing_alone(self, what: Page | str) -> Iterator[None]:
        """Log a failure, and let the rest go on."""
        try:
            yield
        except Exception:
            self.failed = True
            logger.exception("%s could not be published", what if isinstance(what, str) else type(what).__name__)
