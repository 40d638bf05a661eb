"""Turning committed facts into public files."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

from django.db.models import Model, QuerySet

from statuspage.publishing import store
from statuspage.publishing.models import StatusPage
from statuspage.publishing.pages import Page, registry

logger = logging.getLogger(__name__)

# How many pages a responder may have to wait for while everything is rendered anew.
BATCH = 20


def publish(*changed: Model) -> None:
    """Render and store the pages that tell of what changed, then the overviews; with nothing given, every page.

    A page that cannot be rendered is logged and keeps its last good file; the others go on. Facts are read and pages
    rendered inside the store's lock: whoever comes last has seen every commit, so an older page can never land last.
    """
    if not changed:
        return _publish_everything()
    with store.lock():
        press = _Press()
        press.run(lambda kind: chain.from_iterable(kind.concerned(one) for one in changed))
        press.run(lambda kind: kind.current())


def publish_overviews() -> None:
    """Render what may change by itself: the retry for a publish that failed, and the change of day."""
    with store.lock():
        _Press().run(lambda kind: kind.current())


def _publish_everything() -> None:
    began, press = time.time(), _Press()
    for kind in registry:
        with press.failing_alone(kind):
            for batch in _batches(kind.subjects()):
                with store.lock():
                    press.store(kind, batch)
                # Whoever waits for the lock comes first: a responder's click must not wait for all of the history.
                time.sleep(0.002)
    # A page that failed today may have claimed the file that readers still have from yesterday.
    if press.whole:
        with store.lock():
            store.remove_all_but(press.stored, older_than=began)


def _batches(subjects: Iterable[Any]) -> Iterator[Iterable[Any]]:
    """Subjects a few at a time; those of the database are not read before their turn, inside the lock."""
    if not isinstance(subjects, QuerySet):
        yield subjects
        return
    keys = list(subjects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        yield subjects.filter(pk__in=keys[start : start + BATCH])


class _Press:
    """One run: what it has stored, and whether nothing failed."""

    def __init__(self) -> None:
        self.page = StatusPage.objects.get()
        self.stored: set[str] = set()
        self.whole = True

    def run(self, wanted: Callable[[Page], Iterable[Any]]) -> None:
        """Store the wanted subjects of every kind of page."""
        for kind in registry:
            with self.failing_alone(kind):
                self.store(kind, wanted(kind))

    def store(self, kind: Page, subjects: Iterable[Any]) -> None:
        """Render and store the page of each subject, once."""
        for subject in subjects:
            location = kind.location(subject)
            if location not in self.stored:
                self.stored.add(location)
                with self.failing_alone(location):
                    store.put(location, kind.body(subject, self.page))

    @contextmanager
    def failing_alone(self, what: Page | str) -> Iterator[None]:
        """Log a failure, and let the rest go on."""
        try:
            yield
        except Exception:
            self.whole = False
            logger.exception("%s could not be published", what if isinstance(what, str) else type(what).__name__)
