"""Requests over every public address while only the web server runs, without a database: all must be right."""

from __future__ import annotations

import hashlib
import http.client
import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.loopback import HOST, get, running

CONNECTIONS = 4


def measure(web_command: list[str], port: int, data_dir: Path, *, requests: int) -> str:
    """Move the database file away, ask for each address in turn, and compare every answer with its file."""
    root = data_dir / "public"
    expected = {_location(path, root): _digest(path.read_bytes()) for path in _files(root)}
    with _without_database(data_dir), running(web_command):
        get(port, "/", {})
        turns = itertools.islice(itertools.cycle(expected.items()), requests)
        wrong: list[str] = []
        lock = threading.Lock()
        began = time.perf_counter()
        threads = [threading.Thread(target=_ask, args=(port, turns, lock, wrong)) for _ in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.perf_counter() - began
    right = requests - len(wrong)
    line = f"  {right:,} of {requests:,} right, over {len(expected):,} addresses, in {took:.0f} s"
    return "\n".join([line, *(f"  wrong: {one}" for one in wrong[:10])])


def _ask(port: int, turns: Iterator[tuple[str, str]], lock: threading.Lock, wrong: list[str]) -> None:
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    while True:
        with lock:
            turn = next(turns, None)
        if turn is None:
            return
        location, digest = turn
        try:
            connection.request("GET", location)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as error:
            wrong.append(f"{location}: {error!r}")
            connection.close()
            continue
        if answer.status != 200 or _digest(body) != digest:
            wrong.append(f"{location}: {answer.status}, {len(body)} bytes")


@contextmanager
def _without_database(data_dir: Path) -> Iterator[None]:
    files = list(data_dir.glob("candor.sqlite3*"))
    for file in files:
        file.rename(file.with_name(f"away-{file.name}"))
    try:
        yield
    finally:
        for file in files:
            file.with_name(f"away-{file.name}").rename(file)


def _files(root: Path) -> Iterator[Path]:
    for path in root.rglob("*"):
        if path.is_file() and not path.name.startswith(".") and not path.name.endswith(("404.html", ".gz", ".br")):
            yield path


def _location(path: Path, root: Path) -> str:
    """The address of a stored file: the rule of store.file_for, the other way round."""
    name = f"/{path.relative_to(root).as_posix()}"
    return name.removesuffix("index.html") if name.endswith("/index.html") else name.removesuffix(".html")


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
