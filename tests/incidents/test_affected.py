"""“This incident affected: …”: each group once, in the order of the page, as things were called then."""

from datetime import timedelta

import pytest

from statuspage.components.models import ComponentGroup
from statuspage.incidents.affected import affected_sentence, in_words
from statuspage.incidents.services import post_update, schedule_maintenance
from tests.conftest import NOW


@pytest.fixture
def parts(make_component):
    ComponentGroup.objects.create(name="Harbour", position=1)
    ComponentGroup.objects.create(name="Yard", position=3)
    return [
        make_component("Cranes", group="Yard", position=2),
        make_component("Gates", group="Yard", position=1),
        make_component("Berths", group="Harbour", position=1),
        make_component("Website", position=2),
    ]


def test_groups_stand_once_with_their_components_in_the_order_of_the_page(parts, make_incident):
    incident = make_incident(dict.fromkeys(parts, "major_outage"))
    assert affected_sentence(incident) == "This incident affected: Harbour (Berths), Website and Yard (Gates, Cranes)."


def test_what_later_updates_add_is_named_too(parts, make_incident):
    cranes, gates, *_ = parts
    incident = make_incident({cranes: "major_outage"})
    post_update(incident, status="resolved", body="Over.", affected={gates: "operational"}, author=None, at=NOW)
    assert affected_sentence(incident) == "This incident affected: Yard (Gates, Cranes)."


def test_components_keep_the_names_they_had(parts, make_incident):
    cranes = parts[0]
    incident = make_incident({cranes: "major_outage"})
    cranes.group.name = "Freight yard"
    cranes.group.save()
    cranes.name = "Lifting"
    cranes.save()
    assert affected_sentence(incident) == "This incident affected: Yard (Cranes)."


def test_a_component_with_a_dash_in_its_name_is_no_group(make_component, make_incident):
    incident = make_incident({make_component("North - South line"): "major_outage"})
    assert affected_sentence(incident) == "This incident affected: North - South line."


def test_nothing_is_said_where_no_component_is_named(make_incident):
    assert affected_sentence(make_incident()) == ""


def test_planned_work_affects_what_it_names(parts):
    maintenance = schedule_maintenance(
        name="Paint",
        body="Wet.",
        scheduled_for=NOW,
        scheduled_until=NOW + timedelta(hours=1),
        components=parts[:1],
        author=None,
        at=NOW - timedelta(days=1),
    )
    assert affected_sentence(maintenance) == "This scheduled maintenance affects: Yard (Cranes)."


@pytest.mark.parametrize(
    ("names", "words"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_lists_read_like_sentences(names, words):
    assert in_words(names) == words
