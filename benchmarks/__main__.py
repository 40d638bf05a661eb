"""`./run bench`: what it costs to serve a page, to post an update and to tell of it; on this machine, loopback only."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import alone, checks, delivery, desk, growth, kill_matrix, pdf, serving, uptime
from benchmarks.growth import Size
from benchmarks.loopback import HOST, free_port

SIZES = [Size(components, incidents) for components in (10, 250) for incidents in (10, 1_000, 10_000)]
OURS = ("DATABASE_URL", "REDIS_URL", "SITE_URL", "SECRET_KEY", "EMAIL_URL", "DEBUG", "DATA_DIR", "HOST", "PORT")


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each server is asked (default 5)")
    parser.add_argument("--seconds", type=int, default=3, help="how long each time (default 3)")
    parser.add_argument("--publishes", type=int, default=20, help="how often each size is published (default 20)")
    parser.add_argument("--posts", type=int, default=200, help="how many updates are posted at the desk (default 200)")
    parser.add_argument("--requests", type=int, default=100_000, help="how many with all else away (default 100,000)")
    parser.add_argument("--subscribers", type=int, default=100_000, help="how many are told at once (default 100,000)")
    parser.add_argument("--seed", type=int, default=20261121, help="by which senders are killed")
    parser.add_argument("--only", choices=["pages", "delivery", "kills", "checks", "pdf"], help="a part of it alone")
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
    """Prepare a throw-away installation for each size, then ask each question."""
    for name in OURS:
        os.environ.pop(name, None)
        os.environ.pop(f"{name}_FILE", None)
    base = folder / "base"
    os.environ.update(DJANGO_SETTINGS_MODULE="statuspage.settings", DATA_DIR=str(base))
    subprocess.run([sys.executable, "manage.py", "prepare"], check=True)
    if asked.only in (None, "delivery"):
        say("Telling subscribers by mail; what ends each letter is one commit of the ledger:")
        say(delivery.measure(base, folder, subscribers=asked.subscribers))
    if asked.only in (None, "kills"):
        say("Killing whoever tells them (goals: 0 lost, duplicates at most the senders killed, same Message-IDs):")
        say(kill_matrix.measure(recipients=asked.subscribers, seed=asked.seed))
    if asked.only in (None, "pdf"):
        say("The PDF of a postmortem, beside the renderer alone with the same HTML and fonts:")
        say(pdf.measure(base, folder, free_port()))
    if asked.only in (None, "pdf", "checks"):
        say("The postmortem of an incident that was told of every minute for three days (goal: well under a second):")
        say(checks.measure(base, folder))
    if asked.only in (None, "pages"):
        measure_pages(base, folder, asked)


def measure_pages(base: Path, folder: Path, asked: argparse.Namespace) -> None:
    """What it costs to publish and to serve pages, as they and their history grow."""
    copies = {size: folder / f"{size.components}-{size.incidents}" for size in SIZES}
    say(
        "Publishing an open incident: what a post waits for, and all of it (goal: flat in past incidents, at most 1.3):"
    )
    say(growth.measure(base, copies, rounds=asked.publishes))

    large, typical = copies[Size(250, 1_000)], copies[Size(10, 1_000)]
    say("From the POST at the desk to the new bytes on disk, 250 components, 1,000 past incidents, clock running:")
    say(desk.measure(large, free_port(), posts=asked.posts))

    say("Pages that tell of uptime, in one language, ms of the processor (goal: home under 150,000 bytes):")
    say(uptime.measure(copies))

    port, public = free_port(), typical / "public"
    os.environ.update(DATA_DIR=str(typical), HOST=HOST, PORT=str(port))
    subprocess.run([sys.executable, "manage.py", "publish"], check=True, stdout=subprocess.DEVNULL)
    web = [sys.executable, "manage.py", "web"]
    home = public / "index.html"
    sizes = [file.stat().st_size for file in (home, home.with_name("index.html.gz"))]
    say(
        f"Requests/s of nginx and of ours, {serving.CONNECTIONS} connections, {asked.rounds} rounds of "
        f"{asked.seconds} s in turn; the page has {sizes[0]:,} bytes, {sizes[1]:,} packed (goals, of nginx's packed "
        "page: at least 0.40 for HTML and JSON, 0.60 for a 304):"
    )
    say(serving.measure(web, port, public, folder, rounds=asked.rounds, seconds=asked.seconds))

    say(f"{asked.requests:,} requests over all public addresses with the database, the clock and all else away:")
    say(alone.measure(web, port, typical, requests=asked.requests))


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
