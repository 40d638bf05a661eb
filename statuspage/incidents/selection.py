"""What somebody wants to hear of: the one model behind feeds, calendars and whatever else can be followed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from statuspage.components.models import Component, ComponentGroup
from statuspage.incidents.models import AffectedComponent, Incident, IncidentQuerySet, IncidentUpdate


@dataclass(frozen=True)
class Selection:
    """The whole page, a group, a component or one incident; of these the incidents, the maintenance, or both.

    A group is followed with the components that it has now, also those added after somebody began to follow it.
    """

    of: ComponentGroup | Component | Incident | None = None
    kind: Incident.Kind | None = None

    def incidents(self) -> IncidentQuerySet:
        """All that belong to it, from the first to the last."""
        found = Incident.objects.filter(kind=self.kind) if self.kind else Incident.objects.all()
        if self.of is None:
            return found
        if isinstance(self.of, Incident):
            return found.filter(pk=self.of.pk)
        return found.filter(pk__in=self._keys())

    def _keys(self) -> QuerySet[Any, Any]:
        """Of the incidents that speak of a component, or of any in a group."""
        where = {"component__group": self.of} if isinstance(self.of, ComponentGroup) else {"component": self.of}
        return AffectedComponent.objects.filter(**where).values("update__incident")

    def newest(self, many: int) -> list[Incident]:
        """Those told of last, the newest first, with their updates; a constant number of queries.

        Planned maintenance counts from its start, which usually lies ahead and puts it first; everything else from the
        time of its last update.
        """
        if isinstance(self.of, Incident):
            return [self.of]
        planned = self.incidents().open().filter(status=Incident.Status.SCHEDULED).order_by("-scheduled_for", "-pk")
        told = self._last_updates().values_list("incident", flat=True)
        keys = [*planned.values_list("pk", flat=True)[:many], *told[:many]]
        found = Incident.objects.filter(pk__in=keys).prefetch_related("updates__revisions")
        return sorted(found, key=lambda incident: (incident.told_at, incident.pk), reverse=True)[:many]

    def _last_updates(self) -> QuerySet[IncidentUpdate]:
        """The last update of each incident that is not merely planned, the newest first.

        Asked of the updates by their time: the database walks that index and stops after a few, however long the
        history is.
        """
        # One look into the index of posting for each: PostgreSQL would compare all with all for “none is later”.
        mine = IncidentUpdate.objects.filter(incident=OuterRef("incident")).order_by("-created_at", "-pk")
        last = IncidentUpdate.objects.filter(pk=Subquery(mine.values("pk")[:1]))
        last = last.exclude(incident__status=Incident.Status.SCHEDULED)
        if self.kind:
            last = last.filter(incident__kind=self.kind)
        if self.of:
            last = last.filter(incident__in=self._keys())
        return last.order_by("-display_at", "-pk")
