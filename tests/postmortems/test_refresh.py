"""Facts are taken from the incident again: three versions side by side, and nothing that was typed is overwritten."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from postmortems.models import Fact, Postmortem
from postmortems.refreshing import differences
from postmortems.services import StalePostmortem, save_draft, start_postmortem
from postmortems.services_refresh import refresh_facts
from statuspage.incidents.models import Incident
from statuspage.incidents.services import edit_incident, post_update
from tests.conftest import NOW
from tests.postmortems.desk import form_in, page_of, press, text_of, url

MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk(client, staff):
    client.force_login(staff)
    return client


@pytest.fixture
def correct(over):
    """Put the incident right: it began, or ended, some minutes after nine."""

    def edit(*, started=-10, resolved=40, impact=None):
        incident = Incident.objects.get(pk=over.pk)
        moments = {"started_at": NOW + started * MINUTE, "resolved_at": NOW + resolved * MINUTE}
        edit_incident(incident, name=incident.name, impact=impact, seen=incident.version, **moments)
        return Incident.objects.get(pk=over.pk)

    return edit


@pytest.fixture
def typed(over):
    """A postmortem of which somebody typed when it started, and left out when it was stable."""
    postmortem = start_postmortem(over)
    facts = [fact for fact in postmortem.facts.all() if fact.key not in {"started", "stable"}]
    facts.insert(1, Fact(key="started", at=NOW - 12 * MINUTE, typed="12 minutes to nine", source="typed"))
    return save_draft(postmortem, texts={"root_cause": "Typed."}, facts=facts, actions=[], mitigations=[])


def compared(postmortem, page):
    return differences(Postmortem.objects.get(pk=postmortem.pk), page=page)


def found(postmortem, page):
    versions = compared(postmortem, page)
    return {one.key: (one.base[-9:], one.now[-9:], one.yours[-9:], one.follows) for one in versions}


def take(postmortem, *keys, **seen):
    incident = Incident.objects.get(pk=postmortem.incident_id)
    seen = {"seen": Postmortem.objects.get(pk=postmortem.pk).version, "seen_incident": incident.version} | seen
    return refresh_facts(postmortem, take=keys, **seen)


def at(postmortem, key):
    return Fact.objects.filter(postmortem=postmortem, key=key).values_list("at", "typed", "source").first()


def shown(response):
    """The facts that are offered, and those that are ticked."""
    boxes = [box for box in page_of(response).iter("input") if box.get("name") == "take"]
    return [box.get("value") for box in boxes], [box.get("value") for box in boxes if box.get("checked") is not None]


def test_a_new_postmortem_has_everything_as_the_incident_has_it(over, page):
    postmortem = start_postmortem(over)
    assert found(postmortem, page) == {}
    assert postmortem.base["started"] == "2026-11-21T08:50:00+00:00"
    assert postmortem.base.keys() == {"date", "started", "stable", "resolved", "impact"}


def test_each_fact_that_differs_is_shown_in_three_versions(typed, correct, page):
    correct(started=-5, resolved=35)
    assert found(typed, page) == {
        "started": ("08:50 WET", "08:55 WET", "08:48 WET", False),
        "stable": ("09:30 WET", "09:30 WET", "", False),
        "resolved": ("09:40 WET", "09:35 WET", "09:40 WET", True),
    }


def test_only_what_the_record_says_anew_is_news(typed, correct, page):
    correct(resolved=35)
    assert {one.key: one.is_news for one in compared(typed, page)} == {
        "started": False,
        "stable": False,
        "resolved": True,
    }


def test_what_is_taken_is_the_records_and_all_else_stays(typed, correct):
    correct(started=-5, resolved=35)
    take(typed, "resolved")
    assert at(typed, "resolved") == (NOW + 35 * MINUTE, "", "computed")
    assert at(typed, "started") == (NOW - 12 * MINUTE, "12 minutes to nine", "typed")
    typed.refresh_from_db()
    assert typed.root_cause == "Typed."
    assert [fact.key for fact in typed.facts.all()] == ["date", "started", "resolved", "impact"]


def test_typed_words_go_only_where_somebody_ticks_them(typed, correct):
    correct(started=-5)
    take(typed, "started", "stable")
    assert at(typed, "started") == (NOW - 5 * MINUTE, "", "computed")
    assert [fact.key for fact in typed.facts.all()] == ["date", "started", "stable", "resolved", "impact"]


def test_after_that_the_record_as_it_is_now_is_what_news_is_measured_by(typed, correct, page):
    correct(started=-5, resolved=35)
    take(typed)
    typed.refresh_from_db()
    assert typed.base["resolved"] == "2026-11-21T09:35:00+00:00"
    assert not any(one.is_news for one in compared(typed, page))
    correct(started=-5, resolved=30)
    assert {one.key for one in compared(typed, page) if one.is_news} == {"resolved"}


def test_what_the_record_has_lost_goes_with_it(over, page):
    postmortem = start_postmortem(over)
    said = {"affected": {}, "author": None, "at": NOW + 60 * MINUTE}
    post_update(over, status="investigating", body="They wait again.", **said)
    assert found(postmortem, page)["resolved"] == ("09:40 WET", "", "09:40 WET", True)
    take(postmortem, "resolved", "stable")
    assert not postmortem.facts.filter(key__in=["resolved", "stable"]).exists()


def test_what_the_record_has_gained_comes_ticked(make_incident, page):
    incident = make_incident()
    postmortem = start_postmortem(incident)
    post_update(incident, status="resolved", body="Well.", affected={}, author=None, at=NOW + 40 * MINUTE)
    assert found(postmortem, page) == {"resolved": ("", "09:40 WET", "", True)}


def test_the_same_moment_in_other_words_is_no_difference(typed, correct, page):
    correct(started=-12)
    assert "started" not in found(typed, page)


def test_of_a_draft_from_before_the_facts_that_were_computed_are_the_base(typed, correct, page):
    Postmortem.objects.update(base={})
    correct(started=-5, resolved=35)
    assert found(typed, page) == {
        "started": ("", "08:55 WET", "08:48 WET", False),
        "stable": ("", "09:30 WET", "", False),
        "resolved": ("09:40 WET", "09:35 WET", "09:40 WET", True),
    }


@pytest.mark.parametrize("stale", ["seen", "seen_incident"])
def test_what_was_compared_with_another_version_is_refused(typed, correct, stale):
    correct(resolved=35)
    with pytest.raises(StalePostmortem):
        take(typed, "resolved", **{stale: 0})
    assert at(typed, "resolved")[0] == NOW + 40 * MINUTE
    assert Postmortem.objects.get(pk=typed.pk).base["resolved"] == "2026-11-21T09:40:00+00:00"


def test_the_desk_ticks_what_nobody_typed_and_takes_what_is_ticked(desk, typed, correct):
    incident = correct(started=-5, resolved=35)
    response = desk.get(url(incident, "refresh"))
    assert shown(response) == (["started", "stable", "resolved"], ["resolved"])
    assert "written as “12 minutes to nine”" in text_of(response)
    version = Postmortem.objects.get(pk=typed.pk).version
    sent = {"take": ["resolved", "stable"], "seen": version, "seen_incident": incident.version}
    assert desk.post(url(incident, "refresh"), sent).url == url(incident)
    assert at(typed, "stable")[0] == NOW + 30 * MINUTE
    assert at(typed, "started")[0] == NOW - 12 * MINUTE


def test_a_stale_page_is_refused_with_a_sentence_and_keeps_its_ticks(desk, typed, correct):
    incident = correct(started=-5, resolved=35)
    sent = {"take": ["started"], "seen": typed.version, "seen_incident": incident.version}
    correct(started=-4, resolved=35)
    response = desk.post(url(incident, "refresh"), sent)
    assert response.status_code == 409
    assert "so nothing was taken over" in text_of(response)
    assert shown(response) == (["started", "stable", "resolved"], ["started"])
    assert at(typed, "started")[0] == NOW - 12 * MINUTE


@pytest.mark.parametrize("sent", [{"take": ["cargo"]}, {"take": ["started"]}, {"seen": "x", "seen_incident": "y"}])
def test_nonsense_changes_nothing(desk, typed, correct, sent):
    incident = correct(started=-5)
    assert desk.post(url(incident, "refresh"), sent).status_code == 200
    assert at(typed, "started")[0] == NOW - 12 * MINUTE


def test_the_editor_saves_before_it_goes_there(desk, typed, over):
    sent = form_in(desk.get(url(over))) | {"lessons": ["New."]}
    assert press(desk, over, sent, then="refresh").url == url(over, "refresh")
    typed.refresh_from_db()
    assert typed.lessons == "New."


def test_where_all_is_the_same_nothing_is_to_be_done(desk, over):
    start_postmortem(over)
    assert "every fact as the incident has it" in text_of(desk.get(url(over, "refresh")))


def test_only_staff_come_in(client, typed, over):
    assert client.get(url(over, "refresh")).status_code == 302


def test_the_page_asks_as_much_however_long_the_incident_was(desk, typed, over):
    def questions():
        with CaptureQueriesContext(connection) as asked:
            assert desk.get(url(over, "refresh")).status_code == 200
        return len(asked)

    before = questions()
    for number in range(20):
        post_update(over, status="resolved", body="More.", affected={}, author=None, at=NOW + (50 + number) * MINUTE)
    assert questions() == before
