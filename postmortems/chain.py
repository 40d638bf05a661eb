"""The hashes by which anybody can tell that a text is the one it is said to be: approved, published, never changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from postmortems.models import Revision
from postmortems.report import Report, text_of


def chained(snapshot: dict[str, Any], previous_sha256: str) -> str:
    """The hash of a revision covers the one before it: changing an old revision breaks every later one."""
    return _sha256(f"{previous_sha256}\n{_canonical(snapshot)}")


def text_sha256(report: Report) -> str:
    """The hash of what readers would get, whenever they get it: what a reviewer approves."""
    snapshot = text_of(report.snapshot())
    del snapshot["posted_at"]
    return _sha256(_canonical(snapshot))


def broken(revisions: Iterable[Revision]) -> Iterator[tuple[Revision, str]]:
    """Revisions that are not what was published, with what is wrong; they come by postmortem and number."""
    before: Revision | None = None
    for revision in revisions:
        if before and before.postmortem_id != revision.postmortem_id:
            before = None
        number, previous = (before.number + 1, before.sha256) if before else (1, "")
        if revision.number != number:
            yield revision, f"revision {number} is missing before it"
        elif revision.previous_sha256 != previous:
            yield revision, "it does not follow the revision before it"
        elif revision.sha256 != chained(revision.snapshot, previous):
            yield revision, "its text is not the one that was published"
        before = revision


def _canonical(snapshot: dict[str, Any]) -> str:
    return json.dumps(snapshot, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
