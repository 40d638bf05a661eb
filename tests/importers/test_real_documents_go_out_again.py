"""Real documents, where they lie beside the checkout: what comes in from a Statuspage, our API tells just so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from statuspage.importers.statuspage_documents import BREAK
from statuspage.publishing import store
from statuspage.publishing.press import publish
from tests.importers.conftest import run_command

DUMPS = Path(__file__).parents[2].parent / "shared" / "dumps"
SUMMARIES = sorted(DUMPS.glob("*-summary*.json"))
LISTS = sorted(DUMPS.glob("*-incidents-sample.json"))
PERMALINKS = sorted(DUMPS.glob("*-incident-*.json"))
pytestmark = pytest.mark.skipif(not DUMPS.is_dir(), reason="needs ../shared beside the checkout")

ONLY_THE_SOURCE_CAN_KNOW = {
    "shortlink": "leads through the source's own shortener",
    "url": "is where the page is",
    "wants_twitter_update": "has left the format since 2016",
    "twitter_updated_at": "has left the format since 2016",
}
NEWER_THAN_SOME_DOCUMENTS = {
    "start_date": "came about 2020",
    "reminder_intervals": "came in 2023",
    "started_at": "came after 2016",
    "components": "came to the permalink after 2016",
    "custom_tweet": "came after 2016",
    "tweet_id": "came after 2016",
    "deliver_notifications": "came after 2016",
}
NOTHING_AFFECTED = [{"name": "No components were affected by this update."}]


def differences(theirs, ours, where=""):
    """Where our document says something else than theirs, key by key."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for key in theirs.keys() - ONLY_THE_SOURCE_CAN_KNOW.keys():
            yield from differences(theirs[key], ours.get(key, "missing"), f"{where}.{key}")
        yield from (f"{where}.{key}" for key in ours.keys() - theirs.keys() - NEWER_THAN_SOME_DOCUMENTS.keys())
    elif isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        # The components of 2020 are in no order that a rule explains, where their position is the same.
        if theirs and "showcase" in theirs[0] and "start_date" not in theirs[0]:
            theirs, ours = (sorted(rows, key=lambda row: row["id"]) for rows in (theirs, ours))
        for number, pair in enumerate(zip(theirs, ours, strict=True)):
            yield from differences(*pair, f"{where}[{number}]")
    elif where.endswith(".body"):
        # GitHub writes HTML line breaks into its messages; here, a message is text.
        yield from () if BREAK.sub("\n", theirs) == ours else (where,)
    elif theirs != ours and not (theirs == NOTHING_AFFECTED and ours is None):
        yield where


def published(location):
    return json.loads(store.find(location))


@pytest.fixture
def comes_in(import_sources, page):
    """Import a document; the page has the code and zone that documents without a page say nothing of."""

    def come_in(path: Path, *, code: str = page.code, zone: str = page.time_zone):
        page.code, page.time_zone = code, zone
        page.save()
        run_command(str(path))
        publish()
        return json.loads(path.read_text())

    return come_in


@pytest.mark.parametrize("path", SUMMARIES, ids=lambda path: path.stem)
def test_a_summary_goes_out_as_it_came_in(comes_in, path):
    theirs, ours = comes_in(path), published("/api/v2/summary.json")
    assert list(differences(theirs, ours)) == []
    assert [*ours] == [*theirs]
    positions = [row["position"] for row in ours["components"]]
    assert positions == sorted(positions)
    for key in ("components", "incidents", "scheduled_maintenances"):
        keys = {row["id"]: [*row] for row in theirs[key]}
        assert {row["id"]: [key for key in row if key in keys[row["id"]]] for row in ours[key]} == keys


@pytest.mark.parametrize("path", SUMMARIES, ids=lambda path: path.stem)
def test_the_other_documents_say_the_same_as_the_summary(comes_in, path):
    theirs = comes_in(path)
    incidents, planned = theirs["incidents"], theirs["scheduled_maintenances"]
    for name, said in {
        "status": {"status": theirs["status"]},
        "components": {"components": theirs["components"]},
        "incidents": {"incidents": sorted(incidents, key=lambda one: one["created_at"], reverse=True)},
        "incidents/unresolved": {"incidents": incidents},
        "scheduled-maintenances/upcoming": {
            "scheduled_maintenances": [o for o in planned if o["status"] == "scheduled"]
        },
        "scheduled-maintenances/active": {"scheduled_maintenances": [o for o in planned if o["status"] != "scheduled"]},
    }.items():
        assert (name, list(differences({"page": theirs["page"], **said}, published(f"/api/v2/{name}.json")))) == (
            name,
            [],
        )


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_incidents_go_out_as_they_came_in(comes_in, path):
    code = json.loads(path.read_text())["incidents"][0]["page_id"]
    theirs = comes_in(path, code=code, zone="Etc/UTC")["incidents"]
    listed = published("/api/v2/incidents.json")["incidents"]
    assert list(differences(sorted(theirs, key=lambda one: one["created_at"], reverse=True), listed)) == []
    for one in theirs:
        alone = published(f"/incidents/{one['id']}.json")
        assert list(differences(one, {key: alone[key] for key in one})) == []


@pytest.mark.parametrize("path", PERMALINKS, ids=lambda path: path.stem)
def test_a_permalink_goes_out_as_it_came_in(comes_in, path):
    told = json.loads(path.read_text())
    theirs = comes_in(path, code=told["page_id"], zone="America/New_York")
    assert list(differences(theirs, published(f"/incidents/{theirs['id']}.json"))) == []
