"""Thin doors for whoever keeps time."""

from celery import shared_task
from django.utils import timezone

from statuspage.incidents import schedule


@shared_task
def advance_maintenances() -> None:
    """Start and complete scheduled maintenance that is due, and remind of what is near."""
    now = timezone.now()
    schedule.advance_maintenances(now)
    schedule.remind_of_maintenances(now)
