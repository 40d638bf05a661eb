"""Kinds of page of which each component, or each group of components, has one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django.utils import timezone

from statuspage.components.models import Component, ComponentGroup
from statuspage.incidents.models import Incident
from statuspage.publishing.pages import Page

# How long the clock may have stood still when a component was to be retired; by then the next day has begun.
LATEST = timedelta(days=1)


class PageOfPart(Page):
    """Tells of one part of the service. No request waits for it: an incident may touch many."""

    deferred = True
    parts: ClassVar[QuerySet[Any]]
    # From such a part to whatever may change what is told of it.
    touched_by: ClassVar[dict[type[Model], str]]

    def subjects(self) -> QuerySet[Any]:
        return self.parts.all()

    def concerned(self, changed: Model) -> QuerySet[Any]:
        way = self.touched_by.get(type(changed))
        return self.subjects().filter(**{way: changed.pk}).distinct() if way else self.subjects().none()


class PageOfComponent(PageOfPart):
    """Of a component. Retired ones too: links to them stay good, and what happened to them stays told."""

    parts = Component.objects.select_related("group")
    touched_by: ClassVar = {Component: "pk", ComponentGroup: "group", Incident: "mentions__update__incident"}

    def current(self) -> QuerySet[Component]:
        """Those whose time to be retired has come: nobody changes anything then."""
        now = timezone.now()
        return self.subjects().filter(retired_at__gt=now - LATEST, retired_at__lte=now)


class PageOfGroup(PageOfPart):
    """Of a group, with all that is in it now."""

    parts = ComponentGroup.objects.all()
    touched_by: ClassVar = {
        ComponentGroup: "pk",
        Component: "components",
        Incident: "components__mentions__update__incident",
    }
