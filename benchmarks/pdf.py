"""What it costs to make the PDF of a postmortem, and to hand it out once it is made."""

from __future__ import annotations

import http.client
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.loopback import HOST, get, running

ROUNDS = 7
DOWNLOADS = 200


def measure(base: Path, folder: Path, port: int) -> str:
    """A line for each, over the demo's newest postmortem, in a copy of the data directory."""
    data_dir = folder / "pdf"
    shutil.copytree(base, data_dir)
    environment = {**os.environ, "DATA_DIR": str(data_dir), "HOST": HOST, "PORT": str(port)}
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "load_demo"], env=environment, check=True, stdout=subprocess.DEVNULL)
    program = f"from benchmarks.pdf_renderer import main; main(rounds={ROUNDS})"
    told = subprocess.run(
        [*manage, "shell", "-v0", "-c", program], env=environment, stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    line, location = told.rstrip().rsplit("\n", 1)
    with running([*manage, "web"], env=environment, stdout=subprocess.DEVNULL):
        return f"{line}\n{_downloads(port, location, (data_dir / 'public' / location[1:]).read_bytes())}"


def _downloads(port: int, location: str, expected: bytes) -> str:
    """Ask once for the file, then time and again."""
    get(port, location, {})
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    taken = []
    for _ in range(DOWNLOADS):
        began = time.perf_counter()
        connection.request("GET", location)
        body = connection.getresponse().read()
        taken.append(time.perf_counter() - began)
        if body != expected:
            raise SystemExit(f"{location} is not the file that was made.")
    return (
        f"  every download after the first: median {statistics.median(taken) * 1000:.1f} ms, "
        f"worst {max(taken) * 1000:.1f} ms of {DOWNLOADS} (goal: at most 5 ms)"
    )
