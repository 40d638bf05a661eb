"""Importing without rendering: what pages look like is told elsewhere."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core import serializers
from django.core.management import call_command

from postmortems.models import ActionTaken, Fact, Mitigation, Postmortem, Rendition, Revision
from statuspage.components.models import Component, ComponentGroup, ComponentReport
from statuspage.importers.management.commands import import_statuspage as command
from statuspage.incidents.models import AffectedComponent, Incident, IncidentUpdate, UpdateRevision
from statuspage.publishing.models import StatusPage
from tests.importers.documents import Sources

MODELS = [
    *(StatusPage, ComponentGroup, Component, ComponentReport, Incident, IncidentUpdate, UpdateRevision),
    *(AffectedComponent, Postmortem, Fact, ActionTaken, Mitigation, Revision, Rendition),
]


def run_command(*sources: str, **options) -> str:
    said = StringIO()
    call_command("import_statuspage", *sources, stdout=said, **options)
    return said.getvalue()


@pytest.fixture
def import_sources(page, tmp_path: Path, monkeypatch) -> Sources:
    """Import documents given as objects, or as bytes; answers what the command said."""
    monkeypatch.setattr(command, "publish", lambda: None)
    monkeypatch.setattr(command, "render_all", lambda: None)
    return Sources(tmp_path, run_command)


@pytest.fixture
def everything(page):
    """All rows that an import may touch, as one text."""
    return lambda: "\n".join(serializers.serialize("json", model.objects.order_by("pk")) for model in MODELS)
