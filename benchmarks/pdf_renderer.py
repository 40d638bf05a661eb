"""A process that renders the demo's postmortem as PDF, ours and bare in turn, in a DATA_DIR of its own: run inside
`manage.py shell`."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from postmortems.models import Revision
from postmortems.pdf import Attachment, environment, to_pdf
from postmortems.rendition import html_of, json_of, render_all
from statuspage.publishing.press import publish

# The same kind of PDF of the same HTML in the same fonts, and nothing else.
BARE = (
    "import sys; from weasyprint import HTML; "
    "sys.stdout.buffer.write(HTML(string=sys.stdin.read()).write_pdf(pdf_variant='pdf/a-3a'))"
)


class Taken(NamedTuple):
    """Seconds of the processor, and on the clock."""

    processor: float
    clock: float


def main(*, rounds: int) -> None:
    """Print what it took as a line, then the address of the PDF, for whoever downloads it."""
    revision = Revision.objects.exclude(published_as=None).select_related("postmortem__incident").latest("created_at")
    html, data = html_of(revision), Attachment("postmortem.json", json_of(revision), "This postmortem as data")
    make = partial(to_pdf, html, at=revision.created_at, attachments=[data])
    size = len(make())
    peak = _peak()
    ours: list[Taken] = []
    bare: list[Taken] = []
    with tempfile.TemporaryDirectory() as scratch:
        make_bare = partial(_bare, html, environment(revision.created_at, scratch))
        make_bare()
        for _ in range(rounds):
            ours.append(_timed(make))
            bare.append(_timed(make_bare))
    ratios = [
        statistics.median(ours[at][part] / bare[at][part] for at in range(rounds)) for part in range(len(Taken._fields))
    ]
    processor, clock = (statistics.median(one) for one in zip(*ours, strict=True))
    print(
        f"  {size / 1000:.0f} KB: {processor:.2f} s of the processor, {clock:.2f} s on the clock, peak {peak:.0f} MB; "
        f"ratio to bare WeasyPrint {ratios[0]:.2f} and {ratios[1]:.2f}, median of {rounds} in turn (goal: at most 1.2)"
    )
    render_all()
    publish()
    print(f"{revision.postmortem.path}.pdf")


def _bare(html: str, around: dict[str, str]) -> None:
    subprocess.run([sys.executable, "-c", BARE], input=html.encode(), env=around, capture_output=True, check=True)


def _timed(make: Callable[[], object]) -> Taken:
    before, began = _processor(), time.perf_counter()
    make()
    return Taken(_processor() - before, time.perf_counter() - began)


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _peak() -> float:
    """Megabytes of the largest process so far."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
