"""Thin doors for whoever keeps time. Harmless to run twice, or late."""

from celery import shared_task
from django.utils import timezone

from postmortems import proofs, reminders, rendition, telling


@shared_task
def render_due() -> None:
    """Make the next PDF that is owed, to readers, else to those who write; then tell subscribers of what is ready.

    The pages and the PDF come first.
    """
    if not rendition.render_due():
        proofs.make_due()
    telling.tell_due()


@shared_task
def forget_proofs() -> None:
    """Remove the PDFs of drafts that nobody looks at any more."""
    proofs.forget_proofs(at=timezone.now())


@shared_task
def remind_owners() -> None:
    """Each Monday, mail whoever promised something that is overdue or soon due."""
    reminders.remind_owners()
