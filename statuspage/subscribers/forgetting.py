"""Forgetting people with whom it is over."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from statuspage.subscribers import services
from statuspage.subscribers.models import Followed, SignUp, Subscriber
from statuspage.subscribers.public_incidents import over_since

UNCONFIRMED_FOR, GONE_FOR = timedelta(hours=72), timedelta(days=30)
# For so long after it is over is an incident still followed: some are opened again.
FOLLOWED_FOR = timedelta(days=7)
# So many in a transaction: a responder who posts meanwhile must not wait for all of them.
BATCH = 500


def purge(at: datetime | None = None) -> None:
    """Forget what was asked three days ago, who left thirty days ago, and who followed what has long been over."""
    at = at or timezone.now()
    SignUp.objects.filter(created_at__lt=at - UNCONFIRMED_FOR).delete()
    while gone := list(Subscriber.objects.filter(unsubscribed_at__lt=at - GONE_FOR)[:BATCH]):
        services.erase(gone)
    for incident in Followed.objects.order_by("incident").values_list("incident", flat=True).distinct():
        over = over_since(incident)
        while over and over < at - FOLLOWED_FOR and services.unfollow(incident, most=BATCH):
            pass
