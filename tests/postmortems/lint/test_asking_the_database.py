"""Checking asks the database as often for a long incident as for a short one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from postmortems.checking import check
from postmortems.models import ActionTaken, Fact, Mitigation, Postmortem
from statuspage.incidents.models import AffectedComponent, IncidentUpdate
from statuspage.team.models import User
from tests.conftest import NOW
from tests.postmortems.conftest import MINUTE


@pytest.fixture
def questions(draft, page):
    """How many there are, of a postmortem that nobody has read yet."""

    def ask():
        postmortem = Postmortem.objects.get(pk=draft.pk)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            check(postmortem, page=page, at=NOW + 90 * MINUTE)
        return len(asked)

    return ask


def grow(draft, make_component, *, by):
    component = make_component("Cranes", group="Quay")
    updates = IncidentUpdate.objects.bulk_create(
        IncidentUpdate(
            incident=draft.incident,
            status="monitoring",
            body="Still at it.",
            body_html="<p>Still at it.</p>",
            created_at=NOW + 30 * MINUTE + number * MINUTE / by,
            display_at=NOW + 30 * MINUTE + number * MINUTE / by,
        )
        for number in range(by)
    )
    AffectedComponent.objects.bulk_create(
        AffectedComponent(
            update=update,
            component=component,
            name="Quay - Cranes",
            old_status="operational",
            new_status="major_outage",
        )
        for update in updates
    )
    for number in range(by // 10):
        Fact.objects.create(postmortem=draft, position=number, key="other", label="Fog", typed="More", source="typed")
        ActionTaken.objects.create(postmortem=draft, position=number, description="More")
        Mitigation.objects.create(postmortem=draft, position=number, description="More")
        User.objects.create_user(f"{number}@example.com", first_name="Ada", last_name=f"Number{number}")


def test_however_long_the_incident_was(questions, draft, make_component):
    before = questions()
    assert before <= 11
    grow(draft, make_component, by=300)
    assert questions() == before
