"""How long a responder's post waits for its pages, as components and the history grow: a publisher for each size."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from benchmarks.loopback import running

WARM_UP = 3


class Size(NamedTuple):
    """How much a page has to tell of."""

    components: int
    incidents: int


def measure(base: Path, copies: dict[Size, Path], *, rounds: int) -> str:
    """Fill a copy of the data directory for each size, then publish at each in turn, round after round."""
    with ExitStack() as stack:
        publishers = {}
        for size, data_dir in copies.items():
            shutil.copytree(base, data_dir)
            command = [sys.executable, "manage.py", "shell", "-v0", "-c"]
            publishers[size] = stack.enter_context(
                running(
                    [*command, f"from benchmarks.publisher import main; main{tuple(size)}"],
                    env={**os.environ, "DATA_DIR": str(data_dir)},
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            _answer(publishers[size])
        taken: dict[Size, list[tuple[float, float]]] = {size: [] for size in copies}
        for place in range(WARM_UP + rounds):
            for size, publisher in publishers.items():
                seconds = _publish(publisher)
                if place >= WARM_UP:
                    taken[size].append(seconds)
    return "\n".join(_lines(taken))


def _publish(publisher: subprocess.Popen[str]) -> tuple[float, float]:
    if publisher.stdin is None:
        raise ValueError("A publisher must be started with a pipe to it.")
    publisher.stdin.write("\n")
    publisher.stdin.flush()
    at_once, rest = _answer(publisher).split()
    return float(at_once), float(rest)


def _answer(publisher: subprocess.Popen[str]) -> str:
    line = publisher.stdout.readline() if publisher.stdout else ""
    if not line:
        raise SystemExit("A publisher ended early; the reason stands above.")
    return line


def _lines(taken: dict[Size, list[tuple[float, float]]]) -> list[str]:
    """A line for each size; the ratio compares with the shortest history of as many components, round by round."""
    shortest = {size.components: min(one for one in taken if one.components == size.components) for size in taken}
    lines = []
    for size, times in taken.items():
        first = taken[shortest[size.components]]
        ratio = statistics.median(one[0] / other[0] for one, other in zip(times, first, strict=True))
        at_once = sorted(one[0] for one in times)
        lines.append(
            f"  {size.components:>4} components {size.incidents:>6,} past incidents   at once: median "
            f"{statistics.median(at_once) * 1000:6.1f} ms   worst {at_once[-1] * 1000:6.1f}   ratio {ratio:.2f}   "
            f"all languages and the rest, by the clock: {statistics.median(one[1] for one in times) * 1000:6.0f} ms"
        )
    return lines
