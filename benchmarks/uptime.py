"""How long the pages that tell of uptime take to render, as components and history grow: a process for each size."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

COMPONENTS = (8, 248)
INCIDENTS = (10, 1000, 10_000)
HEAD = "  components   incidents     home   /uptime   one component   bytes of home"


def measure(base: Path, folder: Path) -> str:
    """Fill a copy of the data directory for each size and render there: milliseconds, and ratios to a thousand."""
    lines = [HEAD]
    for components in COMPONENTS:
        taken = {incidents: _render(base, folder, components, incidents) for incidents in INCIDENTS}
        lines += [_line(components, incidents, figures) for incidents, figures in taken.items()]
        most, fewer = taken[INCIDENTS[-1]], taken[INCIDENTS[-2]]
        ratios = "  ".join(
            f"{name} {b / a:.2f}" for name, a, b in zip(("home", "/uptime", "one"), fewer, most, strict=False)
        )
        lines.append(f"  {INCIDENTS[-1]:,} incidents to {INCIDENTS[-2]:,}: {ratios}")
    return "\n".join(lines)


def _render(base: Path, folder: Path, components: int, incidents: int) -> list[float]:
    data_dir = folder / f"uptime-{components}-{incidents}"
    shutil.copytree(base, data_dir)
    code = f"from benchmarks.uptime_renderer import main; main({components}, {incidents})"
    told = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c", code],
        env={**os.environ, "DATA_DIR": str(data_dir)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [float(figure) for figure in told.stdout.split()]


def _line(components: int, incidents: int, figures: list[float]) -> str:
    *times, size = figures
    home, every, one = (f"{taken:>4.0f} ms" for taken in times)
    return f"  {components:>10}  {incidents:>10,}  {home}   {every}         {one}   {size:>13,.0f}"
