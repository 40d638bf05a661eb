"""Thin doors for whoever keeps time: Celery's beat, or the embedded clock. Harmless to run twice, or late."""

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from statuspage.publishing import preparing, press, store
from statuspage.publishing.models import Owed, StatusPage
from statuspage.publishing.waking import wake_soon


@shared_task
def publish_owed() -> None:
    """Whatever changes still owe: other languages, what no request waits for, and everything where that was asked."""
    if press.publish_owed():
        # The embedded clock looks again within a second; workers would wait for the next beat.
        wake_soon(publish_owed.name)


@shared_task
def republish_overviews() -> None:
    """The minute's beat; where the public directory was taken away, it is made again."""
    preparing.collect_if_gone()
    if not store.is_whole() and not Owed.objects.filter(model="").exists():
        Owed.objects.create()
    press.publish_overviews()


@shared_task
@transaction.atomic
def begin_day() -> None:
    """Owe every page anew once the page's day has changed: what tells of today, and whatever was missed."""
    today = timezone.now().astimezone(StatusPage.objects.get().zone).date()
    if StatusPage.objects.exclude(day=today).update(day=today):
        Owed.objects.create()
