"""PDFs, made in a process of their own: a text that is too much for the layout harms nothing but its own file."""

from __future__ import annotations

import base64
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

logger = logging.getLogger(__name__)

FONTS = Path(__file__).parent / "fonts" / "fonts.conf"
# How postmortems.pdf_child ends when it gives up.
OUT_OF_MEMORY, TOO_DEEP = 3, 4
# What C libraries say before they abort, for want of memory.
ALLOCATION_FAILED = (b"failed to allocate", b"out of memory", b"Cannot allocate memory", b"Error creating thread")


class PdfFailed(Exception):
    """No PDF could be made; the message is a sentence for whoever wrote the text."""


@dataclass(frozen=True)
class Limits:
    """What one PDF may take.

    Measured: four pages take 2 seconds of computing and 100 MB, a thousand table rows 7 seconds and 135 MB. Memory is
    bounded as address space, which is some 50 MB more than what is used.
    """

    characters: int = 512 * 1024
    computing_seconds: int = 30
    seconds: float = 45
    megabytes: int = 768


@dataclass(frozen=True)
class Attachment:
    """A file that travels inside the PDF: the data it was made from."""

    name: str
    content: bytes
    description: str


def to_pdf(html: str, *, at: datetime, attachments: Iterable[Attachment] = (), limits: Limits | None = None) -> bytes:
    """The document as PDF/A-3a with tags; the same bytes for the same input, whenever and wherever it is made.

    Nothing is fetched: styles stand in the HTML, fonts are our own. `at`, when it was published, is the only time told.
    """
    limits = limits or Limits()
    if len(html) > limits.characters:
        raise PdfFailed(
            f"The PDF was not made: the text comes to {len(html) // 1024:,} KB with its markup, "
            f"and at most {limits.characters // 1024:,} KB fit. Shorten it, or link to the rest."
        )
    job = {
        "html": html,
        "at": at.astimezone(UTC).isoformat(),
        "attachments": [
            {
                "name": attachment.name,
                "content": base64.b64encode(attachment.content).decode(),
                "description": attachment.description,
            }
            for attachment in attachments
        ],
    }
    with tempfile.TemporaryDirectory(prefix="candor-pdf-") as scratch:
        return _run(json.dumps(job).encode(), environment=environment(at, scratch), limits=limits)


def environment(at: datetime, scratch: str) -> dict[str, str]:
    """All that a process which lays out a PDF is told: its time, our fonts, and a place for what it throws away."""
    return {
        "SOURCE_DATE_EPOCH": str(int(at.timestamp())),
        "LC_ALL": "C.UTF-8",
        "TMPDIR": scratch,
        # What fontconfig has found out about the fonts is kept from one PDF to the next.
        "XDG_CACHE_HOME": str(settings.DATA_DIR / "cache"),
        "FONTCONFIG_FILE": str(FONTS),
        # Fonts an installation adds. Unless both are named, fontconfig looks where the machine keeps its own.
        "XDG_DATA_HOME": str(settings.DATA_DIR),
        "XDG_DATA_DIRS": str(settings.DATA_DIR),
        # Each arena reserves 64 MB of the address space that we bound.
        "MALLOC_ARENA_MAX": "1",
    }


def _run(job: bytes, *, environment: dict[str, str], limits: Limits) -> bytes:
    """Hand the job to a process of its own, and make a sentence of however it ends."""
    memory = limits.megabytes * 1024 * 1024
    process = subprocess.Popen(
        [sys.executable, "-s", "-m", "postmortems.pdf_child", str(limits.computing_seconds), str(memory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        cwd=settings.BASE_DIR,
        start_new_session=True,
    )
    try:
        result, notes = process.communicate(job, timeout=limits.seconds)
    except subprocess.TimeoutExpired:
        raise PdfFailed(_too_long(f"{limits.seconds:g} seconds")) from None
    finally:
        # Only while it is not yet reaped is the number of the group surely its own.
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    if notes:
        logger.log(
            logging.WARNING if process.returncode else logging.INFO,
            "PDF renderer: %s",
            notes[-4000:].decode(errors="replace").strip(),
        )
    if process.returncode:
        raise PdfFailed(_sentence(process.returncode, notes, limits))
    return result


def _sentence(ending: int, notes: bytes, limits: Limits) -> str:
    """Why there is no PDF, from how the process ended."""
    if ending == -signal.SIGXCPU:
        return _too_long(f"{limits.computing_seconds} seconds of computing")
    if ending == OUT_OF_MEMORY or any(words in notes for words in ALLOCATION_FAILED):
        return (
            f"The PDF was not made: laying out the text takes more than {limits.megabytes} MB of memory. "
            "Shorten its longest tables and lists."
        )
    if ending == TOO_DEEP:
        return "The PDF was not made: quotes or lists are nested too deeply. Flatten them."
    how = signal.Signals(-ending).name if ending < 0 else f"exit {ending}"
    return f"The PDF was not made: the renderer crashed ({how}). The server's log has the details."


def _too_long(time: str) -> str:
    return (
        f"The PDF was not made: laying out the text takes more than {time}. "
        "Shorten its longest tables, lists and unbroken words."
    )
