"""The story of an incident in order of time: what readers were told, what was done, and what the team noted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from html import unescape

from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from postmortems.models import Fact
from postmortems.report import FactLine, Report
from statuspage.incidents.models import Incident
from statuspage.publishing.precision import Span

# So much of an update or an action is told here; the whole of it stands in its own place.
IN_SHORT = 240


@dataclass(frozen=True)
class Happening:
    """Something that happened at a time. `html` is safe; `text` is the same in plain words."""

    at: datetime
    kind: str
    label: str
    text: str
    html: str = ""


def story_of(report: Report) -> list[Happening]:
    """The timeline of a report, the first first; of one moment what readers were told comes first.

    Empty where it would tell no more than the updates do, which stand below.
    """
    if not report.entries and not any(action.taken_at for action in report.actions):
        return []
    # Sorting keeps the order of what has the same time.
    return sorted(_happenings(report), key=lambda one: one.at)


def which_resolution(report: Report, fact: FactLine) -> str:
    """“last of 2”: which of several times counts as resolved; empty where there was one, or it was another time."""
    if fact.key != Fact.Key.RESOLVED or fact.at is None:
        return ""
    statuses = [update.status in Incident.CLOSED for update in reversed(report.updates)]
    before = [False, *statuses[:-1]]
    updates = zip(reversed(report.updates), statuses, before, strict=True)
    closed = [update.posted_at for update, is_closed, was_closed in updates if is_closed and not was_closed]
    span = Span.of(fact.at, fact.precision, fact.until)
    if len(closed) < 2:
        return ""
    if span.holds(closed[-1]):
        return _("last of %(count)d") % {"count": len(closed)}
    return _("first of %(count)d") % {"count": len(closed)} if span.holds(closed[0]) else ""


def _happenings(report: Report) -> Iterator[Happening]:
    for update in reversed(report.updates):
        yield Happening(update.posted_at, "update", update.label, _in_short(update.html))
    for action in report.actions:
        if action.taken_at:
            yield Happening(action.taken_at, "action", pgettext("timeline", "Action"), _in_short(action.html))
    for entry in report.entries:
        yield Happening(entry.at, "entry", pgettext("timeline", "Team"), entry.words, entry.html)


def _in_short(html: str) -> str:
    return Truncator(" ".join(unescape(strip_tags(html)).split())).chars(IN_SHORT)
