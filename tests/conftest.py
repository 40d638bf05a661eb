"""The small cast that every test may call on."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from statuspage.components.models import Component, ComponentGroup
from statuspage.incidents.services import open_incident
from statuspage.publishing import press
from statuspage.publishing.models import StatusPage
from statuspage.team.models import User
from tests.browser import chromium, site

__all__ = ["chromium", "site"]

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole rooms on PostgreSQL first: begun last, they would leave the other processor idle for minutes."""
    items.sort(key=lambda item: item.path.name != "test_on_postgresql.py")


@pytest.fixture(autouse=True)
def public(settings, tmp_path: Path) -> Path:
    """The directory of public files, empty, of this test alone."""
    settings.DATA_DIR = tmp_path
    settings.PUBLIC_ROOT = tmp_path / "public"
    return settings.PUBLIC_ROOT


@pytest.fixture(autouse=True)
def _time_enough(monkeypatch) -> None:
    """A turn of the clock holds all there is, however slow the machine; tests of turns say how long theirs are."""
    monkeypatch.setattr(press, "TURN", 60)


@pytest.fixture
def page(db) -> StatusPage:
    """The one status page, in its own language and one more; tests with real transactions empty its table."""
    said = {"name": "Harbour", "time_zone": "Europe/Lisbon", "translations": ["en", "de"]}
    return StatusPage.objects.update_or_create(only=True, defaults=said)[0]


@pytest.fixture
def make_component(page):
    """Make a component; `group` by name."""

    def make(name: str = "Website", *, group: str = "", **fields) -> Component:
        parent = ComponentGroup.objects.get_or_create(name=group)[0] if group else None
        return Component.objects.create(name=name, group=parent, **{"created_at": LONG_AGO} | fields)

    return make


@pytest.fixture
def make_incident(page):
    """Open an incident that says something of components."""

    def make(affected: dict[Component, str] | None = None, **said):
        said = {"name": "Slow answers", "status": "investigating", "body": "We are looking.", "at": NOW} | said
        return open_incident(affected=affected or {}, author=None, **said)

    return make


@pytest.fixture
def staff(db) -> User:
    """A member of the team who may use the desk."""
    return User.objects.create_user("responder@example.com", "correct horse battery", is_staff=True)
