"""What programs read of incidents: the public API, version 2, and each incident's own document."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cached_property
from typing import ClassVar

from django.db.models import Max, Model

from statuspage.components.models import Component, ComponentGroup
from statuspage.incidents.documents import (
    Document,
    Rows,
    full_incident_document,
    incident_document,
    page_document,
    status_document,
    to_json,
)
from statuspage.incidents.models import Incident
from statuspage.incidents.overview import Overview, Standing
from statuspage.incidents.present import present, present_rows
from statuspage.publishing.models import StatusPage
from statuspage.publishing.pages import Page, register

# How many incidents a list holds; older ones are in /history.json.
MOST = 50


class Answers:
    """What the API answers now. Each question is asked once, however many documents tell of it."""

    def __init__(self, page: StatusPage) -> None:
        self.page = page

    def summary(self) -> Document:
        return {
            **self.components(),
            **self.unresolved(),
            **self._planned([*self._state.upcoming, *self._state.active]),
            **self.status(),
        }

    def status(self) -> Document:
        return {"page": self._page, "status": status_document(self._state)}

    def components(self) -> Document:
        return {"page": self._page, "components": list(self._rows.values())}

    def incidents(self) -> Document:
        return {"page": self._page, "incidents": self._newest(Incident.Kind.INCIDENT)}

    def unresolved(self) -> Document:
        return {"page": self._page, "incidents": self._told(self._state.incidents)}

    def maintenances(self) -> Document:
        return {"page": self._page, "scheduled_maintenances": self._newest(Incident.Kind.MAINTENANCE)}

    def upcoming(self) -> Document:
        return self._planned(self._state.upcoming)

    def active(self) -> Document:
        return self._planned(self._state.active)

    def _planned(self, standings: Iterable[Standing]) -> Document:
        return {"page": self._page, "scheduled_maintenances": self._told(standings)}

    def _told(self, standings: Iterable[Standing]) -> list[Document]:
        return [incident_document(standing.incident, self._rows, self.page) for standing in standings]

    def _newest(self, kind: str) -> list[Document]:
        newest = Incident.objects.filter(kind=kind).order_by("-created_at", "-id").with_documents()
        # Lists tell that there is a postmortem, not what it says.
        newest = newest.defer("postmortem__published_revision__snapshot")[:MOST]
        return [incident_document(incident, self._rows, self.page) for incident in newest]

    @cached_property
    def _page(self) -> Document:
        return page_document(self.page, updated_at=last_changed(self.page))

    @property
    def _state(self) -> Overview:
        return present(self.page)

    @property
    def _rows(self) -> Rows:
        return present_rows(self.page)


def last_changed(page: StatusPage) -> datetime:
    """When anything that the API tells was last changed: facts alone decide, so two publishes say the same."""
    postmortems = Incident.objects.exclude(postmortem__published_revision=None)
    found = [
        Component.objects.aggregate(last=Max("updated_at")),
        ComponentGroup.objects.aggregate(last=Max("updated_at")),
        Incident.objects.aggregate(last=Max("updated_at")),
        postmortems.aggregate(last=Max("postmortem__published_revision__created_at")),
        Incident.objects.exclude(postmortem__withdrawn_at=None).aggregate(last=Max("postmortem__withdrawn_at")),
    ]
    return max([page.updated_at, *(one["last"] for one in found if one["last"])])


@register
class ApiDocument(Page):
    """The documents below /api/v2 that tell of the present: each its address and the answer it holds."""

    DOCUMENTS: ClassVar[dict[str, Callable[[Answers], Document]]] = {
        "summary": Answers.summary,
        "status": Answers.status,
        "components": Answers.components,
        "incidents/unresolved": Answers.unresolved,
        "scheduled-maintenances/upcoming": Answers.upcoming,
        "scheduled-maintenances/active": Answers.active,
    }

    def subjects(self) -> Iterable[str]:
        return self.DOCUMENTS

    def current(self) -> Iterable[str]:
        return self.DOCUMENTS

    def location(self, subject: str) -> str:
        return f"/api/v2/{subject}.json"

    def body(self, subject: str, page: StatusPage) -> bytes:
        return to_json(self.DOCUMENTS[subject](page.once("answers", lambda: Answers(page))))


@register
class ApiList(ApiDocument):
    """Those that tell of the past as well: half of the work of all, and none that a responder must wait for."""

    DOCUMENTS = {"incidents": Answers.incidents, "scheduled-maintenances": Answers.maintenances}
    deferred = True


@register
class IncidentDocument(Page):
    """One incident or maintenance in full.

    Its components are as they are now: those of an open incident at every publish, those of a closed one whenever that
    changes, and each day.
    """

    def subjects(self) -> Iterable[Incident]:
        return Incident.objects.with_documents()

    def current(self) -> Iterable[Incident]:
        return Incident.objects.open().with_documents()

    def concerned(self, changed: Model) -> Iterable[Incident]:
        if not isinstance(changed, Incident):
            return []
        # An open one is current as it is.
        return Incident.objects.closed().with_documents().filter(pk=changed.pk)

    def location(self, subject: Incident) -> str:
        return f"{subject.path}.json"

    def body(self, subject: Incident, page: StatusPage) -> bytes:
        return to_json(full_incident_document(subject, present_rows(page), page))
