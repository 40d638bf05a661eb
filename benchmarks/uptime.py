"""How long the pages that tell of uptime take to render, as components and history grow: a process for each size."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.growth import Size

HEAD = "  components   incidents     home   /uptime   one component   bytes of home"


def measure(copies: dict[Size, Path]) -> str:
    """Render in each filled data directory: milliseconds, and ratios of the longest history to the one before."""
    lines = [HEAD]
    taken = {size: _render(data_dir) for size, data_dir in copies.items()}
    for components in dict.fromkeys(size.components for size in copies):
        mine = {size: figures for size, figures in taken.items() if size.components == components}
        lines += [_line(size, figures) for size, figures in mine.items()]
        (fewer, before), (most, after) = sorted(mine.items())[-2:]
        ratios = (f"{name} {b / a:.2f}" for name, a, b in zip(("home", "/uptime", "one"), before, after, strict=False))
        lines.append(f"  {most.incidents:,} incidents to {fewer.incidents:,}: {'  '.join(ratios)}")
    return "\n".join(lines)


def _render(data_dir: Path) -> list[float]:
    told = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c", "from benchmarks.uptime_renderer import main; main()"],
        env={**os.environ, "DATA_DIR": str(data_dir)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [float(figure) for figure in told.stdout.split()]


def _line(size: Size, figures: list[float]) -> str:
    *times, length = figures
    home, every, one = (f"{taken:>4.0f} ms" for taken in times)
    return f"  {size.components:>10}  {size.incidents:>10,}  {home}   {every}         {one}   {length:>13,.0f}"
