"""How long `publish(incident)` takes as the history grows: a publisher for each size, asked in turn."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from benchmarks.loopback import running

WARM_UP = 3


def measure(base: Path, copies: dict[int, Path], *, rounds: int) -> str:
    """Fill a copy of the data directory for each size, then publish at each in turn, round after round."""
    with ExitStack() as stack:
        publishers = {}
        for size, data_dir in copies.items():
            shutil.copytree(base, data_dir)
            command = [sys.executable, "manage.py", "shell", "-v0", "-c"]
            publishers[size] = stack.enter_context(
                running(
                    [*command, f"from benchmarks.publisher import main; main({size})"],
                    env={**os.environ, "DATA_DIR": str(data_dir)},
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
        everything = {size: _seconds(publisher) for size, publisher in publishers.items()}
        taken: dict[int, list[float]] = {size: [] for size in copies}
        for place in range(WARM_UP + rounds):
            for size, publisher in publishers.items():
                seconds = _publish(publisher)
                if place >= WARM_UP:
                    taken[size].append(seconds)
    return _report(taken, everything)


def _publish(publisher: subprocess.Popen[str]) -> float:
    if publisher.stdin is None:
        raise ValueError("A publisher must be started with a pipe to it.")
    publisher.stdin.write("\n")
    publisher.stdin.flush()
    return _seconds(publisher)


def _seconds(publisher: subprocess.Popen[str]) -> float:
    line = publisher.stdout.readline() if publisher.stdout else ""
    if not line:
        raise SystemExit("A publisher ended early; the reason stands above.")
    return float(line)


def _report(taken: dict[int, list[float]], everything: dict[int, float]) -> str:
    small, large = taken
    ratio = statistics.median(b / a for a, b in zip(taken[small], taken[large], strict=True))
    lines = [
        f"  {size:>5} past incidents   median {statistics.median(times) * 1000:6.1f} ms   "
        f"best {min(times) * 1000:6.1f}   worst {max(times) * 1000:6.1f}   of {len(times)}; "
        f"every page: {everything[size]:.1f} s"
        for size, times in taken.items()
    ]
    return "\n".join([*lines, f"  ratio {ratio:.2f} (median of pairwise ratios; goal: at most 1.3)"])
