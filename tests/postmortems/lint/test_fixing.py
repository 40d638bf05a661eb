"""What a button does about a finding: to the draft as it is saved, and to no newer one."""

import pytest
from django.core.exceptions import ValidationError

from postmortems.checking import check
from postmortems.fixing import fix_finding
from postmortems.models import ActionTaken, Fact, Postmortem
from postmortems.services import StalePostmortem
from tests.conftest import NOW
from tests.postmortems.conftest import MINUTE

pytestmark = pytest.mark.usefixtures("afterwards")


def fix(postmortem, rule, place, page, seen=None):
    postmortem = Postmortem.objects.get(pk=postmortem.pk)
    return fix_finding(postmortem, rule=rule, place=place, seen=seen or postmortem.version, page=page)


def rules(postmortem, page):
    found = check(Postmortem.objects.get(pk=postmortem.pk), page=page)
    return {one.rule for one in found if one.severity != "info"}


def test_words_without_a_day_keep_their_day_and_how_precisely_they_are_known(change, page):
    words = "about 08:50 WEST"
    facts = [Fact(key="started", at=NOW - 70 * MINUTE, typed=words, precision="approximate", source="typed")]
    draft = change(facts=facts)
    assert fix_finding(draft, rule="PM001", place="/facts/started", seen=draft.version, page=page)
    fact = draft.facts.get(key="started")
    assert (fact.typed, fact.at, fact.precision) == ("about 08:50 WET", NOW - 10 * MINUTE, "approximate")


def test_a_zone_is_put_right_in_the_words_and_in_the_moment(wrong_zone, page):
    assert fix(wrong_zone, "PM001", "/facts/started", page).rule == "PM001"
    started = Fact.objects.get(key="started")
    assert (started.typed, started.at) == ("2026-11-21 08:50 WET", NOW - 10 * MINUTE)
    assert rules(wrong_zone, page) == set()


def test_a_zone_is_put_right_in_a_text_and_in_an_action(change, page):
    kept = ActionTaken(description="We looked.")
    draft = change(
        root_cause="At 08:50 WEST the gate lost power.", actions=[kept, ActionTaken(description="Shut at 09:10 WEST.")]
    )
    for place in ("/root_cause", "/actions/1"):
        assert fix(draft, "PM001", place, page)
    draft.refresh_from_db()
    assert draft.root_cause == "At 08:50 WET the gate lost power."
    assert [one.description for one in draft.actions_taken.all()] == ["We looked.", "Shut at 09:10 WET."]
    assert draft.internal_notes == "CANARY the painter was ill"


def test_the_time_of_the_update_takes_the_place_of_another(change, page):
    draft = change(facts=[Fact(key="resolved", at=NOW + 50 * MINUTE, typed="2026-11-21 09:50 WET", source="typed")])
    assert fix(draft, "PM005", "/facts/resolved", page)
    resolved = Fact.objects.get(key="resolved")
    assert (resolved.typed, resolved.at) == ("", NOW + 40 * MINUTE)


def test_the_date_becomes_the_day_it_started(change, page):
    draft = change(facts=[Fact(key="date", day=(NOW + 3000 * MINUTE).date(), source="typed")])
    assert fix(draft, "PM009", "/facts/date", page)
    assert Fact.objects.get(key="date").day == NOW.date()


def test_what_is_no_longer_found_changes_nothing(draft, page):
    version = Postmortem.objects.get().version
    for rule, place in (("PM001", "/facts/started"), ("PM999", "/"), ("", ""), ("PM034", "/mitigations/0")):
        assert fix(draft, rule, place, page) is None
    assert Postmortem.objects.get().version == version


def test_what_only_people_can_mend_is_left_to_them(unnumbered, page):
    assert fix(unnumbered, "PM023", "/facts/users_impacted", page) is None


def test_a_newer_draft_is_not_overwritten(wrong_zone, page):
    with pytest.raises(StalePostmortem):
        fix(wrong_zone, "PM001", "/facts/started", page, seen=wrong_zone.version - 1)
    assert Fact.objects.get(key="started").typed.endswith("WEST")


def test_words_that_say_no_moment_even_then_are_refused(change, page):
    draft = change(facts=[Fact(key="started", at=NOW - 70 * MINUTE, typed="08:50 WEST, yesterday", source="imported")])
    with pytest.raises(ValidationError, match="cannot be read"):
        fix(draft, "PM001", "/facts/started", page)
