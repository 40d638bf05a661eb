"""Subscribers hear of a publication last: once its PDF was made, or given up, and its pages stand.

Where the PDF is given up they are told all the same, and not led to it: the page is complete, and what was too much for
the layout stays so until somebody writes it anew, which may be never.
"""

from __future__ import annotations

import logging
import re
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from postmortems.models import Postmortem, Rendition
from postmortems.report import Report
from statuspage.incidents.announcing import BESIDES, News, announce_besides, key_of, withdraw_besides
from statuspage.incidents.models import Incident
from statuspage.publishing.markdown import to_html
from statuspage.publishing.press import publish_alone
from statuspage.subscribers.models import Notice
from statuspage.subscribers.tally import Tally, tallies

logger = logging.getLogger(__name__)

POSTMORTEM = "postmortem"
# Longer than it takes to write its pages and its letters; also how long pages that cannot be written are waited for.
LEASE = timedelta(minutes=1)
# So many characters of what happened stand in the mail.
SUMMARY = 1_000


def tell_due() -> bool:
    """Have subscribers told of one publication that is ready, and tell whether there was any; harmless to run twice."""
    rendition = _claim(at=timezone.now())
    if rendition is None:
        return False
    postmortem = rendition.revision.postmortem
    if publish_alone(postmortem):
        _tell(rendition)
    else:
        logger.warning("Nobody is told of %s yet: its pages could not be written", rendition.revision)
    return True


def take_back(postmortem: Postmortem) -> bool:
    """Have nobody told of what was published so far; tells whether somebody was still to be.

    Called in the transaction of what comes in its place, whose lock on the postmortem its callers hold.
    """
    owed = Rendition.objects.filter(revision__postmortem=postmortem, owes_notice=True).update(owes_notice=False)
    return withdraw_besides(POSTMORTEM, postmortem.incident) or owed > 0


def was_told(postmortem: Postmortem) -> bool:
    """Whether subscribers were told of any revision, or are about to be, unless that is taken back."""
    told = Notice.objects.filter(thread=postmortem.incident.code, withdrawn_at=None)
    return told.filter(key__startswith=key_of(POSTMORTEM, postmortem.incident)).exists()


def telling_of(postmortem: Postmortem) -> Tally | None:
    """How far the telling of what readers have has come; None where nobody is told of it, or not yet."""
    revision = postmortem.published_revision
    if revision is None:
        return None
    key = key_of(POSTMORTEM, postmortem.incident, str(revision.number))
    causes = list(Notice.objects.filter(key=key).values_list("cause", flat=True))
    return next(iter(tallies(causes).values()), None)


def why_revised(postmortem: Postmortem) -> str:
    """Why there is another revision than the last that was told: minor ones, told in place of one, give no reason."""
    newest = postmortem.revisions.filter(minor=False).only("reason").last()
    return newest.reason if newest else ""


def news_of(incident: Incident, report: Report, *, reason: str = "", posted_at: datetime, has_pdf: bool = True) -> News:
    """What the mail says: what happened, in its author's words, and of a later revision first why there is one."""
    summary = _beginning((report.description or report.root_cause).strip())
    why = format_html("<p>{}</p>", reason) if reason else ""
    return News(
        incident,
        _("Postmortem revised") if reason else BESIDES[POSTMORTEM],
        f"{reason}\n\n{summary}".strip(),
        why + to_html(summary),
        posted_at=posted_at,
        path=report.path,
        pdf_path=f"{report.path}.pdf" if has_pdf else "",
    )


@transaction.atomic
def _tell(rendition: Rendition) -> None:
    # No more where it was superseded or withdrawn meanwhile, or another worker came first.
    mine = Rendition.objects.filter(pk=rendition.pk, owes_notice=True)
    if mine.update(owes_notice=False, lease_until=None):
        revision = rendition.revision
        news = news_of(
            revision.postmortem.incident,
            Report.from_snapshot(revision.snapshot),
            reason=why_revised(revision.postmortem),
            posted_at=revision.created_at,
            has_pdf=rendition.state == Rendition.State.READY,
        )
        announce_besides(POSTMORTEM, str(revision.number), news, undo=True)


def _claim(*, at: datetime) -> Rendition | None:
    """Take for a while what was published first of what can be told now.

    While the incident is open again readers of its page do not get the postmortem, and nobody is led to it.
    """
    ready = _due(at).exclude(state=Rendition.State.OWED).exclude(revision__published_as=None)
    closed = ready.filter(revision__postmortem__incident__resolved_at__isnull=False)
    for key in closed.order_by("pk").values_list("pk", flat=True):
        if _due(at).filter(pk=key).update(lease_until=at + LEASE):
            return Rendition.objects.select_related("revision__postmortem__incident").get(pk=key)
    return None


def _due(at: datetime) -> QuerySet[Rendition]:
    return Rendition.objects.filter(Q(lease_until=None) | Q(lease_until__lte=at), owes_notice=True)


def _beginning(text: str) -> str:
    """The first paragraphs that fit, as they are written; where not even one does, its first words."""
    if len(text) <= SUMMARY:
        return text
    kept = ""
    for paragraph in re.split(r"\n\s*\n", text):
        longer = f"{kept}\n\n{paragraph}" if kept else paragraph
        if len(longer) > SUMMARY:
            break
        kept = longer
    return kept or f"{text[:SUMMARY].rsplit(' ', 1)[0]} …"
