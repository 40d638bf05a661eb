"""How fast subscribers are told by mail: one sender beside a bare loop, then a whole page with all its programs."""

from __future__ import annotations

import http.client
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import desk
from benchmarks.loopback import HOST, free_port, get, running
from benchmarks.mail_sink import Sink, sink
from tests import postgresql

LETTERS, ROUNDS = 3000, 5
# So many are told beside so many whose domain never answers, so often.
OTHERS, STUCK, TRIES = 10_000, 100, 3
GOALS = {False: 0.7, True: 0.5}
LIMIT = {"SQLite": 180, "PostgreSQL": 90}
FILL = """
from benchmarks.history import fill
from benchmarks.mail_sender import subscribe
from statuspage.publishing.models import StatusPage
fill(10, components=10)
subscribe({subscribers})
StatusPage.objects.update(undo_seconds=0)
"""

# Some here and some there, as they come.
BESIDE_A_TARPIT = f"""
from benchmarks.mail_sender import subscribe
for _ in range(20):
    subscribe({OTHERS // 20})
    subscribe({STUCK // 20}, domain="tarpit.example.com")
"""


def measure(base: Path, folder: Path, *, subscribers: int) -> str:
    """On each database that is installed here: the ratio to a bare loop, then all subscribers of a page."""
    lines = []
    for name, environment in _installations(base, folder):
        for pipelining in (False, True):
            lines.append(f"  {name:<11}{_ratio(environment(f'ratio-{pipelining}'), pipelining=pipelining)}")
        lines.append(f"  {name:<11}{_beside_a_tarpit(environment('tarpit'))}")
        lines.append(f"  {name:<11}{_everybody(name, environment('everybody'), subscribers)}")
    return "\n".join(lines)


def _installations(base: Path, folder: Path) -> Iterator[tuple[str, _Installer]]:
    yield "SQLite", _Installer(base, folder)
    with on_postgresql() as url:
        if url:
            yield "PostgreSQL", _Installer(base, folder, url)


@contextmanager
def on_postgresql() -> Iterator[str | None]:
    """The address of a PostgreSQL that is there as long as a block; None where it is not installed."""
    binaries = postgresql.find_binaries()
    if binaries is None:
        yield None
        return
    # Not below a directory that only its owner may enter.
    with tempfile.TemporaryDirectory(prefix="candor-bench-") as name, postgresql.running(binaries, Path(name)) as url:
        yield url


class _Installer:
    """Makes installations on one database system."""

    def __init__(self, base: Path, folder: Path, url: str = "") -> None:
        self.base, self.folder, self.url = base, folder, url

    def __call__(self, name: str) -> dict[str, str]:
        """The environment of a new one."""
        data_dir = self.folder / f"delivery-{'postgresql' if self.url else 'sqlite'}-{name}"
        environment = {**os.environ, "DATA_DIR": str(data_dir)}
        if not self.url:
            shutil.copytree(self.base, data_dir)
            return environment
        database = name.lower().replace("-", "_")
        environment["DATABASE_URL"] = f"{self.url.rpartition('/')[0]}/{database}"
        make = f"import psycopg; psycopg.connect({self.url!r}, autocommit=True).execute('CREATE DATABASE {database}')"
        subprocess.run([sys.executable, "-c", make], check=True)
        subprocess.run([sys.executable, "manage.py", "prepare"], env=environment, check=True)
        return environment


def _ratio(environment: dict[str, str], *, pipelining: bool) -> str:
    with sink(pipelining=pipelining) as server:
        said = run_python(
            f"from benchmarks.mail_sender import main; main({LETTERS}, {ROUNDS})",
            {**environment, "EMAIL_URL": f"smtp://{HOST}:{server.port}"},
        )
    pairs = [tuple(map(float, line.split())) for line in said.splitlines()]
    bare, ours = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(our / other for other, our in pairs)
    kind = "pipelined" if pipelining else "plain"
    return (
        f"one sender, {kind:<9}  bare loop {bare:7,.0f}/s   ours, ledger included {ours:6,.0f}/s   "
        f"ratio {ratio:.2f} (goal {GOALS[pipelining]})   ledger and all else: {1e6 / ours - 1e6 / bare:.0f} µs a letter"
    )


