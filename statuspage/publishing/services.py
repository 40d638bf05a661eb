"""The doors through which other rooms publish."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.db.models import Model

from statuspage.publishing.models import StatusPage
from statuspage.publishing.press import publish, publish_overviews


def publish_soon(*changed: Model) -> None:
    """Refresh the public pages once the current transaction has committed, before the request answers."""
    # robust: a full disk must not stop what follows, nor turn a saved update into an error page.
    transaction.on_commit(partial(publish, *changed), robust=True)


@transaction.atomic
def republish_soon() -> None:
    """After a change that touches every page: the overviews at once, the rest as soon as somebody looks."""
    StatusPage.objects.update(owes_everything=True)
    transaction.on_commit(publish_overviews, robust=True)
