"""What may be called a name or a message: something that readers can see, and that does not reorder what they see."""

from __future__ import annotations

import re
import unicodedata

# Marks, embeddings, overrides and isolates: a name that holds one half of a pair turns round what stands behind it.
BIDI_CONTROLS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Letters and signs by their category, and blank by design.
BLANKS = set("\u115f\u1160\u2800\u3164\uffa0")


def one_line(text: str) -> str:
    """A name as it is kept: on one line, without control characters or those that turn the direction of a text."""
    line = BIDI_CONTROLS.sub("", " ".join(text.split()))
    return "".join(sign for sign in line if unicodedata.category(sign) != "Cc").strip()


def is_visible(text: str) -> bool:
    """Whether readers would see anything: one letter, number, punctuation mark or symbol at least."""
    return any(unicodedata.category(sign)[0] in "LNPS" and sign not in BLANKS for sign in text)
