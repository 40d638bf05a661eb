"""Text as a search compares it: without case and accents, whatever way it was typed."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# In kana they tell one letter from another, as an accent over an e does not: ガス is gas, カス is dregs.
VOICED = "\u3099\u309a"


def fold(text: str) -> str:
    """“Ausfälle” as “ausfalle”, “ＤＮＳ” as “dns”; each character by itself, so that one knows where it came from."""
    return "".join(map(folded, text))


@lru_cache(maxsize=10_000)
def folded(sign: str) -> str:
    """What one character becomes: none, one or several."""
    spelled = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", sign).casefold())
    return "".join(one for one in spelled if one in VOICED or not _is_ornament(one))


def _is_ornament(sign: str) -> bool:
    """Marks that stand above or below a letter, and what only tells where a line may break or which way it runs."""
    return bool(unicodedata.combining(sign)) or unicodedata.category(sign) == "Cf"
