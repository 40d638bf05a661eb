"""A bad document is refused whole: with its file, the place in it and the reason, and nothing is written."""

from __future__ import annotations

import copy
import json

import pytest
from django.core.management import CommandError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from statuspage.importers import statuspage_sources
from statuspage.importers.places import Refused, parse
from statuspage.importers.statuspage_documents import read_history
from tests.importers.conftest import run_command
from tests.importers.documents import (
    GROUP,
    PIER,
    affected,
    component,
    document,
    incident,
    maintenance,
    stamp,
    summary,
    update,
    with_postmortem,
)

FIRST = "incidents[0].incident_updates[0]"


def changed(path: list, value) -> dict:
    told = summary(incidents=[incident()], scheduled_maintenances=[maintenance()])
    place = told
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return told


UPDATE = ["incidents", 0, "incident_updates", 0]
AFFECTED = [*UPDATE, "affected_components"]


@pytest.mark.parametrize(
    ("told", "where", "why"),
    [
        (b"{", "", "is not JSON (line 1, column 2"),
        (b"\xff\xfe", "", "is not UTF-8"),
        (b"[" * 200_000, "", "nested too deep"),
        (b'{"incidents": [], "page": NaN}', "", "is not JSON"),
        (b"9" * 5000, "", "is not JSON"),
        ([], "", "must be an object, not a list"),
        ({"feed": {}}, "", "is no Statuspage document"),
        ({"incidents": None}, "", "tells of nothing: incidents is null"),
        ({"page": None, "components": None, "incidents": None}, "", "nothing: components and incidents are null"),
        (changed(["incidents"], {}), "incidents", "must be a list, not an object"),
        (changed(["components", 1], "x"), "components[1]", "must be an object, not a text"),
        (changed([*UPDATE, "created_at"], "yesterday"), f"{FIRST}.created_at", "must be a time such as"),
        (changed([*UPDATE, "created_at"], "2024-02-30T10:00:00Z"), f"{FIRST}.created_at", "must be a time"),
        (changed([*UPDATE, "created_at"], "2024-02-03T10:00:00"), f"{FIRST}.created_at", "must be a time"),
        (changed([*UPDATE, "display_at"], "0001-01-01T00:00:00+14:00"), f"{FIRST}.display_at", "must be a time"),
        (changed([*UPDATE, "created_at"], None), f"{FIRST}.created_at", "missing or null"),
        (changed([*UPDATE, "status"], "exploded"), f"{FIRST}.status", "must be one of"),
        (changed([*UPDATE, "status"], ["resolved"]), f"{FIRST}.status", "must be one of"),
        (changed([*UPDATE, "status"], "completed"), f"{FIRST}.status", "no status of incident"),
        (changed([*UPDATE, "id"], "SHOUTING1234"), f"{FIRST}.id", "12 lower-case letters and digits"),
        (changed([*UPDATE, "id"], "short"), f"{FIRST}.id", "12 lower-case letters and digits"),
        (changed([*UPDATE, "body"], 7), f"{FIRST}.body", "must be a text, not a number"),
        (changed([*UPDATE, "body"], "a\0b"), f"{FIRST}.body", "characters that no text may contain"),
        (changed([*UPDATE, "body"], "\ud800"), f"{FIRST}.body", "characters that no text may contain"),
        (changed([*UPDATE, "body"], "x" * 600_000), f"{FIRST}.body", "has 600,000 characters"),
        (changed([*UPDATE, "deliver_notifications"], "yes"), f"{FIRST}.deliver_notifications", "true or false"),
        (changed([*UPDATE, "incident_id"], "other0000000"), f"{FIRST}.incident_id", "is not the incident"),
        (changed([*AFFECTED, 0, "new_status"], "bad"), f"{FIRST}.affected_components[0].new_status", "must be one of"),
        (changed([*AFFECTED, 0, "code"], None), f"{FIRST}.affected_components[0].code", "missing or null"),
        (changed(["incidents", 0, "name"], None), "incidents[0].name", "missing or null"),
        (changed(["incidents", 0, "name"], "  "), "incidents[0].name", "must not be empty"),
        (changed(["incidents", 0, "name"], "x" * 301), "incidents[0].name", "at most 300 fit"),
        (changed(["incidents", 0, "impact"], "huge"), "incidents[0].impact", "must be one of"),
        (changed(["incidents", 0, "impact"], "maintenance"), "incidents[0].scheduled_for", "has a window"),
        (changed(["components", 1, "position"], -1), "components[1].position", "whole number"),
        (changed(["components", 1, "position"], True), "components[1].position", "whole number"),
        (changed(["components", 1, "position"], 10**10), "components[1].position", "whole number"),
        (changed(["components", 1, "start_date"], "2024-13-01"), "components[1].start_date", "must be a date"),
        (changed(["components", 1, "group_id"], PIER), "components[1].group_id", "is a component, not a group"),
        (changed(["components", 1, "status"], "fine"), "components[1].status", "must be one of"),
        (changed(["page", "time_zone"], "Mars/Olympus"), "page.time_zone", "no time zone"),
        (changed(["page", "id"], None), "page.id", "missing or null"),
        (
            changed(["scheduled_maintenances", 0, "scheduled_until"], stamp(3000)),
            "scheduled_maintenances[0].scheduled_until",
            "must be later",
        ),
        (
            changed(["scheduled_maintenances", 0, "scheduled_until"], None),
            "scheduled_maintenances[0].scheduled_until",
            "has a window",
        ),
    ],
)
def test_what_cannot_be_right_is_refused_with_its_place(import_sources, everything, told, where, why):
    before = everything()
    with pytest.raises(CommandError) as refusal:
        import_sources(summary(), told)
    assert "source1.json: " + (f"{where}: " if where else "") in str(refusal.value)
    assert why in str(refusal.value)
    assert len(str(refusal.value)) < 500
    assert everything() == before


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ([incident(), incident("other0000000")], "is also an update of the incident papershortag"),
        ([document(), {"page": {"id": "otherpage000", "name": "Other"}}], "import one page at a time"),
        ([summary(), document(components=[component("X", PIER, group=True)])], "a group in one place"),
    ],
)
def test_documents_that_contradict_each_other_are_refused(import_sources, everything, told, why):
    before = everything()
    with pytest.raises(CommandError, match=why):
        import_sources(*told)
    assert everything() == before


