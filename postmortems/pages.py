"""What the public reads of postmortems: always the published revision, never the draft."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Model, QuerySet

from postmortems.models import Postmortem, Rendition
from postmortems.rendition import json_of, stored_bytes
from postmortems.report import Report
from statuspage.incidents.models import Incident
from statuspage.publishing.models import StatusPage
from statuspage.publishing.pages import Page, register


class PostmortemFile(Page):
    """One form of the published postmortem; they differ in the end of their address."""

    ending = ""

    def subjects(self) -> Iterable[Postmortem]:
        return self._published()

    def concerned(self, changed: Model) -> Iterable[Postmortem]:
        return self._published().filter(pk=changed.pk) if isinstance(changed, Postmortem) else []

    def location(self, subject: Postmortem) -> str:
        return f"{subject.path}{self.ending}"

    def context(self, subject: Postmortem, page: StatusPage) -> dict[str, Any]:
        revision = subject.published_revision
        if revision is None:
            raise ValueError(f"{subject} is not published.")
        return {
            "postmortem": subject,
            "revision": revision,
            "report": Report.from_snapshot(revision.snapshot),
        }

    def _published(self) -> QuerySet[Postmortem]:
        return Postmortem.objects.exclude(published_revision=None).select_related("incident", "published_revision__pdf")


@register
class PostmortemPage(PostmortemFile):
    """It stays where others have linked to it, also while the incident is open again, and says so then."""

    template_name = "public/postmortem.html"

    def concerned(self, changed: Model) -> Iterable[Postmortem]:
        if isinstance(changed, Incident):
            return self._published().filter(incident=changed)
        return super().concerned(changed)


@register
class PostmortemMarkdown(PostmortemFile):
    ending = ".md"
    template_name = "postmortems/postmortem.md"


@register
class PostmortemJson(PostmortemFile):
    ending = ".json"

    def body(self, subject: Postmortem, page: StatusPage) -> bytes:
        return json_of(self.context(subject, page)["revision"])


@register
class PostmortemPdf(PostmortemFile):
    """The bytes a worker made; until they are there, readers have the HTML, and no earlier revision's paper."""

    ending = ".pdf"

    def body(self, subject: Postmortem, page: StatusPage) -> bytes | None:
        pdf = self.context(subject, page)["revision"].pdf
        if pdf.state != Rendition.State.READY:
            return None
        body = stored_bytes(pdf)
        if body is None:
            raise FileNotFoundError(f"The PDF of {subject} is gone from the data directory.")
        return body
