"""Badges for other people's pages: what is meant, and how it is, in two boxes."""

from __future__ import annotations

from math import ceil
from typing import Any

from statuspage.incidents.lettering import cut, width
from statuspage.publishing.xml import speakable

SIZE = 11
WIDEST = 220
PADDING = 7
# How things look on the page, drawn for other sites. White on each of them can be read by everyone: at least 4.5 to 1.
COLOURS = {
    "is-quiet": "#51606e",
    "is-ok": "#1a7f4b",
    "is-maint": "#3a5bc7",
    "is-degraded": "#8a5c00",
    "is-partial": "#b54708",
    "is-major": "#b42318",
}


def badge(name: str, message: str, look: str) -> dict[str, Any]:
    """What the badge's template needs. A name that is too long is cut; who listens hears all of it."""
    label = cut(speakable(name), SIZE, WIDEST)
    message = cut(message, SIZE, WIDEST)
    left, right = _box(label), _box(message)
    return {
        "label": label,
        "message": message,
        "spoken": f"{speakable(name)}: {message}",
        "colour": COLOURS[look],
        "left": left,
        "right": right,
        "total": left["box"] + right["box"],
    }


def _box(text: str) -> dict[str, int]:
    """How wide the text is to be drawn, whatever fonts its reader has, and the box around it."""
    wide = max(ceil(width(text, SIZE)), 1)
    return {"text": wide, "box": wide + 2 * PADDING}
