"""The five states of a component, and which of them is worse."""

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """What readers are told of a component, from best to worst."""

    OPERATIONAL = "operational", _("Operational")
    UNDER_MAINTENANCE = "under_maintenance", _("Under maintenance")
    DEGRADED_PERFORMANCE = "degraded_performance", _("Degraded performance")
    PARTIAL_OUTAGE = "partial_outage", _("Partial outage")
    MAJOR_OUTAGE = "major_outage", _("Major outage")


SEVERITY = {status: rank for rank, status in enumerate(Status)}


def worst(statuses: Iterable[str]) -> Status:
    """The worst of them; operational where there is none."""
    return max((Status(status) for status in statuses), key=SEVERITY.__getitem__, default=Status.OPERATIONAL)
