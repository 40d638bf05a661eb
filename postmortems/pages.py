"""What the public reads of postmortems: always the published revision, never the draft; or why it was withdrawn."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.db.models import Model, Prefetch, QuerySet
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from postmortems.models import Postmortem, Rendition, Revision
from postmortems.rendition import json_of, stored_bytes
from postmortems.report import Report
from statuspage.incidents.models import Incident
from statuspage.publishing import times
from statuspage.publishing.models import StatusPage
from statuspage.publishing.pages import Overview, Page, in_languages, register
from statuspage.publishing.serving import GONE


class PostmortemFile(Page):
    """One form of the published postmortem; they differ in the end of their address.

    What was withdrawn has none of them, nor may one of them stay.
    """

    ending = ""

    def subjects(self) -> Iterable[Postmortem]:
        return self._public()

    def concerned(self, changed: Model) -> Iterable[Postmortem]:
        return self._public().filter(pk=changed.pk) if isinstance(changed, Postmortem) else []

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

    def body(self, subject: Postmortem, page: StatusPage) -> bytes | None:
        return self.withdrawn(subject, page) if subject.is_withdrawn else self.published(subject, page)

    def published(self, subject: Postmortem, page: StatusPage) -> bytes | None:
        """What readers get of the published revision."""
        return super().body(subject, page)

    def withdrawn(self, subject: Postmortem, page: StatusPage) -> bytes | None:
        """What stands at the address of one that was withdrawn."""
        return None

    def _public(self) -> QuerySet[Postmortem]:
        """Those that have an address: published, or withdrawn."""
        public = Postmortem.objects.exclude(published_revision=None, withdrawn_at=None)
        return public.select_related("incident", "published_revision__pdf")


@register
class PostmortemPage(PostmortemFile):
    """It stays where others have linked to it, also while the incident is open again, and says so then.

    So it does when it was withdrawn: its address then tells when that was, and why.
    """

    template_name = "public/postmortem.html"
    withdrawn_template_name = "public/postmortem_withdrawn.html"

    def withdrawn(self, subject: Postmortem, page: StatusPage) -> bytes:
        location = self.location(subject)
        context = {"page": page, "location": location, "postmortem": subject, **in_languages(page, location)}
        return render_to_string(self.withdrawn_template_name, context).encode()

    def context(self, subject: Postmortem, page: StatusPage) -> dict[str, Any]:
        return super().context(subject, page) | {"revised": subject.revisions.all()}

    def concerned(self, changed: Model) -> Iterable[Postmortem]:
        if isinstance(changed, Incident):
            return self._public().filter(incident=changed)
        return super().concerned(changed)

    def _public(self) -> QuerySet[Postmortem]:
        return super()._public().prefetch_related(Prefetch("revisions", Revision.objects.news()), "incident__tags")


@register
class PostmortemMarkdown(PostmortemFile):
    ending = ".md"
    template_name = "postmortems/postmortem.md"


@register
class PostmortemJson(PostmortemFile):
    ending = ".json"

    def published(self, subject: Postmortem, page: StatusPage) -> bytes:
        return json_of(self.context(subject, page)["revision"])


@register
class PostmortemSchema(Overview):
    """What programs may rely on in that JSON, as JSON Schema."""

    path = "/schemas/postmortem.json"
    deferred = True
    source = Path(__file__).parent / "schema.json"

    def body(self, subject: None, page: StatusPage) -> bytes:
        document = {"$id": f"{page.url}{self.path}", **json.loads(self.source.read_text())}
        return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


@register
class PostmortemPdf(PostmortemFile):
    """The bytes a worker made; until they are there, readers have the HTML, and no earlier revision's paper."""

    ending = ".pdf"

    def published(self, subject: Postmortem, page: StatusPage) -> bytes | None:
        pdf = self.context(subject, page)["revision"].pdf
        if pdf.state != Rendition.State.READY:
            return None
        body = stored_bytes(pdf)
        if body is None:
            raise FileNotFoundError(f"The PDF of {subject} is gone from the data directory.")
        return body


class Withdrawal(PostmortemFile):
    """Why a form of the postmortem is gone: what its address answers, with that status, once it was withdrawn."""

    def location(self, subject: Postmortem) -> str:
        return f"{super().location(subject)}{GONE}"

    def published(self, subject: Postmortem, page: StatusPage) -> None:
        return None

    def withdrawn(self, subject: Postmortem, page: StatusPage) -> bytes:
        at = times.full(subject.withdrawn_at, page.zone) if subject.withdrawn_at else ""
        said = _("This postmortem was withdrawn.")
        return f"{said} {at}\n\n{subject.withdrawal_reason}\n\n{page.url}{subject.path}\n".encode()


@register
class WithdrawnPdf(Withdrawal):
    ending = ".pdf"


@register
class WithdrawnMarkdown(Withdrawal):
    ending = ".md"


@register
class WithdrawnJson(Withdrawal):
    ending = ".json"

    def withdrawn(self, subject: Postmortem, page: StatusPage) -> bytes:
        at = times.machine(subject.withdrawn_at) if subject.withdrawn_at else None
        document = {"withdrawn_at": at, "reason": subject.withdrawal_reason}
        return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
