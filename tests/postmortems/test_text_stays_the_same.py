"""What was published before reports told more is still the same text: for readers, for reviewers, for the chain."""

import json
from hashlib import sha256

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from postmortems.chain import broken, chained, text_sha256
from postmortems.models import Postmortem, Revision
from postmortems.report import FactLine, Report, assemble, same_text, text_of
from postmortems.services import publish_postmortem, save_draft
from postmortems.views import is_ahead
from statuspage.incidents.services_journal import note_down
from tests.postmortems.samples import START, a_report, after


def as_before(snapshot):
    """A snapshot as it was made before facts had a precision, lengths were divided and there was a journal."""
    old = json.loads(json.dumps(snapshot))
    del old["entries"]
    for line in old["facts"]:
        del line["precision"], line["until"]
    for line in old["measures"]:
        del line["spent"]
    return old


@pytest.fixture
def published(draft):
    """Published by the version before."""
    revision = publish_postmortem(draft, author=None, unchecked=True)
    revision.snapshot = as_before(revision.snapshot)
    revision.sha256 = chained(revision.snapshot, "")
    revision.save()
    return Postmortem.objects.get(pk=draft.pk)


def test_it_is_not_ahead_of_what_readers_have(published, page):
    assert not is_ahead(published, page)
    assert "entries" not in published.published_revision.snapshot


def test_its_chain_still_holds(published):
    assert list(broken(Revision.objects.all())) == []
    call_command("verify_revisions", verbosity=0)


def test_an_approval_of_before_still_holds(published, page):
    """What was approved then is the hash of the text as it was written down then."""
    text = text_of(published.published_revision.snapshot)
    del text["posted_at"]
    assert not {"precision", "until"} & text["facts"][0].keys()
    written = json.dumps(text, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert text_sha256(assemble(published, page=page)) == sha256(written.encode()).hexdigest()


def test_its_words_are_told_as_they_were(published):
    report = Report.from_snapshot(published.published_revision.snapshot)
    assert [(line.value, line.precision, line.until) for line in report.facts if line.key == "started"] == [
        ("Nov 21, 2026 - 08:50 WET", "", None)
    ]
    assert [line.told for line in report.measures if not line.key] == ["Major outage, 40 min"]


def test_a_time_known_less_precisely_is_another_text(published, page):
    facts = list(published.facts.all())
    next(fact for fact in facts if fact.key == "started").precision = "approximate"
    save_draft(published, texts={}, facts=facts, actions=[], mitigations=[])
    assert is_ahead(Postmortem.objects.get(), page)


def test_a_star_is_another_text(published, page):
    note_down(published.incident, words="The spare was away.", by=None)
    assert not is_ahead(published, page)
    note_down(published.incident, words="It came back.", by=None, starred=True)
    assert is_ahead(published, page)


def test_whether_a_time_is_known_to_the_second_changes_no_word():
    facts = [
        FactLine("started", "Incident started", "then", "", "typed", START, precision=how) for how in ("", "exact")
    ]
    assert same_text(a_report(facts=facts[:1]).snapshot(), a_report(facts=facts[1:]).snapshot())


@given(
    st.sampled_from(["", "exact", "minute", "approximate"]),
    st.integers(1, 600),
    st.booleans(),
)
def test_precision_survives_the_snapshot(precision, minutes, is_range):
    line = FactLine("started", "Incident started", "then", "", "typed", START, precision=precision)
    if is_range:
        line = FactLine("started", "Started", "then", "", "typed", START, None, "range", after(minutes=minutes))
    report = a_report(facts=[line])
    once = json.loads(json.dumps(report.snapshot()))
    again = Report.from_snapshot(once)
    assert again == report
    assert again.snapshot() == once
