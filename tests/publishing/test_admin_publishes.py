"""A change made in the settings is on the page before the admin answers."""

import pytest
from django.urls import reverse

from statuspage.components.models import Component
from statuspage.publishing import store
from statuspage.publishing.models import Owed
from statuspage.publishing.press import publish, publish_owed
from statuspage.team.models import User


@pytest.fixture
def admin(client, page):
    client.force_login(User.objects.create_superuser("owner@example.com", "correct horse battery"))
    return client


def test_a_new_name_of_the_site(admin, page, django_capture_on_commit_callbacks):
    where = reverse("admin:publishing_statuspage_change", args=[page.pk])
    said = {"name": "Haven", "time_zone": "Europe/Lisbon", "locale": "en", "translations": ["en", "de"], "accent": ""}
    said |= {"review_postmortems": "as_needed", "paper": "letter"}
    weights = {"weight_major": "1", "weight_partial": "0.3", "weight_degraded": "0"}
    with django_capture_on_commit_callbacks(execute=True):
        assert admin.post(where, said | weights | {"support_url": "", "about": ""}).status_code == 302
    assert b"Haven" in store.find("/")
    page.refresh_from_db()
    assert page.paper == "letter"


def test_a_component_that_is_added_and_then_retired(admin, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        added = admin.post(reverse("admin:components_component_add"), {"name": "Lighthouse", "position": 0})
    assert added.status_code == 302
    assert b"Lighthouse" in store.find("/")
    where = reverse("admin:components_component_change", args=[Component.objects.get().pk])
    retired = {"name": "Lighthouse", "position": 0, "retired_at_0": "2026-01-01", "retired_at_1": "00:00:00"}
    with django_capture_on_commit_callbacks(execute=True):
        assert admin.post(where, retired).status_code == 302
    assert b"Lighthouse" not in store.find("/")


def test_the_pages_of_a_component_that_is_deleted_go_soon(admin, make_component, django_capture_on_commit_callbacks):
    component = make_component("Lighthouse")
    publish()
    assert store.find(component.path)
    where = reverse("admin:components_component_delete", args=[component.pk])
    with django_capture_on_commit_callbacks(execute=True):
        assert admin.post(where, {"post": "yes"}).status_code == 302
    while Owed.objects.exists():
        publish_owed()
    assert store.find(component.path) is None
