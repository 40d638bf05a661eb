"""Thin doors for whoever keeps time. Harmless to run twice, or late."""

from celery import shared_task

from postmortems import rendition


@shared_task
def render_due() -> None:
    """Make the next PDF that is owed."""
    rendition.render_due()
