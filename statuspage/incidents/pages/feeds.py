"""Feeds and calendars: whatever can be selected can be followed. Their readers ask every few minutes: none of them has
a responder wait for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Model

from statuspage.components.models import Component, ComponentGroup
from statuspage.incidents.feed import Feed, feed
from statuspage.incidents.feed_formats import atom, json_feed, rss
from statuspage.incidents.maintenance_calendar import calendar
from statuspage.incidents.models import Incident
from statuspage.incidents.pages.of_parts import PageOfComponent, PageOfGroup
from statuspage.incidents.selection import Selection
from statuspage.publishing.models import StatusPage
from statuspage.publishing.pages import Overview, Page, register

FORMATS: dict[str, Callable[[Feed], bytes]] = {".atom": atom, ".rss": rss, ".json": json_feed}


class Followed(Page):
    """A file by which programs follow a selection; the end of its address tells the format."""

    name = ""
    kind: Incident.Kind | None = None
    deferred = True

    def body(self, subject: Any, page: StatusPage) -> bytes:
        selection, location = Selection(subject, self.kind), self.location(subject)
        if location.endswith(".ics"):
            return calendar(selection, page, location=location)
        write = FORMATS[location[location.rindex(".") :]]
        return write(feed(selection, page, location=location))


class OfPage(Followed, Overview):
    """Of the whole page."""

    def location(self, subject: None) -> str:
        return f"/{self.name}"


@register
class HistoryAtom(OfPage):
    name = "history.atom"


@register
class HistoryRss(OfPage):
    name = "history.rss"


@register
class JsonFeed(OfPage):
    name = "feed.json"


@register
class IncidentsAtom(OfPage):
    name, kind = "incidents.atom", Incident.Kind.INCIDENT


@register
class IncidentsRss(OfPage):
    name, kind = "incidents.rss", Incident.Kind.INCIDENT


@register
class MaintenanceAtom(OfPage):
    name, kind = "maintenance.atom", Incident.Kind.MAINTENANCE


@register
class MaintenanceRss(OfPage):
    name, kind = "maintenance.rss", Incident.Kind.MAINTENANCE


@register
class MaintenanceCalendar(OfPage):
    name, kind = "maintenance.ics", Incident.Kind.MAINTENANCE


class OfPart(Followed):
    """Of one component, or of a group with all that is in it now."""

    def location(self, subject: Component | ComponentGroup) -> str:
        return f"{subject.path}/{self.name}"


@register
class ComponentAtom(OfPart, PageOfComponent):
    name = "history.atom"


@register
class ComponentRss(OfPart, PageOfComponent):
    name = "history.rss"


@register
class ComponentCalendar(OfPart, PageOfComponent):
    name, kind = "maintenance.ics", Incident.Kind.MAINTENANCE


@register
class GroupAtom(OfPart, PageOfGroup):
    name = "history.atom"


@register
class GroupRss(OfPart, PageOfGroup):
    name = "history.rss"


@register
class IncidentAtom(Followed):
    """Of one incident: a single entry that moves with each update."""

    def subjects(self) -> Iterable[Incident]:
        return Incident.objects.prefetch_related("updates__revisions")

    def concerned(self, changed: Model) -> Iterable[Incident]:
        if isinstance(changed, Incident):
            return Incident.objects.prefetch_related("updates__revisions").filter(pk=changed.pk)
        return []

    def location(self, subject: Incident) -> str:
        return f"{subject.path}.atom"
