"""A text that is too much for the layout costs its own PDF and nothing else, and says why."""

import subprocess
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from postmortems import pdf
from postmortems.pdf import Limits, PdfFailed, to_pdf

AT = datetime(2026, 11, 23, 17, 20, tzinfo=UTC)
ROWS = "<table>" + "<tr><td>one<td>two<td>three" * 5_000 + "</table>"


def failure(body, **limits):
    with pytest.raises(PdfFailed) as failed:
        to_pdf(f'<html lang="en"><title>Too much</title><body>{body}', at=AT, limits=Limits(**limits))
    return str(failed.value)


def alive_in_session(leader):
    """Processes of a session that still run; one that ended may wait a while for its new parent to take note."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, _, session = stat.read_text().rpartition(")")[2].split()[:4]
            if int(session) == leader and state != "Z":
                found.append(stat.parent.name)
    return found


def test_ten_megabytes_are_refused_before_anything_is_started(monkeypatch):
    monkeypatch.setattr(subprocess, "Popen", None)
    assert failure("x" * 10_000_000) == (
        "The PDF was not made: the text comes to 9,765 KB with its markup, and at most 512 KB fit. "
        "Shorten it, or link to the rest."
    )


@pytest.mark.parametrize(
    "body",
    [ROWS, '<table><tr><td colspan="65534">x</table>', "<p>" + "word " * 90_000],
    ids=["5,000 rows", "a cell over 65,534 columns", "a page-long paragraph, ninety times"],
)
def test_what_takes_too_much_computing_is_stopped(body):
    assert failure(body, computing_seconds=2) == (
        "The PDF was not made: laying out the text takes more than 2 seconds of computing. "
        "Shorten its longest tables, lists and unbroken words."
    )


def test_what_takes_too_long_is_stopped_and_leaves_no_process_behind(monkeypatch):
    started = []
    popen = subprocess.Popen
    monkeypatch.setattr(
        subprocess, "Popen", lambda *args, **named: started.append(popen(*args, **named)) or started[-1]
    )
    assert "takes more than 0.2 seconds." in failure(ROWS, seconds=0.2)
    assert alive_in_session(started[0].pid) == []


def test_what_takes_too_much_memory_is_stopped():
    assert failure(ROWS, megabytes=90) == (
        "The PDF was not made: laying out the text takes more than 90 MB of memory. "
        "Shorten its longest tables and lists."
    )


def test_what_is_nested_too_deeply_is_refused():
    assert failure("<blockquote>" * 500 + "x") == (
        "The PDF was not made: quotes or lists are nested too deeply. Flatten them."
    )


def test_a_crash_of_the_renderer_is_a_sentence_too(monkeypatch, tmp_path):
    # Without any font it does not degrade, it dies.
    monkeypatch.setattr(pdf, "FONTS", tmp_path / "fonts.conf")
    (tmp_path / "fonts.conf").write_text(f"<fontconfig><dir>{tmp_path}</dir></fontconfig>")
    assert failure("x") == "The PDF was not made: the renderer crashed (SIGSEGV). The server's log has the details."


def test_a_word_of_many_pages_gets_places_to_break():
    content = to_pdf('<html lang="en"><title>Long word</title><body><p>' + "x" * 30_000, at=AT)
    assert content.startswith(b"%PDF")
