"""Turning committed facts into public files."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any

from django.db.models import Model

from statuspage.publishing import store
from statuspage.publishing.models import StatusPage
from statuspage.publishing.pages import Page, registry

logger = logging.getLogger(__name__)


def publish(*changed: Model) -> None:
    """Render and store the pages that tell of what changed, then the overviews; with nothing given, every page.

    A page that cannot be rendered is logged and keeps its last good file; the others go on. Rendering happens inside
    the store's lock: whoever comes last has seen every commit, so an older page can never land last.
    """
    with store.lock():
        if changed:
            _press(lambda kind: chain.from_iterable(kind.concerned(one) for one in changed))
            _press(lambda kind: kind.current())
        else:
            claimed, whole = _press(lambda kind: kind.subjects())
            # A page that failed today may have claimed the file that readers still have from yesterday.
            if whole:
                store.remove_all_but(claimed)


def publish_overviews() -> None:
    """Render what may change by itself: the retry for a publish that failed, and the change of day."""
    with store.lock():
        _press(lambda kind: kind.current())


def _press(wanted: Callable[[Page], Iterable[Any]]) -> tuple[set[str], bool]:
    """Store the wanted subjects of every kind; the locations stored, and whether nothing failed."""
    page = StatusPage.objects.get()
    stored: set[str] = set()
    whole = True
    for kind in registry:
        try:
            for subject in wanted(kind):
                whole &= _press_one(kind, subject, page, stored)
        except Exception:
            whole = False
            logger.exception("%s could not be published", type(kind).__name__)
    return stored, whole


def _press_one(kind: Page, subject: Any, page: StatusPage, stored: set[str]) -> bool:
    location = kind.location(subject)
    if location in stored:
        return True
    stored.add(location)
    try:
        store.put(location, kind.body(subject, page))
    except Exception:
        logger.exception("%s could not be published", location)
        return False
    return True
