"""The timeline of an incident as a drawing: what happened above the line, what readers were told below it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from postmortems.models import Fact
from postmortems.report import Report
from statuspage.publishing import times

WIDTH = 642.0
EDGE = 6.0
ROW = 16.0
# Somewhat more than a letter of the labels takes on average: a gap is better than an overlap.
LETTER = 6.2
GAP = 14.0
MOST_MARKS = 12

WORDS: dict[str, Promise] = {
    Fact.Key.STARTED: gettext_lazy("Started"),
    Fact.Key.DETECTED: gettext_lazy("Detected"),
    Fact.Key.STABLE: gettext_lazy("Stable again"),
    Fact.Key.RESOLVED: gettext_lazy("Resolved"),
}


@dataclass(frozen=True)
class Moment:
    """Something that happened, or was told."""

    word: str
    at: datetime


@dataclass(frozen=True)
class Mark:
    """A moment on the line; its label stands `label_y` from the line, right of where the mark is."""

    word: str
    time: str
    x: float
    label_y: float

    @property
    def label_x(self) -> float:
        return self.x + 4


@dataclass(frozen=True)
class Stretch:
    """A part of the line."""

    x: float
    width: float


@dataclass(frozen=True)
class Timeline:
    """The drawing in numbers, for a template to write as SVG, and in words."""

    told: str
    caption: str
    facts: list[Mark]
    updates: list[Mark]
    unstable: Stretch | None
    recovering: Stretch | None
    line_y: float
    line_end: float
    width: float
    height: float


def letters(text: str) -> int:
    """How many letters' room a text takes; an East Asian sign takes that of two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def draw_timeline(report: Report) -> Timeline | None:
    """The drawing of a report; None where there are not two different moments to draw."""
    facts = {fact.key: Moment(str(WORDS[fact.key]), fact.at) for fact in report.facts if fact.at and fact.key in WORDS}
    updates = _turns([Moment(update.label, update.posted_at) for update in reversed(report.updates)])
    moments = sorted([*facts.values(), *updates], key=lambda moment: moment.at)
    if len({moment.at for moment in moments}) < 2:
        return None
    scale = _Scale(report, moments)
    above, below = scale.marks(list(facts.values())), scale.marks(updates)
    line_y = max((mark.label_y for mark in above), default=0) + EDGE
    height = line_y + max((mark.label_y for mark in below), default=0) + EDGE
    started, stable, resolved = (facts.get(key) for key in (Fact.Key.STARTED, Fact.Key.STABLE, Fact.Key.RESOLVED))
    return Timeline(
        told=scale.told(facts.values(), updates),
        caption=scale.caption,
        facts=above,
        updates=below,
        unstable=scale.stretch(started, stable or resolved),
        recovering=scale.stretch(stable, resolved),
        line_y=line_y,
        line_end=scale.end,
        width=WIDTH,
        height=height,
    )


class _Scale:
    """Where on the line a moment lies, and how its time is written."""

    def __init__(self, report: Report, moments: list[Moment]) -> None:
        self.zone = report.zone
        self.first, self.last = moments[0].at, moments[-1].at
        days = {moment.at.astimezone(self.zone).date() for moment in moments}
        self.is_one_day = len(days) == 1
        # Every label stands right of its mark, so the line ends where the widest still fits.
        self.end = WIDTH - max(self._label_width(moment) for moment in moments) - EDGE
        said = {"day": times.short_day(min(days)), "zone": times.abbreviation(self.last, self.zone)}
        zone = _("%(day)s, times in %(zone)s.") if self.is_one_day else _("Times in %(zone)s.")
        sides = _("Above the line what happened, below it what we posted.")
        self.caption = f"{zone % said} {sides}"

    def x(self, at: datetime) -> float:
        return round(EDGE + (at - self.first) / (self.last - self.first) * (self.end - EDGE), 2)

    def marks(self, moments: list[Moment]) -> list[Mark]:
        """The moments with room for each label: where one would run into what stands right of it, it goes a row up.

        From right to left, so that the stem of no higher label crosses a lower one.
        """
        # For each row, how far left it is taken, by labels or by the stems of higher ones.
        taken: list[float] = []
        marks = []
        for moment in sorted(moments, key=lambda moment: moment.at, reverse=True):
            x = self.x(moment.at)
            right = x + self._label_width(moment) + GAP
            row = next((row for row, left in enumerate(taken) if right <= left), len(taken))
            taken[: row + 1] = [x] * (row + 1)
            marks.append(Mark(moment.word, self._time(moment), x, (row + 1) * ROW))
        return marks[::-1]

    def stretch(self, start: Moment | None, end: Moment | None) -> Stretch | None:
        if start is None or end is None or end.at <= start.at:
            return None
        return Stretch(self.x(start.at), round(self.x(end.at) - self.x(start.at), 2))

    def told(self, facts: Iterable[Moment], updates: list[Moment]) -> str:
        """The drawing in words, for those who do not see it."""
        said = [(_("Timeline: %s."), facts), (_("Updates posted: %s."), updates)]
        between = pgettext("between the items of a list", ", ")
        return " ".join(
            sentence % between.join(f"{one.word} {times.full(one.at, self.zone)}" for one in moments)
            for sentence, moments in said
            if moments
        )

    def _label_width(self, moment: Moment) -> float:
        return letters(f"{moment.word} {self._time(moment)}") * LETTER

    def _time(self, moment: Moment) -> str:
        return times.clock(moment.at, self.zone, with_day=not self.is_one_day)


def _turns(updates: list[Moment]) -> list[Moment]:
    """The updates, oldest first; of a long story only those that changed the status, and of those first and last."""
    if len(updates) <= MOST_MARKS:
        return updates
    turns = [next(same) for _, same in groupby(updates, key=lambda update: update.word)]
    return turns if len(turns) <= MOST_MARKS else [*turns[: MOST_MARKS // 2], *turns[-MOST_MARKS // 2 :]]
