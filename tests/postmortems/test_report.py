"""The assembled postmortem: facts with their source, typed beside computed, and figures from the record."""

import json

import pytest
from django.utils import translation

from postmortems.models import Fact
from postmortems.report import Report, assemble, computed_values
from postmortems.services import save_draft, start_postmortem
from tests.conftest import NOW


def lines(report):
    return {fact.label: (fact.value, fact.typed, fact.source) for fact in report.facts}


def test_a_new_postmortem_begins_with_what_the_record_says(over, page):
    assert lines(assemble(start_postmortem(over), page=page)) == {
        "Date of incident": ("Nov 21, 2026", "", "computed"),
        "Incident started": ("Nov 21, 2026 - 08:50 WET", "", "computed"),
        "Stability restored": ("Nov 21, 2026 - 09:30 WET", "", "computed"),
        "Incident resolved": ("Nov 21, 2026 - 09:40 WET", "", "computed"),
        "Impact": ("Critical", "", "computed"),
    }


def test_starting_twice_changes_nothing(over):
    first = start_postmortem(over)
    assert start_postmortem(over) == first
    assert first.facts.count() == 5


def test_what_was_typed_stands_beside_the_moment_it_was_read_as(over, page):
    postmortem = start_postmortem(over)
    typed = Fact(key="started", at=NOW, typed="11/21/2026, 10:00am CET", source="typed")
    save_draft(postmortem, texts={}, facts=[typed], actions=[], mitigations=[])
    assert lines(assemble(postmortem, page=page)) == {
        "Incident started": ("Nov 21, 2026 - 09:00 WET", "11/21/2026, 10:00am CET", "typed")
    }
    assert computed_values(over, page)["started"] == "Nov 21, 2026 - 08:50 WET"


def test_figures_come_from_the_record(over, page):
    report = assemble(start_postmortem(over), page=page)
    assert {measure.label: measure.value for measure in report.measures} == {
        "First public update after": "10 min",
        "Stable again after": "40 min",
        "Resolved after": "50 min",
        "Longest time between updates": "30 min",
        "Harbour - Berths": "Major outage, 40 min",
    }


def test_lists_keep_their_order_and_the_updates_come_newest_first(draft, page):
    report = assemble(draft, page=page)
    assert [action.description for action in report.actions] == [
        "The gate was opened by hand.",
        "Power was restored.",
    ]
    assert [line.description for line in report.mitigations] == [
        "Tell the desk when a spare is away.",
        "A second spare.",
    ]
    assert [update.status for update in report.updates] == ["resolved", "monitoring", "investigating"]
    assert report.affected == "This incident affected: Harbour (Berths)."


def test_a_snapshot_is_plain_json_and_comes_back_as_the_same_report(draft, page):
    report = assemble(draft, page=page, posted_at=NOW)
    assert Report.from_snapshot(json.loads(json.dumps(report.snapshot()))) == report


def test_assembling_asks_a_constant_number_of_questions(draft, page, django_assert_max_num_queries):
    draft.refresh_from_db()
    with django_assert_max_num_queries(12):
        assemble(draft, page=page)


def test_sections_nobody_wrote_are_left_out(over, page):
    report = assemble(start_postmortem(over), page=page)
    assert (report.analysis, report.closing, report.further_html) == ([], [], "")


@pytest.mark.parametrize("text", ["# Deep\n\n#### Deeper", "plain"])
def test_headings_of_a_section_stand_below_its_own(over, page, text):
    postmortem = save_draft(start_postmortem(over), texts={"description": text}, facts=[], actions=[], mitigations=[])
    [section] = assemble(postmortem, page=page).analysis
    assert not any(f"<h{level}>" in section.html for level in (1, 2, 3))


def test_what_the_record_says_is_told_in_the_language_of_the_reader(draft, page):
    report = Report.from_snapshot(assemble(draft, page=page).snapshot())
    with translation.override("de"):
        told = {measure.name: measure.told for measure in report.measures}
        assert told["Behoben nach"] == "50 min"
        assert told["Harbour - Berths"] == "Schwerer Ausfall, 40 min"
        assert report.affects == "Von dieser Störung betroffen: Harbour (Berths)."
        assert {fact.key: fact.told for fact in report.facts if fact.told} == {
            "date": "21.11.2026",
            "impact": "Kritisch",
        }


def test_a_revision_that_kept_only_words_tells_those(draft, page):
    snapshot = assemble(draft, page=page).snapshot()
    for later in ("kind", "affected_names"):
        del snapshot[later]
    snapshot["facts"] = [{key: value for key, value in fact.items() if key != "day"} for fact in snapshot["facts"]]
    snapshot["measures"] = [{"label": "Resolved after", "value": "50 min"}]
    report = Report.from_snapshot(snapshot)
    with translation.override("de"):
        assert [(measure.name, measure.told) for measure in report.measures] == [("Resolved after", "50 min")]
        assert report.affects == "This incident affected: Harbour (Berths)."
