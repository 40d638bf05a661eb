"""The doors through which other rooms publish."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Model

from statuspage.publishing.models import Owed
from statuspage.publishing.press import publish_at_once
from statuspage.publishing.waking import wake_soon

PUBLISH_OWED = "statuspage.publishing.tasks.publish_owed"


class Publication:
    """What one transaction has changed: published once, however many changes it makes."""

    def __init__(self) -> None:
        self.changed: list[Model] = []
        self.owed: list[Owed] = []

    def press(self) -> None:
        """Publish all of it; nothing is left for the hooks after the first, since all is committed by then."""
        # The last one told of an object knows it best.
        changed = {(type(one), one.pk): one for one in self.changed}
        owed, self.changed, self.owed = self.owed, [], []
        if owed:
            publish_at_once(*changed.values(), owed=owed)


def publish_soon(*changed: Model) -> None:
    """Refresh the public pages once the current transaction has committed.

    What readers look at first is there before the request answers; all the rest, and whatever failed, is owed by a row
    of the same transaction and follows within a second.
    """
    _publish(changed, Owed.objects.bulk_create(Owed(model=one._meta.label, key=one.pk) for one in changed))


@transaction.atomic
def republish_soon() -> None:
    """After a change that touches every page: the overviews at once, the rest as soon as somebody looks."""
    _publish([], [Owed.objects.create()])


def _publish(changed: Iterable[Model], owed: Iterable[Owed]) -> None:
    publication = _waiting() or Publication()
    publication.changed += changed
    publication.owed += owed
    # A hook for each call: one that is rolled back with its savepoint takes no other with it. robust: a full disk must
    # not stop what follows, nor turn a saved update into an error page.
    transaction.on_commit(publication.press, robust=True)
    wake_soon(PUBLISH_OWED)


def is_behind() -> bool:
    """Whether readers lack something that was tried to be published: the desk must not say that they have it."""
    return Owed.objects.filter(failed=True).exists()


def _waiting() -> Publication | None:
    """The publication that waits for the current transaction's commit, if there is one."""
    owners = (getattr(hook, "__self__", None) for _, hook, _ in transaction.get_connection().run_on_commit)
    return next((owner for owner in owners if isinstance(owner, Publication)), None)
