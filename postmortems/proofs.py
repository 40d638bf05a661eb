"""A PDF of the draft for those who write it: made by a worker, gone after an hour, or once readers have the text."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from postmortems.models import Postmortem, Proof, Revision
from postmortems.pdf import PdfFailed, to_pdf
from postmortems.rendition import BROKEN_OFF, LEASE, MOST_ATTEMPTS, html_of
from postmortems.report import assemble
from statuspage.publishing.models import StatusPage
from statuspage.publishing.waking import wake_soon

logger = logging.getLogger(__name__)

KEPT = timedelta(hours=1)


@transaction.atomic
def ask_for_proof(postmortem: Postmortem) -> Proof:
    """Have a PDF of the draft made, in place of an earlier one."""
    fresh = {"asked_at": timezone.now(), "attempts": 0, "lease_until": None, "content": None, "error": ""}
    proof, _ = Proof.objects.update_or_create(postmortem=postmortem, defaults={"version": postmortem.version, **fresh})
    wake_soon("postmortems.tasks.render_due")
    return proof


def make_due() -> bool:
    """Make one proof that is owed, and tell whether there was any; harmless to run twice at once, or late."""
    proof = _claim(at=timezone.now())
    if proof is None:
        return False
    # Asked for anew meanwhile, it is another one.
    mine = Proof.objects.filter(pk=proof.pk, asked_at=proof.asked_at)
    postmortem = proof.postmortem
    try:
        content = _pdf_of(postmortem, at=timezone.now())
    except PdfFailed as failure:
        mine.update(error=str(failure)[:500], lease_until=None)
    except Exception:
        # It stays owed, and its turn comes again when the lease is over.
        logger.exception("%s was not made", proof)
    else:
        mine.update(content=content, version=postmortem.version, lease_until=None)
    return True


def forget_proofs(*, at: datetime) -> None:
    """Remove what nobody looks at any more."""
    Proof.objects.filter(asked_at__lte=at - KEPT).delete()


def _claim(*, at: datetime) -> Proof | None:
    """Take the oldest that is owed for a while; one that breaks its worker each time is given up."""
    for key, attempts in _due(at).order_by("asked_at").values_list("pk", "attempts"):
        mine = _due(at).filter(pk=key)
        if attempts >= MOST_ATTEMPTS:
            mine.update(error=BROKEN_OFF)
        elif mine.update(lease_until=at + LEASE, attempts=F("attempts") + 1):
            return Proof.objects.select_related("postmortem__incident").get(pk=key)
    return None


def _due(at: datetime) -> QuerySet[Proof]:
    return Proof.objects.filter(Q(lease_until=None) | Q(lease_until__lte=at), content=None, error="")


def _pdf_of(postmortem: Postmortem, *, at: datetime) -> bytes:
    report = assemble(postmortem, page=StatusPage.objects.get())
    # Never saved: it only lends its shape to the document.
    unpublished = Revision(postmortem=postmortem, number=0, snapshot=report.snapshot(), created_at=at)
    return to_pdf(html_of(unpublished), at=at)
