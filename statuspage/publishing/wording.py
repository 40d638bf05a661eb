"""What may be called a name or a message: something that readers can see, and that does not reorder what they see."""

from __future__ import annotations

import re
import unicodedata

# Embeddings, overrides and isolates: one that is opened and never closed turns round whatever stands behind it.
BIDI_SPANS = re.compile("[\u202a-\u202e\u2066-\u2069]")
# In a message, who writes from right to left has a use for the mere marks; a name needs none.
BIDI_MARKS = re.compile("[\u061c\u200e\u200f]")
# Control characters but for tab and line end, halves of surrogate pairs, and what Unicode sets aside for ever.
SET_ASIDE = "".join(chr(plane + last) for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF))
NO_TEXT = re.compile(f"[\0-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{SET_ASIDE}]")
# Letters and signs by their category, and blank by design.
BLANKS = set("\u115f\u1160\u2800\u3164\uffa0")


def one_line(text: str) -> str:
    """A name as it is kept: on one line, without control characters or those that turn the direction of a text."""
    line = running_text(" ".join(text.split()))
    return " ".join(BIDI_MARKS.sub("", line).split())


def running_text(text: str) -> str:
    """A message as it is kept: with plain line ends, and nothing in it that is no text, or that reorders what is."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return NO_TEXT.sub("", BIDI_SPANS.sub("", lines))


def is_visible(text: str) -> bool:
    """Whether readers would see anything: one letter, number, punctuation mark or symbol at least."""
    return any(unicodedata.category(sign)[0] in "LNPS" and sign not in BLANKS for sign in text)
