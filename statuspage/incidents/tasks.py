"""Thin doors for whoever keeps time."""

from celery import shared_task
from django.utils import timezone

from statuspage.incidents import schedule


@shared_task
def advance_maintenances() -> None:
    """Start and complete scheduled maintenance that is due."""
    schedule.advance_maintenances(timezone.now())
