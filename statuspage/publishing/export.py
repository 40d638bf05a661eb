"""The whole public site as a folder of files, for a web server, an object store or a CDN to carry."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from django.conf import settings

from statuspage.publishing import store
from statuspage.publishing.serving import ASSET_CACHE, EMBED_HEADERS, PAGE_CACHE, SECURITY_HEADERS, SHARED

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
    # Nobody publishes meanwhile: what is copied fits together.
    with store.lock():
        wanted = {_place(path, as_folders=as_folders): path for path in _public_files()}
        for place, path in wanted.items():
            _copy(settings.PUBLIC_ROOT / path, folder / place)
    (folder / "_headers").write_text(headers_file())
    kept = {folder / place for place in wanted} | {folder / MARK, folder / "_headers"}
    for gone in {path for path in folder.rglob("*") if path.is_file()} - kept:
        gone.unlink()
    return len(wanted)


def headers_file() -> str:
    """Our headers in the form that Netlify and Cloudflare Pages read."""
    rules = {
        "/*": {**SECURITY_HEADERS, "Cache-Control": PAGE_CACHE},
        "/static/*": {"! Cache-Control": "", "Cache-Control": ASSET_CACHE},
        "/embed": {"! X-Frame-Options": "", **EMBED_HEADERS},
        **{f"/*{suffix}": {"Access-Control-Allow-Origin": "*"} for suffix in sorted(SHARED)},
    }
    lines = []
    for path, headers in rules.items():
        lines += [path, *(f"  {name}: {value}" if value else f"  {name}" for name, value in headers.items())]
    return "\n".join(lines) + "\n"


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


def _copy(source: Path, target: Path) -> None:
    seen = source.stat()
    if target.exists() and (target.stat().st_mtime_ns, target.stat().st_size) == (seen.st_mtime_ns, seen.st_size):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)
