"""A process that renders the pages that tell of uptime, with a database of its own: run inside `manage.py shell`."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from benchmarks.history import EACH, fill
from statuspage.components.models import Component
from statuspage.incidents.pages.html import HomePage
from statuspage.incidents.pages.uptime import ComponentPage, UptimePage
from statuspage.publishing.models import StatusPage

ROUNDS = 7


def main(components: int, incidents: int) -> None:
    """Fill DATA_DIR; say how many milliseconds of the processor each page takes, and how many bytes home has."""
    fill(incidents, groups=components // EACH)
    page, component = StatusPage.objects.get(), Component.objects.select_related("group")[0]
    home = HomePage()
    taken = [
        _median(lambda: home.body(None, page)),
        _median(lambda: UptimePage().body(None, page)),
        _median(lambda: ComponentPage().body(component, page)),
    ]
    print(*(f"{1000 * seconds:.1f}" for seconds in taken), len(home.body(None, page)))


def _median(render: Callable[[], bytes]) -> float:
    render()
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        render()
        times.append(time.process_time() - began)
    return statistics.median(times)
