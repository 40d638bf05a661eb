"""Fetching the documents of a Statuspage: from files, or from its address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from statuspage.importers.places import Place, Refused, parse
from statuspage.importers.statuspage_documents import read_history
from statuspage.importers.told import History

BELOW = ("/api/v2/summary.json", "/api/v2/incidents.json", "/api/v2/scheduled-maintenances.json")
LARGEST = 64 * 1024 * 1024
SECONDS = 20


def read_sources(sources: Iterable[str]) -> History:
    """The history that files and addresses tell together; a base address stands for the documents below it."""
    documents: list[Place] = []
    bases = []
    for source in sources:
        parts = urlsplit(source)
        if parts.scheme not in {"http", "https"}:
            documents.append(parse(source, _read_file(source)))
        elif parts.path.endswith(".json"):
            documents.append(parse(source, _download(source)))
        else:
            bases.append(source.rstrip("/"))
            documents += [parse(address, _download(address)) for address in (f"{bases[-1]}{one}" for one in BELOW)]
    history = read_history(documents)
    permalinks = list(_permalinks(bases, history.missing_postmortems))
    return read_history([*documents, *permalinks]) if permalinks else history


def _permalinks(bases: Iterable[str], codes: Iterable[str]) -> Iterator[Place]:
    """Lists carry no text of postmortems; each incident's own document does. One that is not to be had is left out."""
    for base in bases:
        for code in codes:
            address = f"{base}/incidents/{code}.json"
            try:
                body = _download(address)
            except Refused:
                continue
            yield parse(address, body)


def _read_file(name: str) -> bytes:
    try:
        if not Path(name).is_file():
            raise Refused(name, "", "is no file, and no address that begins with http:// or https://")
        if Path(name).stat().st_size > LARGEST:
            raise Refused(name, "", f"is larger than {LARGEST // 1024 // 1024} MB")
        return Path(name).read_bytes()
    except (OSError, ValueError) as error:
        # ValueError: a name with a NUL in it.
        raise Refused(name, "", f"cannot be read: {error}") from error


def _download(address: str) -> bytes:
    try:
        request = Request(address, headers={"Accept": "application/json", "User-Agent": "Candor"})  # noqa: S310
        # The scheme was looked at above, and whoever runs the command chose the address.
        with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            body = answer.read(LARGEST + 1)
    except (OSError, ValueError, HTTPException) as error:
        raise Refused(address, "", f"cannot be fetched: {error}") from error
    if len(body) > LARGEST:
        raise Refused(address, "", f"is larger than {LARGEST // 1024 // 1024} MB")
    return body
