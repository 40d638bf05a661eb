"""What the public API tells of postmortems: the published text, at the incident's own address, and nothing else."""

import json

import pytest
import time_machine

from postmortems.services import publish_postmortem, save_draft
from postmortems.split import split
from statuspage.incidents.services import post_update
from statuspage.publishing import store
from statuspage.publishing.press import publish
from tests.conftest import NOW
from tests.postmortems.conftest import MINUTE


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW + 90 * MINUTE, tick=False):
        yield


@pytest.fixture
def read(draft):
    """The incident's own document and its entry in the list, newly published."""

    def read():
        publish()
        alone = json.loads(store.find(f"{draft.incident.path}.json"))
        [listed] = json.loads(store.find("/api/v2/incidents.json"))["incidents"]
        return alone, listed

    return read


def test_a_draft_is_in_no_document(draft, read, public):
    alone, listed = read()
    assert alone["status"] == listed["status"] == "resolved"
    assert (alone["postmortem_body"], alone["postmortem_published_at"]) == (None, None)
    for said in ("CANARY", "lost its power", "could not enter", "opened by hand", "A second spare", "night shift"):
        assert [file for file in public.rglob("*.*") if file.is_file() and said.encode() in file.read_bytes()] == []


def test_a_published_one_is_told_at_the_incidents_own_address(draft, read):
    publish_postmortem(draft, author=None, at=NOW + 60 * MINUTE)
    alone, listed = read()
    assert alone["status"] == listed["status"] == "postmortem"
    assert alone["updated_at"] == listed["updated_at"] == "2026-11-21T10:00:00.000+00:00"
    assert alone["postmortem_published_at"] == alone["postmortem_body_last_updated_at"] == alone["updated_at"]
    assert "postmortem_body" not in listed
    assert [update["status"] for update in alone["incident_updates"]] == ["resolved", "monitoring", "investigating"]
    body = alone["postmortem_body"]
    assert body.startswith("- **")
    assert "## Root cause analysis\n\nThe gate lost its power.\n\nThe spare was being painted." in body
    assert "1. The gate was opened by hand.\n   Nov 21, 2026 - 09:20 WET\n2. Power was restored.\n" in body
    assert body.endswith("## Thanks\n\nTo the night shift.")


def test_what_is_edited_after_publication_or_never_public_stays_inside(draft, read, public):
    publish_postmortem(draft, author=None, at=NOW + 60 * MINUTE)
    rows = {name: list(getattr(draft, name).all()) for name in ("facts", "mitigations")}
    save_draft(draft, texts={"root_cause": "CANARY rust"}, actions=[], **rows)
    alone, _ = read()
    assert "The gate lost its power." in alone["postmortem_body"]
    assert [file for file in public.rglob("*.*") if file.is_file() and b"CANARY" in file.read_bytes()] == []


def test_a_revision_has_its_own_time_and_keeps_that_of_the_first(draft, read):
    publish_postmortem(draft, author=None, at=NOW + 60 * MINUTE)
    rows = {name: list(getattr(draft, name).all()) for name in ("facts", "actions_taken", "mitigations")}
    save_draft(draft, texts={"root_cause": "Rust."}, actions=rows.pop("actions_taken"), **rows)
    publish_postmortem(draft, author=None, at=NOW + 70 * MINUTE)
    alone, _ = read()
    assert alone["postmortem_published_at"] == "2026-11-21T10:00:00.000+00:00"
    assert alone["postmortem_body_last_updated_at"] == alone["updated_at"] == "2026-11-21T10:10:00.000+00:00"
    assert json.loads(store.find("/api/v2/status.json"))["page"]["updated_at"] >= alone["updated_at"]


def test_an_incident_that_is_open_again_says_so_first(draft, read):
    publish_postmortem(draft, author=None, at=NOW + 60 * MINUTE)
    post_update(draft.incident, status="monitoring", body="Again?", affected={}, author=None, at=NOW + 80 * MINUTE)
    alone, listed = read()
    assert alone["status"] == listed["status"] == "monitoring"
    assert alone["postmortem_body"] is None


def test_people_read_the_same_while_an_incident_is_open_again(draft):
    card = b'id="postmortem"'
    publish_postmortem(draft, author=None, at=NOW + 60 * MINUTE)
    publish()
    assert card in store.find(draft.incident.path)
    post_update(draft.incident, status="monitoring", body="Again?", affected={}, author=None, at=NOW + 80 * MINUTE)
    publish()
    assert card not in store.find(draft.incident.path)


def test_its_text_comes_back_into_the_same_fields(draft, read):
    publish_postmortem(draft, author=None, at=NOW + 60 * MINUTE)
    alone, _ = read()
    parts = split(alone["postmortem_body"])
    for name in ("description", "root_cause", "contributing_factors", "lessons", "further"):
        assert getattr(parts, name) == getattr(draft, name)
    assert [action.splitlines()[0] for action in parts.actions] == [
        "The gate was opened by hand.",
        "Power was restored.",
    ]
    assert len(parts.mitigations) == 2
    assert {fact.key for fact in parts.facts} == {fact.key for fact in draft.facts.all()}
