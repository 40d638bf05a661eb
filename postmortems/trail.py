"""Writing down each step of a postmortem, beside the change that it is."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from postmortems.models import Postmortem, Step
from postmortems.words import remember_drafts
from statuspage.team.models import User


def note(
    postmortem: Postmortem,
    kind: Step.Kind,
    *,
    by: User | None,
    sha256: str,
    words: str = "",
    at: datetime | None = None,
) -> Step:
    """Add a step to the trail, and let its words be found; called in the transaction of the step itself."""
    step = Step.objects.create(
        postmortem=postmortem, kind=kind, by=by, sha256=sha256, words=words, at=at or timezone.now()
    )
    remember_drafts([postmortem.pk])
    return step
