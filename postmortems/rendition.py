"""The PDF of a revision: owed as a row, made by a worker, kept in the data directory."""

from __future__ import annotations

import hashlib
import json
import logging
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from postmortems.figure import draw_timeline, letters
from postmortems.models import Rendition, Revision
from postmortems.pdf import Attachment, PdfFailed, to_pdf
from postmortems.report import Report
from statuspage.publishing import store
from statuspage.publishing.press import publish

logger = logging.getLogger(__name__)

# Longer than a PDF may take to be made.
LEASE = timedelta(minutes=3)
MOST_ATTEMPTS = 3
BROKEN_OFF = f"The PDF was not made: {MOST_ATTEMPTS} attempts were broken off. The worker's log has the details."
# As many letters as fill four pages, with facts and record: from there on readers look things up.
LONG = 6_000


def render_due() -> bool:
    """Make one PDF that is owed, and tell whether there was any; harmless to run twice at once, or late.

    One, since whoever keeps time has other duties.
    """
    rendition = claim(at=timezone.now())
    if rendition is None:
        return False
    try:
        make(rendition)
    except Exception:
        # A full disk, say. The row stays owed, and its turn comes again when the lease is over.
        logger.exception("%s was not made", rendition)
    return True


def render_all() -> None:
    """Make every PDF that is owed."""
    while render_due():
        pass


def claim(*, at: datetime) -> Rendition | None:
    """Take the newest that is owed for a while; no two workers get the same one.

    Attempts are counted here, so that one that kills its worker each time is given up. What is no longer published is
    left owed: nobody would read it.
    """
    _due(at).filter(attempts__gte=MOST_ATTEMPTS).update(state=Rendition.State.FAILED, error=BROKEN_OFF)
    wanted = _due(at).exclude(revision__published_as=None).order_by("-pk")
    for key in wanted.values_list("pk", flat=True):
        if _due(at).filter(pk=key).update(lease_until=at + LEASE, attempts=F("attempts") + 1):
            return Rendition.objects.select_related("revision__postmortem__incident").get(pk=key)
    return None


def make(rendition: Rendition) -> None:
    """Render, store and publish one PDF; where the text is too much for it, say why on the row."""
    mine = Rendition.objects.filter(pk=rendition.pk, state=Rendition.State.OWED, attempts=rendition.attempts)
    try:
        content = pdf_of(rendition.revision)
    except PdfFailed as failure:
        logger.warning("%s: %s", rendition, failure)
        mine.update(state=Rendition.State.FAILED, error=str(failure)[:500], lease_until=None)
        return
    sha256 = hashlib.sha256(content).hexdigest()
    file = _file(sha256)
    file.parent.mkdir(exist_ok=True)
    store.write(file, content)
    mine.update(state=Rendition.State.READY, sha256=sha256, error="", made_at=timezone.now(), lease_until=None)
    postmortem = rendition.revision.postmortem
    publish(postmortem, postmortem.incident)


def render_again(rendition: Rendition) -> None:
    """Owe a PDF again that could not be made."""
    Rendition.objects.filter(pk=rendition.pk, state=Rendition.State.FAILED).update(
        state=Rendition.State.OWED, attempts=0, error="", lease_until=None
    )


def pdf_of(revision: Revision) -> bytes:
    """The PDF of a revision: a function of what the revision keeps, and nothing else."""
    data = Attachment("postmortem.json", json_of(revision), "This postmortem as data")
    return to_pdf(html_of(revision), at=revision.created_at, attachments=[data])


def html_of(revision: Revision) -> str:
    """The document that the PDF is laid out from; one without a number says that it is not published."""
    report = Report.from_snapshot(revision.snapshot)
    with translation.override(report.look.language):
        return render_to_string(
            "pdf/postmortem.html",
            {
                # The zone and name as they were then, not as the page has them now.
                "page": report,
                "report": report,
                "revision": revision,
                "timeline": draw_timeline(report),
                "contents": _contents(report),
                "renderer": f"WeasyPrint {version('weasyprint')}",
            },
        )


def json_of(revision: Revision) -> bytes:
    """The public data of a revision."""
    document = {"revision": revision.number, "sha256": revision.sha256, **revision.snapshot}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def stored_bytes(rendition: Rendition) -> bytes | None:
    """The finished PDF; None where it was not made, or its file is gone."""
    try:
        return _file(rendition.sha256).read_bytes()
    except FileNotFoundError:
        return None


def _contents(report: Report) -> list[tuple[str, str]]:
    """The headings with their anchors, where there is so much to read that somebody will look for them."""
    texts = [one.text for one in (*report.analysis, *report.closing)]
    texts += [one.description for one in report.actions] + [one.description for one in report.mitigations]
    texts += [report.further, *(one.body for one in report.updates)]
    if sum(map(letters, texts)) < LONG:
        return []
    lines = [(section.key, section.title) for section in report.analysis]
    lines += [("actions", _("Actions taken"))] if report.actions else []
    lines += [("mitigations", _("Mitigation measures"))] if report.mitigations else []
    lines += [(section.key, section.title) for section in report.closing]
    lines += [("updates", _("Updates"))] if report.updates else []
    return lines + ([("measures", _("Measured from the record"))] if report.measures else [])


def _due(at: datetime) -> QuerySet[Rendition]:
    return Rendition.objects.filter(Q(lease_until=None) | Q(lease_until__lte=at), state=Rendition.State.OWED)


def _file(sha256: str) -> Path:
    return settings.DATA_DIR / "renditions" / f"{sha256}.pdf"
