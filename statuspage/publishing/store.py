"""The public files: a directory that any web server can carry. Whatever the public reads is one of them."""

from __future__ import annotations

import fcntl
import gzip
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import brotli
from django.conf import settings
from django.db import connection

COMPRESSED = {".html", ".json", ".svg", ".xml", ".atom", ".rss", ".txt", ".md", ".ics", ".js", ".css"}
ENCODINGS = (".gz", ".br")
# Served from the same directory, but put there by others: collectstatic, and the lock itself.
NOT_OURS = {"static", ".lock", ".lock-deferred", ".whole"}
# Any number will do, as long as every host that shares the database uses the same one.
ADVISORY_LOCK = 0x63616E646F72


def file_for(location: str) -> Path:
    """The file that answers a location: "/" is index.html, "/history" is history.html, "/a.json" is itself.

    Raises ValueError for a location that would leave the directory, or that the server would not look for.
    """
    well_formed = location.startswith("/") and not any(sign in location for sign in ("//", "/.", "\\", "\0"))
    path = PurePosixPath(location[1:] + "index.html" if location.endswith("/") else location[1:])
    if not well_formed or path.parts[0] in NOT_OURS:
        raise ValueError(f"{location!r} is no public location")
    return settings.PUBLIC_ROOT / (path if "." in path.name else path.with_name(path.name + ".html"))


def put(location: str, body: bytes) -> None:
    """Store what readers get at a location, whole or not at all; a body already there is left untouched."""
    path = file_for(location)
    try:
        if path.read_bytes() == body:
            return
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix in COMPRESSED:
        write(path.with_name(path.name + ".gz"), gzip.compress(body, 9, mtime=0))
        write(path.with_name(path.name + ".br"), brotli.compress(body, quality=6))
    # The plain file last: its change is what servers notice, and what the test above compares with.
    write(path, body)


def find(location: str) -> bytes | None:
    """What readers get at a location; None where nothing is published."""
    try:
        return file_for(location).read_bytes()
    except OSError:
        # Not there, or no name of a file at all: below another file, or too long.
        return None


def holds(location: str) -> bool:
    """Whether anything is published at a location."""
    return file_for(location).is_file()


def remove(location: str) -> None:
    """Take a location off the site; harmless if it is not there."""
    _unlink(file_for(location))


def remove_all_but(locations: set[str], *, older_than: float) -> None:
    """Remove every stored file that none of these locations claims, if it was there before a moment of time.time()."""
    claimed = {file_for(location) for location in locations}
    for path in list(_files()):
        plain = path.with_suffix("") if path.suffix in ENCODINGS else path
        if plain not in claimed and path.stat().st_mtime < older_than:
            path.unlink()


def is_whole() -> bool:
    """Whether everything was stored here at some time, and nobody took the directory away since."""
    return _whole().exists()


def say_whole() -> None:
    """Remember that everything is stored."""
    _whole().touch()


def _whole() -> Path:
    return settings.PUBLIC_ROOT / ".whole"


@contextmanager
def lock(*, deferred: bool = False) -> Iterator[None]:
    """Only one process at a time renders and stores, so an older page can never land last.

    What no responder waits for has a lock of its own, and never holds up what one does. One host is covered by a lock
    on a file; hosts that share PostgreSQL by an advisory lock of the database.
    """
    settings.PUBLIC_ROOT.mkdir(parents=True, exist_ok=True)
    with open(settings.PUBLIC_ROOT / (".lock-deferred" if deferred else ".lock"), "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if connection.vendor != "postgresql":
            yield
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK + deferred])
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK + deferred])


def write(path: Path, body: bytes) -> None:
    """Write a file whole or not at all, and for good."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".tmp-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _unlink(path: Path) -> None:
    for name in (path.name, *(path.name + encoding for encoding in ENCODINGS)):
        path.with_name(name).unlink(missing_ok=True)


def _files() -> Iterator[Path]:
    for top in settings.PUBLIC_ROOT.iterdir():
        if top.name in NOT_OURS:
            continue
        yield from (path for path in (top.rglob("*") if top.is_dir() else [top]) if path.is_file())
