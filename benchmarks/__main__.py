"""`./run bench`: what it costs to serve a page and to publish an incident, on this machine, loopback only."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from django.conf import settings

from benchmarks import growth, serving, uptime
from benchmarks.loopback import HOST, free_port

SIZES = (50, 5000)
OURS = ("DATABASE_URL", "REDIS_URL", "SITE_URL", "SECRET_KEY", "EMAIL_URL", "DEBUG", "DATA_DIR", "HOST", "PORT")


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each server is asked (default 5)")
    parser.add_argument("--seconds", type=int, default=3, help="how long each time (default 3)")
    parser.add_argument("--publishes", type=int, default=20, help="how often each size is published (default 20)")
    asked = parser.parse_args()
    missing = [name for name in ("nginx", "wrk") if not shutil.which(name)]
    if missing:
        sys.exit(f"The benchmarks need {' and '.join(missing)}.")
    # However it ends, the blocks that started programs are left in order, and end them.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    os.chdir(Path(__file__).resolve().parent.parent)
    with tempfile.TemporaryDirectory(prefix="candor-bench-") as name:
        run(Path(name), asked)


def run(folder: Path, asked: argparse.Namespace) -> None:
    """Prepare a throw-away installation for each size, then measure all questions."""
    for name in OURS:
        os.environ.pop(name, None)
        os.environ.pop(f"{name}_FILE", None)
    base, copies = folder / "base", {size: folder / f"size-{size}" for size in SIZES}
    os.environ.update(DJANGO_SETTINGS_MODULE="statuspage.settings", DATA_DIR=str(base))
    subprocess.run([sys.executable, "manage.py", "prepare"], check=True)

    print("publish(incident), an open one, everything rendered and stored:", flush=True)
    print(growth.measure(base, copies, rounds=asked.publishes), flush=True)

    print(
        "Pages that tell of uptime, in one language, ms of the processor (goal: home under 150,000 bytes):", flush=True
    )
    print(uptime.measure(base, folder), flush=True)

    # Django reads its settings at the first question; only now is everything known.
    os.environ.update(DATA_DIR=str(copies[SIZES[0]]), HOST=HOST, PORT=str(free_port()))
    home = settings.PUBLIC_ROOT / "index.html"
    sizes = [file.stat().st_size for file in (home, home.with_name("index.html.gz"))]
    print(
        f"Requests/s of nginx and of ours, {serving.CONNECTIONS} connections, {asked.rounds} rounds of "
        f"{asked.seconds} s in turn; the page has {sizes[0]:,} bytes, {sizes[1]:,} packed (goal: at least 0.35):",
        flush=True,
    )
    ours = ([sys.executable, "manage.py", "web"], settings.PORT, settings.PUBLIC_ROOT)
    print(serving.measure(*ours, folder, rounds=asked.rounds, seconds=asked.seconds), flush=True)


if __name__ == "__main__":
    main()
