"""Thin doors for whoever keeps time: Celery's beat, or the embedded clock. Harmless to run twice, or late."""

from celery import shared_task

from statuspage.publishing.models import StatusPage
from statuspage.publishing.press import publish, publish_overviews


@shared_task
def republish_overviews() -> None:
    """The minute's beat."""
    publish_overviews()


@shared_task
def republish_everything() -> None:
    """The night's: heals whatever was missed, and removes files nobody claims."""
    publish()


@shared_task
def republish_owed() -> None:
    """Publish everything if a change has asked for it."""
    # Taken off before the work: a change that comes while we render asks again.
    if StatusPage.objects.filter(owes_everything=True).update(owes_everything=False):
        publish()
