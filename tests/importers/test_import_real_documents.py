"""Real documents, where they lie beside the checkout: all of them come in, whole, and twice is as good as once."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from postmortems.models import Postmortem
from statuspage.components.models import Component, ComponentGroup
from statuspage.importers.places import parse
from statuspage.importers.statuspage_documents import read_history
from statuspage.incidents.models import Incident, IncidentUpdate
from statuspage.incidents.overview import overview
from tests.importers.conftest import run_command

SHARED = Path(__file__).parents[2].parent / "shared"
DUMPS = sorted((SHARED / "dumps").glob("*.json"))
SEED = [SHARED / "seed" / "components.json", SHARED / "seed" / "incidents.json"]
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared beside the checkout")


def load(path: Path) -> dict:
    return json.loads(path.read_text())


def rows_of(told: dict) -> tuple[list[dict], list[dict], list[dict]]:
    """Components (groups among them), incidents and maintenances of a document."""
    incidents = told.get("incidents", [])
    planned = told.get("scheduled_maintenances", [])
    if "incident_updates" in told:
        incidents = [told]
    rows = {row["id"]: row for one in [*incidents, *planned] for row in one.get("components", [])}
    rows |= {row["id"]: row for row in told.get("components", [])}
    return list(rows.values()), incidents, planned


@pytest.mark.parametrize("path", DUMPS, ids=lambda path: path.stem)
def test_a_dump_comes_in_whole_and_twice(import_sources, everything, path):
    rows, incidents, planned = rows_of(load(path))
    run_command(str(path))
    before = everything()
    run_command(str(path))
    assert everything() == before

    leaves = [row for row in rows if not row["group"]]
    assert ComponentGroup.objects.count() == len(rows) - len(leaves)
    assert Component.objects.count() == len(leaves)
    assert Incident.objects.filter(kind="incident").count() == len(incidents)
    assert Incident.objects.filter(kind="maintenance", runs_by_clock=False).count() == len(planned)
    updates = [update for one in [*incidents, *planned] for update in one["incident_updates"]]
    assert IncidentUpdate.objects.count() == len(updates)
    for update in updates:
        written = IncidentUpdate.objects.get(code=update["id"])
        assert written.created_at == datetime.fromisoformat(update["created_at"])
        assert written.display_at == datetime.fromisoformat(update["display_at"])
    for one in [*incidents, *planned]:
        written = Incident.objects.get(code=one["id"])
        assert (written.name, written.status, written.impact) == (one["name"], one["status"], one["impact"])
        assert written.is_open == (one["resolved_at"] is None)

    as_of = read_history([parse(path.name, path.read_bytes())]).as_of
    state = overview(as_of)
    assert {one.code: state.status_of(one) for one in state.components} == {row["id"]: row["status"] for row in leaves}
    if "status" in load(path) and "page" in load(path):
        assert state.indicator == load(path)["status"]["indicator"]


def test_the_feed_is_refused(import_sources):
    with pytest.raises(Exception, match="is not JSON"):
        run_command(str(SHARED / "dumps" / "github-history.atom"))


@pytest.mark.parametrize("order", [SEED, SEED[::-1]], ids=["components first", "incidents first"])
def test_the_real_report_is_in_our_fields(import_sources, everything, order):
    run_command(*map(str, order))
    before = everything()
    for path in SEED:
        run_command(str(path))
    assert everything() == before

    told = Postmortem.objects.get()
    facts = {fact.key: fact for fact in told.facts.all()}
    assert list(facts) == ["date", "started", "stable", "resolved", "users_impacted", "frequency", "impact"]
    assert facts["started"].at == datetime.fromisoformat("2021-02-16T17:09-04:00")
    assert facts["stable"].at == datetime.fromisoformat("2021-02-16T18:06-04:00")
    assert facts["resolved"].at == datetime.fromisoformat("2021-02-16T20:08-04:00")
    assert all(facts[key].typed.endswith(" EDT") for key in ("started", "stable", "resolved"))
    assert str(facts["date"].day) == "2021-02-16"
    assert (told.actions_taken.count(), told.mitigations.count()) == (6, 2)
    assert told.posted_at == datetime.fromisoformat("2021-02-18T21:31-05:00")
    report = (SHARED / "seed" / "incident-report.txt").read_text()
    for text in [told.description, *told.root_cause.split("\n\n")]:
        assert text in report
    for number, action in enumerate(told.actions_taken.all(), 1):
        assert f"  {number}. {action.description}" in report
    for number, mitigation in enumerate(told.mitigations.all(), 1):
        assert f"  {number}. {mitigation.description}" in report
    assert [update.status for update in told.incident.timeline()] == [
        *("resolved", "monitoring", "identified", "investigating"),
    ]
    assert all(update.body in report for update in told.incident.timeline())
