"""What people and machines say of components, outside any incident."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from statuspage.components.models import Component, ComponentReport
from statuspage.components.status import Status
from statuspage.publishing.services import publish_soon
from statuspage.team.models import User


@transaction.atomic
def report_components(
    statuses: Mapping[Component, str],
    *,
    source: ComponentReport.Source,
    author: User | None = None,
    at: datetime | None = None,
) -> list[ComponentReport]:
    """Record how components are, as of `at`.

    A report is newer than whatever open incidents said of the component before it, and outlives all of them.
    """
    at = at or timezone.now()
    reports = ComponentReport.objects.bulk_create(
        ComponentReport(component=component, status=Status(status), reported_at=at, source=source, author=author)
        for component, status in statuses.items()
    )
    touch_components(statuses, at=at)
    publish_soon(*statuses)
    return reports


def touch_components(components: Iterable[Component], *, at: datetime) -> None:
    """Say that these read otherwise since `at`; readers of the public API look for what is new by that."""
    keys = [component.pk for component in components]
    Component.objects.filter(pk__in=keys, updated_at__lt=at).update(updated_at=at)
