"""Kill, freeze and cut off whatever tells subscribers, while it tells them: nobody may be missed.

On PostgreSQL and Redis with two Celery workers and beat, and on SQLite with two clocks. Told twice may be as many as
senders were killed or frozen, each time by a letter with the same Message-ID.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import redis

from benchmarks.loopback import HOST, free_port
from benchmarks.mail_sink import Sink, sink
from benchmarks.programs import Programs
from benchmarks.short_lease import LEASE
from tests import postgresql

SENDERS = ("first", "second")
# Without a letter for so long, whoever is left is lost.
PATIENCE = 60.0
# Not so fast that all is over before anything can go wrong; in seconds a letter.
PAUSE = 0.002


@dataclass
class Result:
    """What came of one scenario."""

    scenario: str
    recipients: int
    lost: int
    duplicates: int
    allowed: int
    differing: int
    # Lines of the ledger that do not say of somebody that they were told.
    unmarked: int
    seconds: float

    @property
    def is_good(self) -> bool:
        """Whether what is promised was kept."""
        return not (self.lost or self.differing or self.unmarked) and self.duplicates <= self.allowed

    def __str__(self) -> str:
        return (
            f"{self.scenario:<44} {self.recipients:>7,} recipients   {self.lost} lost   {self.duplicates} duplicates "
            f"(at most {self.allowed})   {self.differing} differing Message-IDs   {self.unmarked} not marked   "
            f"{self.seconds:5.1f} s{'' if self.is_good else '   BROKEN'}"
        )


class Stage:
    """An installation with its senders, a sink they send to, and somebody who does harm."""

    def __init__(self, programs: Programs, server: Sink, environment: dict[str, str], seed: int) -> None:
        self.programs, self.server, self.environment = programs, server, environment
        self.recipients, self.chance = 0, random.Random(seed)
        self.broker: redis.Redis | None = None
        self.restart_database: Callable[[], None] | None = None
        self.number = 0

    def play(self, scenario: str, harm: Callable[[Stage], int]) -> Result:
        """Do harm while everybody is told something, and count once the ledger says that all is done."""
        self.server.seen(anew=True)
        began = time.monotonic()
        allowed = harm(self)
        self._wait_for_the_end()
        seen = self.server.seen()
        return Result(
            scenario,
            self.recipients,
            self.recipients - seen.told,
            seen.duplicates,
            allowed,
            seen.differing,
            self._count("state <> 'sent'"),
            time.monotonic() - began,
        )

    def subscribe(self, recipients: int) -> None:
        """Have so many more subscribe."""
        self.python(f"from benchmarks.mail_sender import subscribe; subscribe({recipients})")
        self.recipients += recipients

    def announce(self) -> None:
        """Have everybody told something new."""
        self.number += 1
        self.python(f"from benchmarks.mail_sender import announce_soon; announce_soon('kill:{self.number}')")

    def wait_for(self, share: float) -> None:
        """Wait until so many of all are told, or nobody is told any more."""
        told, since = -1, time.monotonic()
        while (now := self.server.seen().told) < share * self.recipients:
            if now > told:
                told, since = now, time.monotonic()
            if time.monotonic() - since > PATIENCE:
                return
            time.sleep(0.01)

    def python(self, code: str) -> None:
        """Run some code inside this installation."""
        command = [sys.executable, "manage.py", "shell", "-v0", "-c", code]
        subprocess.run(command, env=self.environment, check=True)

    def _wait_for_the_end(self) -> None:
        self.wait_for(1)
        deadline = time.monotonic() + PATIENCE
        # A line whose sender died with the answer in hand is sent again once its lease is over.
        while time.monotonic() < deadline and self._count("state = 'pending'"):
            time.sleep(0.2)

    def _count(self, condition: str) -> int:
        question = f"SELECT count(*) FROM subscribers_delivery WHERE {condition}"
        connection: Any
        if url := self.environment.get("DATABASE_URL"):
            connection = psycopg.connect(url)
        else:
            connection = sqlite3.connect(Path(self.environment["DATA_DIR"]) / "candor.sqlite3", timeout=20)
        try:
            return int(connection.execute(question).fetchone()[0])
        finally:
            connection.close()


def kills(count: int) -> Callable[[Stage], int]:
    """Kill -9 of one sender or the other, at random moments."""

    def harm(stage: Stage) -> int:
        stage.announce()
        for share in sorted(stage.chance.uniform(0.02, 0.95) for _ in range(count)):
            stage.wait_for(share)
            # Not always at the moment when a letter was counted.
            time.sleep(stage.chance.uniform(0, 0.05))
            sender = stage.chance.choice(SENDERS)
            stage.programs.kill(sender)
            stage.programs.start_again(sender)
        return count

    return harm


def frozen(stage: Stage) -> int:
    """A sender stands still for longer than its lease, and then goes on."""
    stage.announce()
    stage.wait_for(0.2)
    stage.programs.freeze(SENDERS[0])
    time.sleep(LEASE + 2)
    stage.programs.thaw(SENDERS[0])
    return 1


def broker_emptied(stage: Stage) -> int:
    """Everything in Redis is gone."""
    stage.announce()
    stage.wait_for(0.5)
    if stage.broker:
        stage.broker.flushall()
    return 0


def broker_restarted(stage: Stage) -> int:
    """Redis is away for a while, and empty when it is back."""
    stage.announce()
    stage.wait_for(0.3)
    stage.programs.kill("redis")
    time.sleep(3)
    stage.programs.start_again("redis")
    return 0


def without_beat(stage: Stage) -> int:
    """Nobody looks for what is due."""
    stage.programs.kill("beat")
    stage.announce()
    stage.wait_for(1)
    stage.programs.start_again("beat")
    return 0


def two_beats(stage: Stage) -> int:
    """Everything is asked for twice."""
    command, environment = stage.programs.commands["beat"]
    another = [*command[:-1], f"{command[-1]}-2"]
    stage.programs.start("beat 2", another, environment)
    stage.announce()
    stage.wait_for(1)
    stage.programs.end("beat 2")
    return 0


def database_restarted(stage: Stage) -> int:
    """The database is shut down in the middle, and started again."""
    stage.announce()
    stage.wait_for(0.4)
    if stage.restart_database:
        stage.restart_database()
    return 0


CLOCKS: dict[str, Callable[[Stage], int]] = {"20 × kill -9": kills(20), "frozen past its lease": frozen}
WORKERS: dict[str, Callable[[Stage], int]] = {
    **CLOCKS,
    "Redis emptied": broker_emptied,
    "Redis stopped and restarted": broker_restarted,
    "beat dead": without_beat,
    "two beats": two_beats,
    "PostgreSQL restarted": database_restarted,
}


@contextmanager
def on_sqlite(recipients: int, *, seed: int) -> Iterator[Stage]:
    """SQLite and two clocks."""
    with tempfile.TemporaryDirectory(prefix="candor-kill-") as name, _stage(Path(name), recipients, seed) as stage:
        for sender in SENDERS:
            stage.programs.start(sender, [sys.executable, "manage.py", "clock"], stage.environment)
        yield stage


@contextmanager
def on_postgresql(recipients: int, *, seed: int) -> Iterator[Stage]:
    """PostgreSQL, Redis, two Celery workers and beat."""
    binaries = postgresql.find_binaries()
    if binaries is None:
        raise RuntimeError("PostgreSQL is not installed.")
    with (
        tempfile.TemporaryDirectory(prefix="candor-kill-") as name,
        tempfile.TemporaryDirectory(prefix="candor-kill-") as folder,
        postgresql.running(binaries, Path(folder)) as url,
    ):
        port = free_port()
        services = {"DATABASE_URL": url, "REDIS_URL": f"redis://{HOST}:{port}/0"}
        with _stage(Path(name), recipients, seed, **services) as stage:
            command = ["redis-server", "--port", str(port), "--bind", HOST, "--save", "", "--dir", name]
            stage.programs.start("redis", command, dict(os.environ))
            stage.broker = redis.Redis(HOST, port)
            stage.restart_database = lambda: postgresql.restart(binaries, Path(folder))
            celery = [sys.executable, "-m", "celery", "-A", "statuspage"]
            for sender in SENDERS:
                worker = ["worker", "-P", "solo", "-Q", "notify,mail", "-n", f"{sender}@localhost"]
                quick = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
                stage.programs.start(sender, [*celery, *worker, *quick], stage.environment)
            beat = ["beat", "--pidfile", "", "--schedule", str(Path(name) / "beat")]
            stage.programs.start("beat", [*celery, *beat], stage.environment)
            yield stage


@contextmanager
def _stage(folder: Path, recipients: int, seed: int, **services: str) -> Iterator[Stage]:
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    environment |= {"DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "benchmarks.short_lease", **services}
    with sink(pipelining=True, pause=PAUSE) as server, Programs(folder / "log") as programs:
        environment["EMAIL_URL"] = f"smtp://{HOST}:{server.port}"
        subprocess.run([sys.executable, "manage.py", "prepare"], env=environment, check=True)
        stage = Stage(programs, server, environment, seed)
        stage.subscribe(recipients)
        yield stage


def measure(*, recipients: int, seed: int) -> str:
    """Play every scenario on whatever is installed here, with a part of the recipients; then the kills with all."""
    few = max(recipients // 20, 200)
    lines = [f"  seed {seed}"]
    with on_sqlite(few, seed=seed) as stage:
        lines += _play(stage, "SQLite, two clocks", CLOCKS, recipients)
    if not shutil.which("redis-server") or postgresql.find_binaries() is None:
        return "\n".join([*lines, "  PostgreSQL or Redis is not installed: left out."])
    with on_postgresql(few, seed=seed) as stage, suppress(KeyboardInterrupt):
        lines += _play(stage, "PostgreSQL, two workers", WORKERS, recipients)
    return "\n".join(lines)


def _play(stage: Stage, name: str, harms: dict[str, Callable[[Stage], int]], recipients: int) -> list[str]:
    lines = [f"  {stage.play(f'{name}: {scenario}', harm)}" for scenario, harm in harms.items()]
    stage.subscribe(recipients - stage.recipients)
    return [*lines, f"  {stage.play(f'{name}: 20 × kill -9', kills(20))}"]
