"""A PostgreSQL of our own for as long as a test needs it: its own port, its own directory, loopback only."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def find_binaries() -> Path | None:
    """Where initdb and postgres are; None where PostgreSQL is not installed."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    found = str(versions[-1]) if versions else shutil.which("initdb")
    return Path(found).parent if found else None


@contextmanager
def running(binaries: Path, directory: Path) -> Iterator[str]:
    """Start a server, give the DATABASE_URL of its superuser's database, and stop it."""
    user = _unprivileged()
    data = directory / "data"
    directory.chmod(0o777)
    subprocess.run(
        [*user, binaries / "initdb", "-A", "trust", "-N", "-U", "candor", "-E", "UTF8", data],
        check=True,
        capture_output=True,
        cwd="/",
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", directory, "-F"]
    # Tests roll back what they write. Counted between two of them the tables would be empty, yet full of dead rows, and
    # a question planned for empty tables takes minutes to read those.
    options += ["-c", "autovacuum=off"]
    server = subprocess.Popen([*user, binaries / "postgres", *options], cwd="/", stderr=subprocess.DEVNULL)
    try:
        ready = [binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port), "-t", "1"]
        while subprocess.run(ready, check=False).returncode:
            if server.poll() is not None:
                raise RuntimeError(f"PostgreSQL ended with {server.returncode} before it was ready.")
        yield f"postgres://candor@127.0.0.1:{port}/postgres"
    finally:
        # The fast shutdown: it goes to the server itself, which runuser hands on to.
        (Path(data) / "postmaster.pid").exists() and os.kill(
            int((data / "postmaster.pid").read_text().split()[0]), signal.SIGINT
        )
        server.wait(30)
        # One that was restarted is no child of ours.
        for _ in range(300):
            if not (data / "postmaster.pid").exists():
                break
            time.sleep(0.1)


def restart(binaries: Path, directory: Path) -> None:
    """Shut the server of a directory down, cutting everybody off, and start it again."""
    command = [*_unprivileged(), binaries / "pg_ctl", "-D", directory / "data", "-m", "fast", "-w"]
    subprocess.run([*command, "-l", directory / "data" / "log", "restart"], check=True, capture_output=True, cwd="/")


def _unprivileged() -> list[str]:
    # It refuses to run as root; the distribution's package brings an account for it.
    return ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
