"""Marks that stand in a finished letter for what differs from one reader to the next.

They are characters for private use, which no writing needs; a letter's own words are cleaned of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import translation

from statuspage.publishing import times

UNSUBSCRIBE, MANAGE = "\ue001", "\ue002"
MOMENT = re.compile("\ue000([0-9]+)\ue000")
ANY = re.compile("[\ue000-\ue002]")


class Moments:
    """Collects the moments that a letter tells, and gives the mark of each."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def mark(self, moment: datetime) -> str:
        """What stands in the letter for this moment."""
        text = moment.isoformat()
        if text not in self.told:
            self.told.append(text)
        return f"\ue000{self.told.index(text)}\ue000"


def without_marks(text: str) -> str:
    """Somebody's words, in which no mark can stand."""
    return ANY.sub("", text)


def filled(text: str, moments: Sequence[str], zone: ZoneInfo, language: str) -> str:
    """The text with its moments told in a reader's zone and language; the marks of passes stay."""
    with translation.override(language):
        told = [times.full(datetime.fromisoformat(moment), zone) for moment in moments]
    return MOMENT.sub(lambda mark: told[int(mark[1])] if int(mark[1]) < len(told) else "", text)
