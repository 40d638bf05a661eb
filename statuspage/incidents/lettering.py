"""How wide words are, and how they are drawn, in the bundled fonts: the same on every machine."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from PIL import ImageDraw, ImageFont

# The first that has a character draws it.
REGULAR = ("NotoSans-Regular", "NotoSansArabic-Regular", "NotoSansHebrew-Regular", "DroidSansFallback")
BOLD = ("NotoSans-Bold", "NotoSansArabic-Bold", "NotoSansHebrew-Bold", "DroidSansFallback")


def width(text: str, size: int, *, fonts: tuple[str, ...] = REGULAR) -> float:
    """How wide a line is, in pixels."""
    return sum(_font(name, size).getlength(part) for name, part in _runs(text, fonts))


def cut(text: str, size: int, widest: float, *, fonts: tuple[str, ...] = REGULAR) -> str:
    """The text on one line, ending in “…” where not all of it fits."""
    text = " ".join(text.split())
    if len(text) < 1000 and width(text, size, fonts=fonts) <= widest:
        return text
    shorter = ""
    for sign in text:
        if width(f"{shorter}{sign}…", size, fonts=fonts) > widest:
            break
        shorter += sign
    return f"{shorter.rstrip()}…"


def lines(text: str, size: int, widest: float, *, most: int, fonts: tuple[str, ...] = REGULAR) -> list[str]:
    """The text in at most so many lines, broken between words; the last is cut where it must be."""
    found = [""]
    for word in text.split():
        longer = f"{found[-1]} {word}".strip()
        if found[-1] and len(found) < most and width(longer, size, fonts=fonts) > widest:
            found.append(word)
        else:
            found[-1] = longer
    return [cut(line, size, widest, fonts=fonts) for line in found]


def draw(
    canvas: ImageDraw.ImageDraw, at: tuple[float, float], text: str, size: int, colour: str, *, fonts: tuple[str, ...]
) -> None:
    """Draw a line that begins at a point of its baseline."""
    left, baseline = at
    for name, part in _runs(text, fonts):
        font = _font(name, size)
        canvas.text((left, baseline), part, fill=colour, font=font, anchor="ls")
        left += font.getlength(part)


def _runs(text: str, fonts: tuple[str, ...]) -> list[tuple[str, str]]:
    """The parts of a text that one font draws, each with its name."""
    found: list[tuple[str, str]] = []
    for sign in text:
        # A blank belongs to the words before it: cut in two there, a sentence from right to left would lose its order.
        goes_on = found and not sign.isalnum() and ord(sign) in _known(found[-1][0])
        name = found[-1][0] if goes_on else next((name for name in fonts if ord(sign) in _known(name)), fonts[0])
        if found and found[-1][0] == name:
            found[-1] = (name, found[-1][1] + sign)
        else:
            found.append((name, sign))
    return found


@lru_cache
def _known(name: str) -> frozenset[int]:
    with TTFont(settings.FONTS_DIR / f"{name}.ttf", lazy=True) as font:
        return frozenset(font.getBestCmap())


@lru_cache
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(settings.FONTS_DIR / f"{name}.ttf", size)
