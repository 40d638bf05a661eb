"""Thin doors for whoever keeps time. Harmless to run twice, or late."""

from celery import shared_task

from postmortems import reminders, rendition, telling


@shared_task
def render_due() -> None:
    """Make the next PDF that is owed, then tell subscribers of what is ready: the pages and the PDF come first."""
    rendition.render_due()
    telling.tell_due()


@shared_task
def remind_owners() -> None:
    """Each Monday, mail whoever promised something that is overdue or soon due."""
    reminders.remind_owners()
