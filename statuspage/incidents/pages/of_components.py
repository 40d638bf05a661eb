"""Kinds of page of which each component has one."""

from __future__ import annotations

from django.db.models import Model, QuerySet

from statuspage.components.models import Component, ComponentGroup
from statuspage.incidents.models import Incident
from statuspage.publishing.pages import Page


class PageOfComponent(Page):
    """Tells of one component. Retired ones too: links to them stay good, and what happened to them stays told.

    No request waits for it: an incident may touch many.
    """

    deferred = True

    def subjects(self) -> QuerySet[Component]:
        return Component.objects.select_related("group")

    def concerned(self, changed: Model) -> QuerySet[Component]:
        if isinstance(changed, Component):
            return self.subjects().filter(pk=changed.pk)
        if isinstance(changed, ComponentGroup):
            return self.subjects().filter(group=changed)
        if isinstance(changed, Incident):
            return self.subjects().filter(mentions__update__incident=changed).distinct()
        return self.subjects().none()
