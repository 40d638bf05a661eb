"""What the checks read from the database: the record, the team, the fonts, what is internal."""

import pytest

from postmortems.checking import check
from postmortems.lint.targets import Targets
from postmortems.models import ActionTaken, Fact, Postmortem
from statuspage.components.status import Status
from statuspage.incidents.services import post_update
from tests.conftest import NOW
from tests.postmortems.conftest import MINUTE

LATER = NOW + 60 * MINUTE


@pytest.fixture
def told(draft, page):
    """What is found now, by rule, infos left out."""

    def found(**options):
        postmortem = Postmortem.objects.get(pk=draft.pk)
        findings = check(postmortem, page=page, at=LATER, **options)
        return {one.rule: one.message for one in findings if one.severity != "info"}

    return found


def test_a_complete_draft_has_nothing_to_mend(draft, told):
    assert told() == {}


def test_the_worst_that_updates_said_of_a_component_counts(over, draft, told, change, make_component):
    cranes = make_component("Cranes", group="Quay")
    said = {"author": None, "affected": {cranes: Status.DEGRADED_PERFORMANCE}}
    post_update(over, status="investigating", body="Cranes stand still.", at=NOW + 45 * MINUTE, **said)
    over.refresh_from_db()
    post_update(over, status="resolved", body="Over.", at=NOW + 50 * MINUTE, author=None, affected={})
    change(
        facts=[
            Fact(key="resolved", at=NOW + 40 * MINUTE, source="typed", typed="2026-11-21 09:40 UTC"),
            Fact(key="users_impacted", typed="40 ships at the Berths", source="typed"),
            Fact(key="other", label="Affected services", typed="Berths", source="typed"),
        ]
    )
    found = told()
    assert "leaves out Cranes" in found["PM020"]
    assert "Harbour only; Quay was affected as well" in found["PM021"]
    assert "reopened once" in found["PM013"]


def test_the_team_is_not_named(told, change, staff):
    staff.first_name, staff.last_name = "Rui", "Pinto"
    staff.save()
    change(root_cause="Rui Pinto was painting the gate; Rui and others noticed.")
    assert "“Rui Pinto” in the root cause analysis" in told()["PM033"]


def test_signs_without_a_glyph_are_told_and_those_with_one_are_not(told, change):
    change(root_cause="Ships 船 المرفأ ✅ → ½ 🐙 sank.")
    assert "🐙 (octopus)" in told()["PM055"]
    assert "✅" not in told()["PM055"]
    assert "船" not in told()["PM055"]


def test_internal_words_in_a_public_text_are_noticed(told, change):
    secret = "The keeper of the second gate was asleep at the time."
    change(actions=[ActionTaken(description=secret, public=False)], root_cause=f"The gate. {secret}")
    assert "an internal action" in told()["PM050"]


def test_the_open_incident_is_noticed(over, draft, told):
    post_update(over, status="investigating", body="Again.", affected={}, author=None, at=NOW + 45 * MINUTE)
    assert told()["PM024"] == "The incident is still open."


def test_a_team_may_have_targets_of_its_own(told):
    assert "target is 15 min" in told(targets=Targets(silence=15 * MINUTE))["PM012"]
