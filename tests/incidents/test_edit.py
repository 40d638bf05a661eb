"""Putting right what was said: corrections are public, and nobody overwrites anybody unseen."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from statuspage.incidents.models import Incident
from statuspage.incidents.services import StaleEdit, edit_incident, edit_update, post_update
from statuspage.publishing import store
from statuspage.publishing.models import Owed
from tests.conftest import NOW

MINUTE = timedelta(minutes=1)


def corrected(incident, **said):
    now = {
        "name": incident.name,
        "impact": incident.impact_override,
        "started_at": incident.started_at,
        "resolved_at": incident.resolved_at,
        "seen": incident.version,
        "at": NOW + 60 * MINUTE,
    }
    return edit_incident(incident, **now | said)


def test_the_earlier_wording_stays_public(make_incident, django_capture_on_commit_callbacks):
    incident = make_incident(body="The cash is slow.")
    with django_capture_on_commit_callbacks(execute=True):
        edit_update(incident.updates.get(), body="The **cache** is slow.", seen=0, editor=None, at=NOW + MINUTE)
    page = store.find(incident.path).decode()
    assert "The <strong>cache</strong> is slow." in page
    assert "Edited" in page
    assert "The cash is slow." in page


def test_two_people_editing_one_update_never_overwrite_each_other(make_incident):
    update = make_incident().updates.get()
    edit_update(update, body="First correction.", seen=0, editor=None)
    with pytest.raises(StaleEdit):
        edit_update(update, body="Second correction.", seen=0, editor=None)
    update.refresh_from_db()
    assert update.body == "First correction."


def test_saving_the_same_words_is_no_edit(make_incident):
    update = make_incident(body="As it is.").updates.get()
    edit_update(update, body="As it is.", seen=0, editor=None)
    assert update.revisions.count() == 0


def test_an_edit_changes_neither_order_nor_times(make_incident):
    incident = make_incident()
    last = post_update(incident, status="monitoring", body="Better.", affected={}, author=None, at=NOW + MINUTE)
    edit_update(incident.updates.first(), body="Corrected.", seen=0, editor=None, at=NOW + 9 * MINUTE)
    assert incident.timeline()[0] == last
    assert incident.updates.first().display_at == NOW


def test_impact_times_can_be_put_right_without_touching_the_posting(make_incident):
    incident = make_incident()
    post_update(incident, status="resolved", body="Over.", affected={}, author=None, at=NOW + 30 * MINUTE)
    incident.refresh_from_db()
    corrected(incident, started_at=NOW - 15 * MINUTE, resolved_at=NOW + 10 * MINUTE)
    incident.refresh_from_db()
    assert incident.resolved_at - incident.started_at == 25 * MINUTE
    assert [update.display_at for update in incident.timeline()] == [NOW + 30 * MINUTE, NOW]


def test_moving_the_end_of_an_incident_has_every_page_published_anew(make_incident):
    incident = make_incident(status="resolved")
    corrected(incident, started_at=NOW - 90 * 24 * 60 * MINUTE, resolved_at=NOW - 80 * 24 * 60 * MINUTE)
    assert Owed.objects.filter(model="").exists()


def test_a_stale_correction_of_an_incident_is_refused(make_incident):
    incident = make_incident()
    corrected(incident, name="Slow answers in Europe")
    with pytest.raises(StaleEdit):
        corrected(incident, name="Slow answers in Asia")


def test_a_correction_by_somebody_who_did_not_see_it_resolved_is_refused(make_incident):
    incident = make_incident()
    post_update(incident, status="resolved", body="Over.", affected={}, author=None, at=NOW + MINUTE)
    with pytest.raises(StaleEdit):
        corrected(incident, name="Slow answers in Europe")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": ""}, "name"),
        ({"started_at": NOW + timedelta(days=1)}, "started_at"),
        ({"resolved_at": NOW - timedelta(days=1)}, "resolved_at"),
        ({"resolved_at": None}, "resolved_at"),
    ],
)
def test_a_correction_that_cannot_be_true_is_refused_at_its_field(make_incident, said, field):
    incident = make_incident(status="resolved")
    with pytest.raises(ValidationError) as refusal:
        corrected(incident, **said)
    assert list(refusal.value.message_dict) == [field]


def test_taking_an_override_back_returns_to_what_components_say(make_component, make_incident):
    incident = make_incident({make_component(): "partial_outage"}, impact="critical")
    assert corrected(incident, impact=None).impact == "major"


def imported(make_incident, impact):
    """An incident whose impact came with it, from elsewhere, and none of whose updates names a component."""
    incident = make_incident()
    Incident.objects.filter(pk=incident.pk).update(impact=impact)
    incident.refresh_from_db()
    return incident


def test_correcting_the_name_leaves_the_impact_that_came_with_an_import(make_incident):
    assert corrected(imported(make_incident, "critical"), name="Bookings fail").impact == "critical"


def test_an_update_raises_the_impact_that_came_with_an_import_and_never_lowers_it(make_incident, make_component):
    incident = imported(make_incident, "major")
    for said, impact in [({}, "major"), ({"degraded_performance": 1}, "major"), ({"major_outage": 1}, "critical")]:
        affected = {make_component(): status for status in said}
        post_update(incident, status="identified", body="More.", affected=affected, author=None, at=NOW + MINUTE)
        incident.refresh_from_db()
        assert incident.impact == impact
