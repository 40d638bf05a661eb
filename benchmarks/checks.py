"""How long it takes to assemble and to check the postmortem of a very long incident."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

UPDATES = 5_000


def measure(base: Path, folder: Path) -> str:
    """A line for each, seconds of the processor and on the clock, in a copy of the data directory."""
    data_dir = folder / "checks"
    shutil.copytree(base, data_dir)
    program = f"from benchmarks.checker import main; main(updates={UPDATES})"
    return subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c", program],
        env={**os.environ, "DATA_DIR": str(data_dir)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout.rstrip()
