"""A real incident report, imported: its PDF says all that it says, in its order."""

import re
from io import BytesIO
from pathlib import Path

import pypdf
import pytest
from django.core.management import call_command

from postmortems.models import Rendition
from postmortems.rendition import render_due, stored_bytes

SEED = Path(__file__).parents[3] / "shared" / "seed"
pytestmark = pytest.mark.skipif(not SEED.exists(), reason="the report is not part of the project")


def spaced(text):
    return " ".join(text.split())


def test_every_paragraph_action_measure_and_update_is_in_it_in_order(page):
    call_command("import_statuspage", SEED / "components.json", SEED / "incidents.json", verbosity=0)
    render_due()
    pages = pypdf.PdfReader(BytesIO(stored_bytes(Rendition.objects.get()))).pages
    told = spaced(" ".join(one.extract_text() for one in pages))
    lines = (SEED / "incident-report.txt").read_text().splitlines()
    # What runs along every page's edge.
    header = f"{lines[0]} {lines[1].removeprefix('Incident Report for ')}"
    told = re.sub(rf" http://\S+ Page \d of \d( {re.escape(header)})?", "", told)
    parts = []
    for line in lines:
        line = spaced(line)
        fact = re.fullmatch(r"(Date of Incident|Time/Date [\w ]+|Users Impacted|Frequency|Impact): *(.+)", line)
        number = re.fullmatch(r"(\d\.) (.+)", line)
        heading = re.fullmatch(r"(Incident description|Root Cause Analysis|Actions Taken|Mitigation Measures):", line)
        if fact:
            parts.append(fact[2])
        elif heading:
            parts.append(heading[1].capitalize())
        else:
            parts += [spaced(number[2])] if number else [line] if line else []
    assert len(parts) > 35
    assert [part for part in parts if part not in told] == []
    here = 0
    for part in parts:
        assert part in told[here:], f"{part!r} comes too early"
        here = told.index(part, here) + len(part)
    # Numbers are drawn after the lines that they stand before: their place on the page tells.
    shown = "\n".join(one.extract_text(extraction_mode="layout") for one in pages)
    assert re.findall(r"(?m)^ *(\d)\. +[A-Z]", shown) == list("12345612")