def _beside_a_tarpit(environment: dict[str, str]) -> str:
    environment = {**environment, "DJANGO_SETTINGS_MODULE": "benchmarks.short_lease"}
    run_python(BESIDE_A_TARPIT, environment)
    took: dict[bool, list[float]] = {False: [], True: []}
    with sink(pipelining=True) as server:
        environment["EMAIL_URL"] = f"smtp://{HOST}:{server.port}"
        for number in range(2 * TRIES):
            tarpitted = bool(number % 2)
            server.seen(anew=True)
            tell = f"from benchmarks.mail_sender import tell; tell('tarpit:{number}', tarpitted={tarpitted})"
            run_python(tell, environment)
            seen = server.seen()
            if seen.told < OTHERS:
                raise RuntimeError(f"{OTHERS - seen.told} were not told.")
            took[tarpitted].append(seen.last - seen.first)
    ratio = statistics.median(slow / usual for usual, slow in zip(took[False], took[True], strict=True))
    return f"{OTHERS:,} beside {STUCK} of a domain that never answers: {ratio:.2f} of the time without those (goal 1.2)"


def _everybody(name: str, environment: dict[str, str], subscribers: int) -> str:
    run_python(FILL.format(subscribers=subscribers), environment)
    cookies, codes = desk.sign_in(environment)
    subprocess.run([sys.executable, "manage.py", "publish"], env=environment, check=True)
    port = free_port()
    with sink(pipelining=True) as server:
        environment |= {"HOST": HOST, "PORT": str(port), "EMAIL_URL": f"smtp://{HOST}:{server.port}"}
        clock = [sys.executable, "manage.py", "clock"]
        with (
            running([sys.executable, "manage.py", "web"], env=environment, stderr=subprocess.DEVNULL),
            running(clock, env=environment, stderr=subprocess.DEVNULL) as one,
            running(clock, env=environment, stderr=subprocess.DEVNULL) as other,
        ):
            get(port, "/", {})
            # As on any day: everything has been up for a while.
            time.sleep(10)
            connection = http.client.HTTPConnection(HOST, port, timeout=30)
            desk.post(connection, codes[0], "Told to nobody.", cookies, notify=False)
            time.sleep(3)
            began = time.monotonic()
            desk.post(connection, codes[0], "Told to everybody.", cookies)
            answered = time.monotonic() - began
            early, late = _watch(server, subscribers, [one.pid, other.pid])
            seen = server.seen()
    return (
        f"{subscribers:,} by two processes in {seen.last - began:.1f} s (goal for 100,000: {LIMIT[name]} s), "
        f"{subscribers / (seen.last - seen.first):,.0f}/s; post answered in {answered * 1000:.0f} ms (goal 250), first "
        f"mail after {seen.first - began:.2f} s (goal 2), duplicates {seen.duplicates}; memory of both at 20 % "
        f"{early:.0f} MB, at the end {late:.0f} MB"
    )


def _watch(server: Sink, subscribers: int, processes: list[int]) -> tuple[float, float]:
    """Wait until all are told; the memory that the senders use when a fifth are, and then."""
    early = 0.0
    while (told := server.seen().told) < subscribers:
        if not early and told >= subscribers / 5:
            early = _megabytes(processes)
        time.sleep(0.5)
    return early, _megabytes(processes)


def _megabytes(processes: list[int]) -> float:
    return sum(
        int(line.split()[1]) / 1024
        for process in processes
        for line in Path(f"/proc/{process}/status").read_text().splitlines()
        if line.startswith("VmRSS:")
    )


def run_python(code: str, environment: dict[str, str]) -> str:
    """What some code says that runs inside `manage.py shell`."""
    return subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c", code],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
