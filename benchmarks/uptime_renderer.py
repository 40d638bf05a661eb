"""A process that renders the pages that tell of uptime, in a filled DATA_DIR: run inside `manage.py shell`."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial

from statuspage.components.models import Component
from statuspage.incidents.pages.html import HomePage
from statuspage.incidents.pages.uptime import ComponentPage, UptimePage
from statuspage.publishing.models import StatusPage
from statuspage.publishing.pages import Page

ROUNDS = 7


def main() -> None:
    """Say how many milliseconds of the processor each page takes, and how many bytes home has."""
    component = Component.objects.select_related("group")[0]
    kinds: list[tuple[Page, Component | None]] = [
        (HomePage(), None),
        (UptimePage(), None),
        (ComponentPage(), component),
    ]
    taken = [_median(partial(_body, kind, subject)) for kind, subject in kinds]
    print(*(f"{1000 * seconds:.1f}" for seconds in taken), len(_body(HomePage(), None)))


def _body(kind: Page, subject: Component | None) -> bytes:
    # The site is read anew for each page, as if nobody had asked before.
    return kind.body(subject, StatusPage.objects.get()) or b""


def _median(render: Callable[[], bytes]) -> float:
    render()
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        render()
        times.append(time.process_time() - began)
    return statistics.median(times)
