"""Showing where found words stand: as they were written, safe as HTML, however they were typed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from statuspage.publishing.folding import folded

BEFORE, LONGEST = 60, 240


class Passage(NamedTuple):
    """A line of text, and the same as it is compared."""

    text: str
    folded: str


def excerpt(passages: Sequence[Passage], words: Sequence[str]) -> SafeString:
    """Some words around the first that was found, of the passage that has most of them; nothing where none has any."""
    best = max(passages, key=lambda one: sum(word in one.folded for word in words), default=Passage("", ""))
    lit = _lit(best.text, words)
    if not any(lit):
        return SafeString()
    start = _word_start(best.text, max(lit.index(True) - BEFORE, 0))
    shown = best.text[start : start + LONGEST]
    if start + LONGEST < len(best.text):
        shown = shown.rpartition(" ")[0] or shown
    end = start + len(shown)
    marks = _marked(shown, lit[start:end])
    return format_html("{}{}{}", "… " if start else "", marks, " …" if end < len(best.text) else "")


def marked(text: str, words: Sequence[str]) -> SafeString:
    """A text as HTML, with the words in <mark>."""
    return _marked(text, _lit(text, words))


def _marked(text: str, lit: Sequence[bool]) -> SafeString:
    runs = groupby(zip(text, lit, strict=True), key=lambda pair: pair[1])
    pieces = (("<mark>{}</mark>" if on else "{}", "".join(sign for sign, _ in run)) for on, run in runs)
    return format_html_join("", "{}", ((format_html(shape, words),) for shape, words in pieces))


def _lit(text: str, words: Sequence[str]) -> list[bool]:
    """Of each character, whether it belongs to a found word; of one that is several when compared, any of them."""
    pieces = [folded(sign) for sign in text]
    whole = "".join(pieces)
    origin = [place for place, piece in enumerate(pieces) for _ in piece]
    lit = [False] * len(text)
    for word in words:
        start = whole.find(word)
        while start >= 0:
            for place in range(origin[start], origin[start + len(word) - 1] + 1):
                lit[place] = True
            start = whole.find(word, start + len(word))
    for place, piece in enumerate(pieces):
        # A mark above a letter goes with it.
        lit[place] = lit[place] or (not piece and place > 0 and lit[place - 1])
    return lit


def _word_start(text: str, place: int) -> int:
    """The beginning of the word that stands there, unless it began long before."""
    return max(text.rfind(" ", max(place - BEFORE, 0), place) + 1, place - BEFORE, 0) if place else 0
