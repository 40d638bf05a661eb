"""The whole public site as a folder of files, for a web server, an object store or a CDN to carry."""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import brotli
from django.conf import settings

from statuspage.publishing import store

# Links to what no file answers, but Candor itself, which stands behind no export.
LIVE = re.compile(rb'\s*<a class="live-only"[^>]*>.*?</a>', re.DOTALL)
# The same where the words tell something by themselves: they stay, without the link.
WORDS = re.compile(rb'<a class="live-words"[^>]*>(.*?)</a>', re.DOTALL)
PACKED: dict[str, tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]] = {
    ".gz": (gzip.decompress, lambda body: gzip.compress(body, 9, mtime=0)),
    ".br": (brotli.decompress, brotli.compress),
}
# What tells a folder that an export made from any other: only there are files removed.
MARK = ".candor-export"


class NotOurs(Exception):
    """The folder holds something else; nothing was touched."""


def export(folder: Path, *, as_folders: bool = False) -> int:
    """Copy every public file, and take away what the site no longer has. Tells how many files there are.

    Pages keep their names, `/history` as `history.html`; `as_folders` makes it `history/index.html`, for servers that
    know no other way. Raises NotOurs for a folder with files that no export made.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise NotOurs
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()
    # The names alone: no responder waits while a long history is copied.
    with store.lock():
        wanted = {folder / _place(path, as_folders=as_folders): path for path in _public_files()}
    copied = {target for target, path in wanted.items() if _copy(settings.PUBLIC_ROOT / path, target)}
    for gone in {path for path in folder.rglob("*") if path.is_file()} - copied - {folder / MARK}:
        gone.unlink()
    return len(copied)


def _public_files() -> Iterator[PurePosixPath]:
    root = settings.PUBLIC_ROOT
    for path in root.rglob("*"):
        # Half-written files, and the lock, begin with a dot.
        if path.is_file() and not path.name.startswith("."):
            yield PurePosixPath(path.relative_to(root).as_posix())


def _place(path: PurePosixPath, *, as_folders: bool) -> PurePosixPath:
    name, dot, rest = path.name.partition(".")
    if as_folders and rest.split(".")[0] == "html" and name not in {"index", "404"}:
        return path.parent / name / f"index{dot}{rest}"
    return path


def _copy(source: Path, target: Path) -> bool:
    """Bring a copy up to date, whole or not at all: readers may come meanwhile. False where the source has gone."""
    try:
        with open(source, "rb") as file:
            seen = os.fstat(file.fileno())
            if not _is_copy(target, seen):
                target.parent.mkdir(parents=True, exist_ok=True)
                store.write(target, _without_live_links(source, file.read()))
                os.utime(target, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    except FileNotFoundError:
        return False
    return True


def _is_copy(target: Path, seen: os.stat_result) -> bool:
    return target.exists() and target.stat().st_mtime_ns == seen.st_mtime_ns


def _without_live_links(source: Path, body: bytes) -> bytes:
    """What is to be written of a file: all of it, but for links that lead nowhere without Candor."""
    if ".html" not in source.suffixes:
        return body
    unpack, pack = PACKED.get(source.suffix, (bytes, bytes))
    plain = unpack(body)
    kept = WORDS.sub(rb"\1", LIVE.sub(b"", plain))
    return body if kept == plain else pack(kept)
