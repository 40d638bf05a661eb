"""Turning committed facts into public files."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from enum import Enum, auto
from itertools import chain, islice, product
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet
from django.utils import timezone, translation

from statuspage.publishing import store, times
from statuspage.publishing.models import Owed, StatusPage
from statuspage.publishing.pages import Page, prefix, registry

logger = logging.getLogger(__name__)

# How many pages a responder may have to wait for while everything is rendered anew.
BATCH = 10
# How many seconds of everything fit in one turn of the clock, which has other duties.
TURN = 1.0
# How long a change that could not be published waits for its next turn, at first and at most.
AGAIN, AT_MOST = timedelta(seconds=10), timedelta(hours=1)
# How long one process may take for what is owed before another tries.
LEASE = timedelta(minutes=3)
HEARTBEAT = "/heartbeat.json"

Wanted = Callable[[Page], Iterable[Any]]


class Share(Enum):
    """Which pages a run stores: all of them, what a request waits for, or what such a request left for later."""

    WHOLE = auto()
    AT_ONCE = auto()
    REST = auto()


def publish(*changed: Model) -> bool:
    """Render and store the pages that tell of what changed, then the overviews; with nothing given, every page.

    In every language; tells whether readers have all of it now. A page that cannot be rendered is logged and keeps its
    last good file; the others go on. Facts are read and pages rendered inside the store's lock: whoever comes last has
    seen every commit, so an older page can never land last.
    """
    press = _Press()
    if changed:
        return press.run(_telling_of(changed), _current)
    done = list(Owed.objects.values_list("pk", flat=True))
    for _ in _everything(press, []):
        pass
    if not press.failed:
        Owed.objects.filter(pk__in=done).delete()
    return not press.failed


def publish_alone(*changed: Model) -> bool:
    """Render and store the pages that tell of what changed and no overview; tells whether readers have them now."""
    return _Press().run(_telling_of(changed))


def publish_at_once(*changed: Model, owed: Iterable[Owed] = ()) -> bool:
    """The part of `publish` that a request waits for: what readers look at first, in the page's own language.

    Tells whether readers have all of it now, and the rows that owe it how far it came.
    """
    rows = Owed.objects.filter(pk__in=[one.pk for one in owed])
    try:
        with store.lock():
            pressed = _Press(Share.AT_ONCE).run(_telling_of(changed), _current)
            rows.update(pressed=pressed, failed=not pressed)
            return pressed
    except OSError:
        logger.exception("The public files cannot be written")
        rows.update(failed=True)
        return False


def publish_overviews() -> None:
    """Render what may change by itself: the retry for a publish that failed, and the change of day."""
    _Press().run(_current)


def publish_owed() -> bool:
    """Publish what changes still owe, then go on with everything, if that is owed, for one turn; tells if more is due.

    Rows go after the work, and only those that were seen: a change that comes meanwhile, or a process that dies, loses
    nothing.
    """
    due = Owed.objects.filter(due_at__lte=timezone.now()).order_by("pk")
    if not due.exists():
        return False
    # A request that presses now says before it is through what it leaves for later.
    with store.lock():
        owed = list(due)
    # Nobody else takes them meanwhile, unless this process does not live to say how it went.
    Owed.objects.filter(pk__in=[one.pk for one in owed]).update(due_at=timezone.now() + LEASE)
    changes = [one for one in owed if one.model]
    if changes:
        share = Share.REST if all(one.pressed for one in changes) else Share.WHOLE
        if _Press(share).run(_telling_of(list(_objects(changes))), _current):
            done = changes
        else:
            done = list(_without_what_fails(changes)) if _Press().run(_current) else []
        Owed.objects.filter(pk__in=[one.pk for one in done]).delete()
        _postpone(one for one in changes if one not in done)
    whole = [one for one in owed if not one.model]
    return bool(whole) and _publish_for_a_turn(whole[0], whole[1:])


def _without_what_fails(changes: Iterable[Owed]) -> Iterator[Owed]:
    """Those whose own pages can all be published: one that cannot holds up nobody."""
    return (one for one in changes if publish_alone(*_objects([one])))


def _postpone(owed: Iterable[Owed]) -> None:
    """Try again after a while, and no secret of it; each time after as long as it has waited already."""
    for one in owed:
        pause = min(max(timezone.now() - one.since, AGAIN), AT_MOST)
        Owed.objects.filter(pk=one.pk).update(failed=True, reached=[], due_at=timezone.now() + pause)


def _publish_for_a_turn(owed: Owed, others: Iterable[Owed]) -> bool:
    """Go on with everything, and tell if it goes on. A run that only begins does what was asked for before it."""
    if not owed.reached:
        Owed.objects.filter(pk__in=[one.pk for one in others]).delete()
    row = Owed.objects.filter(pk=owed.pk)
    deadline, press = time.monotonic() + TURN, _Press()
    press.failed = any(owed.reached[2:])
    for reached in _everything(press, owed.reached[:2]):
        row.update(reached=[*reached, press.failed])
        if time.monotonic() > deadline:
            row.update(due_at=timezone.now())
            return True
    if press.failed:
        _postpone([owed])
    else:
        row.delete()
    return False


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


def _everything(press: _Press, reached: list[int]) -> Iterator[list[int]]:
    """Every page, a batch at a time, from where an earlier run came to; tells after each batch how far it is.

    Whoever waits for the lock comes between two batches: a responder's click must not wait for all of the history.
    """
    steps = [(language, kind) for language in press.page.languages for kind in registry if press.speaks(kind, language)]
    first, last_key = reached or (0, 0)
    for step, (language, kind) in islice(enumerate(steps), first, None):
        more = True
        while more:
            last_key = press.store_batch(kind, language, after=last_key)
            more = bool(last_key)
            yield [step + (not more), last_key]
            time.sleep(0.002)
    with press.failing_alone("What nobody claims any more"):
        # What is stored from here on may belong to something that the claims do not know yet.
        began = time.time()
        claims = press.claims()
        with store.lock(), store.lock(deferred=True):
            store.remove_all_but(claims, older_than=began)
            store.say_whole()
        if not press.failed:
            press.confirm()


class _Press:
    """One run: in which languages, of which kinds of page, what it has stored already, and whether something failed."""

    def __init__(self, share: Share = Share.WHOLE) -> None:
        self.page = StatusPage.objects.get()
        self.share = share
        self.failed = False
        self.stored: set[str] = set()

    def speaks(self, kind: Page, language: str) -> bool:
        """Whether this run publishes a kind of page in a language."""
        is_own = language == self.page.locale
        spoken = language in self.page.languages if kind.translated else is_own
        share = Share.AT_ONCE if is_own and not kind.deferred else Share.REST
        return spoken and self.share in {share, Share.WHOLE}

    def run(self, *wanted: Wanted) -> bool:
        """Store the wanted pages; tells whether all of them are stored.

        What readers look at first comes first, in the page's own language, then in all others.
        """
        self.page = StatusPage.objects.get()
        for deferred, language, want, kind in product((False, True), self.page.languages, wanted, registry):
            while kind.deferred == deferred and self.speaks(kind, language) and self._store_some(kind, want, language):
                # Whoever waits for the lock comes first.
                time.sleep(0.002)
        if _current in wanted and not self.failed:
            self.confirm()
        return not self.failed

    def _store_some(self, kind: Page, want: Wanted, language: str) -> bool:
        """Store a batch of what is wanted of a kind; tells whether more may be to come."""
        with self.failing_alone(kind), self._turn(kind, language):
            # Asked again: the languages may be others by now.
            if self.speaks(kind, language):
                return self.store(kind, want(kind), language, most=None if self.share == Share.AT_ONCE else BATCH)
        return False

    @contextmanager
    def _turn(self, kind: Page, language: str) -> Iterator[None]:
        """The lock for a few pages, and the site as it is now; a run at once holds it from its beginning to its end.

        A run that releases the lock must read again: its owner may have renamed the site meanwhile.
        """
        if self.share == Share.AT_ONCE:
            yield
            return
        with store.lock(deferred=kind.deferred or language != self.page.locale):
            self.page = StatusPage.objects.get()
            yield

    def confirm(self) -> None:
        """Say when the site was last known to say what the record says: readers' pages look at it."""
        with self.failing_alone(HEARTBEAT):
            store.put(HEARTBEAT, json.dumps({"confirmed_at": times.machine(timezone.now())}).encode())

    def store_batch(self, kind: Page, language: str, *, after: int) -> int:
        """Store the next few pages of a kind; tells how far that came, or 0 where no more are to come.

        Subjects of the database are not read before their turn, inside the lock.
        """
        with self.failing_alone(kind), self._turn(kind, language):
            if not self.speaks(kind, language):
                return 0
            subjects = kind.subjects()
            if isinstance(subjects, QuerySet):
                batch = list(subjects.filter(pk__gt=after).order_by("pk")[:BATCH])
                reached = batch[-1].pk if len(batch) == BATCH else 0
            else:
                batch = list(islice(subjects, after, after + BATCH))
                reached = after + BATCH if len(batch) == BATCH else 0
            self.store(kind, batch, language)
            return reached
        return 0

    def store(self, kind: Page, subjects: Iterable[Any], language: str, *, most: int | None = None) -> bool:
        """Render and store the page of each subject, once; tells whether it stopped at the most there may be."""
        count = 0
        with translation.override(language):
            for subject in subjects:
                location = self.location(kind, subject, language)
                if location in self.stored:
                    continue
                if count == most:
                    return True
                count += 1
                self.stored.add(location)
                with self.failing_alone(location):
                    body = kind.body(subject, self.page)
                    if body is None:
                        store.remove(location)
                    else:
                        store.put(location, body)
        return False

    def location(self, kind: Page, subject: Any, language: str) -> str:
        """Where a page is in a language."""
        return f"{prefix(self.page, language) if kind.translated else ''}{kind.location(subject)}"

    def claims(self) -> set[str]:
        """Every location that the site has."""
        self.page = StatusPage.objects.get()
        found = {HEARTBEAT}
        for kind in registry:
            locations = list(_locations(kind))
            for language in self.page.languages:
                if self.speaks(kind, language):
                    before = prefix(self.page, language) if kind.translated else ""
                    found |= {f"{before}{location}" for location in locations}
        return found

    @contextmanager
    def failing_alone(self, what: Page | str) -> Iterator[None]:
        """Log a failure, and let the rest go on."""
        try:
            yield
        except Exception:
            self.failed = True
            logger.exception("%s could not be published", what if isinstance(what, str) else type(what).__name__)


def _locations(kind: Page) -> Iterator[str]:
    subjects = kind.subjects()
    if isinstance(subjects, QuerySet):
        # Of the whole history, no more than where it is.
        subjects = subjects.prefetch_related(None).iterator(chunk_size=1000)
    return map(kind.location, subjects)
