"""How long the pages that tell of uptime take to render, as components and history grow: a process for each size."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.history import EACH, fill
from statuspage.components.models import Component
from statuspage.incidents.pages.html import HomePage
from statuspage.incidents.pages.uptime import ComponentPage, UptimePage
from statuspage.publishing.models import StatusPage

COMPONENTS = (10, 250)
INCIDENTS = (10, 1000, 10_000)
ROUNDS = 7


def measure(base: Path, folder: Path) -> str:
    """Fill a copy of the data directory for each size, and render there; a table of medians."""
    lines = ["  components  incidents      home    /uptime   one component   home's bytes"]
    for components in COMPONENTS:
        for incidents in INCIDENTS:
            data_dir = folder / f"uptime-{components}-{incidents}"
            shutil.copytree(base, data_dir)
            code = f"from benchmarks.uptime import main; main({components}, {incidents})"
            told = subprocess.run(
                [sys.executable, "manage.py", "shell", "-v0", "-c", code],
                env={**os.environ, "DATA_DIR": str(data_dir)},
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
            home, every, one, size = told.stdout.split()
            lines.append(
                f"  {components:>10}  {incidents:>9}  {home:>5} ms   {every:>5} ms        {one:>5} ms   {size:>12}"
            )
    return "\n".join(lines)


def main(components: int, incidents: int) -> None:
    """Fill DATA_DIR, and say how many milliseconds each page takes, and how large the home page is."""
    fill(incidents, groups=max(components // EACH, 1), each=min(components, EACH))
    page, component = StatusPage.objects.get(), Component.objects.select_related("group")[0]
    home = HomePage()
    taken = [_median(lambda: home.body(None, page)), _median(lambda: UptimePage().body(None, page))]
    taken.append(_median(lambda: ComponentPage().body(component, page)))
    print(*(f"{1000 * seconds:.1f}" for seconds in taken), len(home.body(None, page)))


def _median(render) -> float:
    times = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        render()
        times.append(time.perf_counter() - began)
    return statistics.median(times[1:])
