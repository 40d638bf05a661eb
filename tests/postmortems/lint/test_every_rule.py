"""What holds for all rules: each is tried both ways, none falls over, and a good postmortem passes."""

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postmortems.lint import lint
from postmortems.lint.findings import RULES, Severity, rule
from postmortems.lint.subject import Action, Fact, Measure, Subject, Update
from tests.postmortems.lint import (
    test_against_updates,
    test_content,
    test_moments,
    test_promises,
    test_rendering,
    test_reviewed,
    test_safety,
    test_scope,
    test_told_times,
    test_wording,
    test_zones,
)
from tests.postmortems.lint.samples import NAMES, SUBJECT

TRIED = [
    *(test_zones, test_moments, test_against_updates, test_told_times, test_scope, test_content),
    *(test_wording, test_promises, test_safety, test_rendering, test_reviewed),
]
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))
WORDS = st.one_of(
    st.text(max_size=200),
    st.text("0123456789:/-. apmAPMESDTCUGh@#*_`[]()!|\n", max_size=200),
    st.lists(
        st.sampled_from(
            [
                "09:02 EDT",
                "25:99",
                "1/2/26",
                "an outage of 2 days",
                "[a](#b)",
                "```",
                "??",
                "@x",
                "10.0.0.1",
                "\x00",
                "the the",
            ]
        ),
        max_size=12,
    ).map(" ".join),
)


def test_a_good_postmortem_has_nothing_to_mend():
    assert lint(SUBJECT) == []


@pytest.mark.parametrize("number", sorted(RULES))
def test_each_is_tried_both_ways(number):
    assert any(case.rule == number for room in TRIED for case in room.FIRES)
    assert any(case.rule == number for room in TRIED for case in room.QUIET)


def test_the_manual_names_all_of_them_with_their_weight():
    manual = (Path(__file__).parents[3] / "docs" / "checks.md").read_text()
    told = dict(re.findall(r"\| (PM\d{3}) \| (\w+) \|", manual))
    assert told == {number: str(one.severity).replace("info", "note") for number, one in RULES.items()}


def test_a_number_is_taken_once():
    with pytest.raises(ValueError, match="PM001 is taken"):
        rule("PM001", Severity.INFO)(lambda subject: [])


def test_what_is_worst_comes_first():
    found = lint(SUBJECT.with_changes(is_open=True, facts=(), texts={}, measures=(Measure("Something."),)))
    weights = [list(Severity).index(one.severity) for one in found]
    assert weights == sorted(weights)
    assert len({*weights}) > 1


FACT = st.one_of(
    st.builds(
        lambda key, at, typed: Fact(key, NAMES[key], at=at, typed=typed),
        st.sampled_from(["started", "detected", "stable", "resolved"]),
        st.one_of(st.none(), MOMENTS),
        WORDS,
    ),
    st.builds(
        lambda key, typed: Fact(key, NAMES[key], typed=typed), st.sampled_from(["impact", "users_impacted"]), WORDS
    ),
)


@settings(max_examples=150, deadline=None)
@given(
    told=st.lists(FACT, max_size=6),
    words=st.lists(WORDS, min_size=5, max_size=5),
    moments=st.lists(MOMENTS, max_size=6),
    statuses=st.lists(
        st.sampled_from(["investigating", "identified", "monitoring", "resolved"]), min_size=6, max_size=6
    ),
    zone=st.sampled_from(["UTC", "America/New_York", "Asia/Kathmandu", "America/Sao_Paulo"]),
)
def test_none_falls_over_whatever_is_written(told, words, moments, statuses, zone):
    subject = Subject(
        organisation="TideLedger",
        zone=ZoneInfo(zone),
        title=words[0][:100],
        impact="major",
        started_at=datetime(2024, 2, 29, 12, tzinfo=UTC),
        now=datetime(2026, 2, 1, tzinfo=UTC),
        updates=tuple(Update(status, at, words[4]) for status, at in zip(statuses, sorted(moments), strict=False)),
        facts=tuple(told),
        texts=dict(
            zip(["description", "root_cause", "contributing_factors", "lessons", "further"], words, strict=True)
        ),
        actions=(Action(words[1]), Action(words[2], public=False)),
        measures=(Measure(words[3], owner=words[0], tracker_url=words[2][:200]),),
        internal_notes=words[4],
        undrawable=frozenset("🐙"),
    )
    for finding in lint(subject):
        assert finding.message
        assert finding.place.startswith("/")
