"""How precisely a moment is known, how that is told, and from when to when it may have been."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext as _

from statuspage.publishing import times

MINUTE = timedelta(minutes=1)
# How far from “about 17:05” it may have been.
ABOUT = 5 * MINUTE


class Precision(models.TextChoices):
    """What is known of a moment: the second, the minute, about when, or between which two it was."""

    EXACT = "exact"
    MINUTE = "minute"
    APPROXIMATE = "approximate"
    RANGE = "range"


@dataclass(frozen=True)
class Span:
    """From when to when something may have been."""

    earliest: datetime
    latest: datetime

    @classmethod
    def of(cls, at: datetime, precision: str, until: datetime | None = None) -> Span:
        """The span of a moment that is known so precisely."""
        if precision == Precision.MINUTE:
            begin = at.replace(second=0, microsecond=0)
            return cls(begin, begin + MINUTE - timedelta.resolution)
        if precision == Precision.APPROXIMATE:
            return cls(at - ABOUT, at + ABOUT)
        return cls(at, max(until or at, at))

    def moved(self, by: timedelta) -> Span:
        """The same so much later."""
        return Span(self.earliest + by, self.latest + by)

    def holds(self, at: datetime) -> bool:
        """Whether it may have been then."""
        return self.earliest <= at <= self.latest

    def apart(self, at: datetime) -> timedelta:
        """How far it was from a moment at least."""
        return max(self.earliest - at, at - self.latest, timedelta())


def in_words(at: datetime, precision: str, until: datetime | None, zone: ZoneInfo) -> str:
    """“Feb 16, 2021 - 17:09 EST”, “about …”, “between … and …”."""
    if until:
        start, end = times.ends(at, until, zone)
        return between() % {"start": start, "end": end}
    told = times.full(at, zone)
    return about() % {"time": told} if precision == Precision.APPROXIMATE else told


def about() -> str:
    """How a moment is told that is known roughly, in the reader's language."""
    return _("about %(time)s")


def between() -> str:
    """How a moment is told that lies between two others."""
    return _("between %(start)s and %(end)s")
