"""The picture that other sites show beside a link to the page."""

from __future__ import annotations

import io
from functools import lru_cache

from PIL import Image, ImageDraw

from statuspage.incidents.badge import COLOURS
from statuspage.incidents.lettering import BOLD, REGULAR, cut, draw, lines
from statuspage.publishing.xml import speakable

WIDTH, HEIGHT = 1200, 630
MARGIN = 96
SIZES = (84, 72, 60, 48)
# The sign of the page on its grid of 24, as templates/public/_mark.html has it: corners and curve of the shield's right
# half, and the beat within it.
CORNERS: list[tuple[float, float]] = [(12, 2), (21, 6)]
CURVE: list[tuple[float, float]] = [(21, 12), (21, 18), (17.2, 20.9), (12, 22)]
PULSE: list[tuple[float, float]] = [(7, 12.5), (9.5, 12.5), (11, 9), (13, 15), (14.5, 12.5), (17, 12.5)]
# Shapes and lines are drawn so many times larger and then made small: Pillow's own have stairs.
FINER = 4


@lru_cache(maxsize=8)
def card(name: str, verdict: str, look: str, *, accent: str, host: str) -> bytes:
    """A PNG with the page's name, its verdict in words and as a shape. The same words give the same bytes."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), "#fbfaf8")
    picture.paste(_shapes(look, accent), (0, 0))
    canvas = ImageDraw.Draw(picture)
    draw(canvas, (MARGIN + 84, 142), cut(speakable(name), 44, 800, fonts=BOLD), 44, "#16202a", fonts=BOLD)
    size, told = _as_large_as_fits(verdict)
    for number, line in enumerate(told):
        draw(canvas, (MARGIN + 96, 360 + 1.25 * size * number), line, size, "#16202a", fonts=BOLD)
    draw(canvas, (MARGIN, 556), cut(host, 32, WIDTH - 2 * MARGIN), 32, "#51606e", fonts=REGULAR)
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


def _as_large_as_fits(verdict: str) -> tuple[int, list[str]]:
    """The size at which the verdict needs no cutting in two lines, and those lines."""
    for size in SIZES:
        told = lines(verdict, size, WIDTH - 2 * MARGIN - 96, most=2, fonts=BOLD)
        if " ".join(told) == " ".join(verdict.split()):
            break
    return size, told


def _shapes(look: str, accent: str) -> Image.Image:
    """The background with all that is not words: a band in the verdict's colour, the sign, and the verdict's shape."""
    fine = Image.new("RGB", (WIDTH * FINER, HEIGHT * FINER), "#fbfaf8")
    canvas = ImageDraw.Draw(fine)
    canvas.rectangle((0, 0, WIDTH * FINER, 12 * FINER), fill=COLOURS[look])
    canvas.polygon(_placed(_shield(), (MARGIN - 8, 92), 64 / 24), fill=accent or "#0b5cad")
    canvas.line(_placed(PULSE, (MARGIN - 8, 92), 64 / 24), fill="#fff", width=5 * FINER, joint="curve")
    left, top, right, bottom = (edge * FINER for edge in (MARGIN, 300, MARGIN + 62, 362))
    if look in ("is-ok", "is-quiet"):
        canvas.ellipse((left, top, right, bottom), fill=COLOURS[look])
    elif look == "is-maint":
        canvas.rounded_rectangle((left, top, right, bottom), 16 * FINER, fill=COLOURS[look])
    elif look == "is-major":
        canvas.rectangle((left, top, right, bottom), fill=COLOURS[look])
    else:
        canvas.polygon([((left + right) / 2, top), (right, bottom), (left, bottom)], fill=COLOURS[look])
    return fine.resize((WIDTH, HEIGHT), Image.Resampling.BOX)


def _shield() -> list[tuple[float, float]]:
    """Its edge, point by point: the right half down, the left half up."""
    steps = [step / 16 for step in range(17)]
    weights = [((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3) for t in steps]
    curve = [tuple(sum(w * p[axis] for w, p in zip(row, CURVE, strict=True)) for axis in (0, 1)) for row in weights]
    right = [*CORNERS, *((x, y) for x, y in curve)]
    return right + [(24 - x, y) for x, y in reversed(right)]


def _placed(points: list[tuple[float, float]], at: tuple[float, float], scale: float) -> list[tuple[float, float]]:
    return [((at[0] + x * scale) * FINER, (at[1] + y * scale) * FINER) for x, y in points]
