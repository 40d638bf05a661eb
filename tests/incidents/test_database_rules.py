"""Rules that the database itself keeps, whoever writes."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from statuspage.components.models import Component, ComponentGroup
from statuspage.incidents.models import AffectedComponent, Incident
from statuspage.publishing.models import StatusPage
from tests.conftest import NOW

MAINTENANCE = {
    "kind": "maintenance",
    "status": "scheduled",
    "impact": "maintenance",
    "scheduled_for": NOW,
    "scheduled_until": NOW + timedelta(hours=1),
}


def write(**fields):
    fields = {"name": "Any", "status": "investigating", "impact": "none", "started_at": NOW} | fields
    with transaction.atomic():
        return Incident.objects.create(**fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "completed", "resolved_at": NOW},
        {"status": "resolved"},
        {"resolved_at": NOW},
        {"impact": "maintenance"},
        {"impact": "awful"},
        {"impact": "minor", "impact_override": "major"},
        {"scheduled_for": NOW, "scheduled_until": NOW + timedelta(hours=1)},
        MAINTENANCE | {"status": "investigating"},
        MAINTENANCE | {"scheduled_until": NOW},
        MAINTENANCE | {"scheduled_until": None},
        MAINTENANCE | {"scheduled_for": None},
    ],
)
def test_an_incident_that_contradicts_itself_cannot_be_stored(db, fields):
    with pytest.raises(IntegrityError):
        write(**fields)


@pytest.mark.parametrize("fields", [{}, {"status": "resolved", "resolved_at": NOW}, MAINTENANCE])
def test_an_incident_that_does_not_can(db, fields):
    assert write(**fields).pk


def test_codes_are_given_once(db):
    write(code="abcdefabcdef")
    with pytest.raises(IntegrityError):
        write(code="abcdefabcdef")


def test_an_update_speaks_of_a_component_once(make_component, make_incident):
    api = make_component()
    [update] = make_incident({api: "major_outage"}).updates.all()
    with pytest.raises(IntegrityError), transaction.atomic():
        AffectedComponent.objects.create(
            update=update, component=api, name="API", old_status="operational", new_status="operational"
        )


def test_a_component_that_was_spoken_of_cannot_be_deleted(make_component, make_incident):
    make_incident({make_component(group="Shop"): "major_outage"})
    with pytest.raises(IntegrityError), transaction.atomic():
        Component.objects.get().delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        ComponentGroup.objects.get().delete()


def test_there_is_exactly_one_status_page(page):
    with pytest.raises(IntegrityError), transaction.atomic():
        StatusPage.objects.create(name="Another")
    with pytest.raises(IntegrityError), transaction.atomic():
        StatusPage.objects.create(name="Another", only=False)
