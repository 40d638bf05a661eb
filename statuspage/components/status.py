"""The five states of a component, and which of them is worse."""

from collections.abc import Iterable

from django.db import models


class Status(models.TextChoices):
    """What readers are told of a component, from best to worst."""

    OPERATIONAL = "operational", "Operational"
    UNDER_MAINTENANCE = "under_maintenance", "Under maintenance"
    DEGRADED_PERFORMANCE = "degraded_performance", "Degraded performance"
    PARTIAL_OUTAGE = "partial_outage", "Partial outage"
    MAJOR_OUTAGE = "major_outage", "Major outage"


SEVERITY = {status: rank for rank, status in enumerate(Status)}


def worst(statuses: Iterable[str]) -> Status:
    """The worst of them; operational where there is none."""
    return max((Status(status) for status in statuses), key=SEVERITY.__getitem__, default=Status.OPERATIONAL)