def test_what_contradicts_the_history_here_is_refused(import_sources, everything):
    import_sources(incident())
    before = everything()
    with pytest.raises(CommandError, match="is an update of the incident papershortag here"):
        import_sources(summary(), incident("other0000000"))
    with pytest.raises(CommandError, match="is incident here, and something else there"):
        import_sources(summary(), maintenance("papershortag"))
    assert everything() == before


def test_a_file_that_is_none_is_refused(import_sources, tmp_path, monkeypatch):
    for name in (str(tmp_path), str(tmp_path / "missing.json"), "ftp://example.com", "a\0b"):
        with pytest.raises(CommandError, match="Nothing was imported"):
            run_command(name)
    monkeypatch.setattr(statuspage_sources, "LARGEST", 10)
    with pytest.raises(CommandError, match="is larger than"):
        import_sources(summary())


RICH = summary(incidents=[with_postmortem()], scheduled_maintenances=[maintenance()])
VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.just([])
    | st.just({})
    | st.just([{}])
    | st.sampled_from([stamp(-99), GROUP, PIER, "resolved", "completed", "major_outage", "maintenance", [affected()]])
)


def places(value, path=()):
    if isinstance(value, dict | list):
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield (*path, key)
            yield from places(one, (*path, key))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(list(places(RICH))), VALUES), min_size=1, max_size=3))
def test_whatever_a_source_says_it_is_imported_or_refused(import_sources, everything, changes):
    told = copy.deepcopy(RICH)
    for path, value in changes:
        place = told
        try:
            for key in path[:-1]:
                place = place[key]
            # One value may come twice, and must not be put into itself.
            place[path[-1]] = copy.deepcopy(value)
        except (TypeError, KeyError, IndexError):
            continue
    try:
        import_sources(told)
    except CommandError as refusal:
        reason = str(refusal)
    else:
        # Whatever came before it, a source has said all it has to say the first time.
        reason, before = "Nothing was imported. ", everything()
        import_sources(told)
        assert everything() == before
    assert reason.startswith("Nothing was imported. ")
    assert "database" not in reason


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda some: st.lists(some) | st.dictionaries(st.text(), some),
    )
)
def test_any_json_is_read_or_refused(value):
    body = json.dumps({"page": value, "incidents": value, "components": [value]}).encode()
    with pytest.raises(Refused):
        read_history([parse("any.json", body)])


@given(st.binary())
def test_any_bytes_are_refused(body):
    with pytest.raises(Refused):
        read_history([parse("any.json", body)])


def test_an_update_may_say_little(import_sources):
    import_sources(incident(updates=[{"id": "paperupdate1", "status": "resolved", "created_at": stamp(0)}]))
    import_sources(incident(updates=[update("paperupdate1", "resolved", 0)]))
