"""What the status page says at a given moment, computed from the record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import chain

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from statuspage.components.models import Component, ComponentGroup
from statuspage.components.status import Status, worst
from statuspage.incidents.affected import affected_names, in_words, isolated, last_words
from statuspage.incidents.models import Incident, IncidentUpdate

# What the roll-up says for the worst component: indicator and description of the public format.
ROLL_UP = {
    Status.OPERATIONAL: ("none", _("All Systems Operational")),
    Status.UNDER_MAINTENANCE: ("maintenance", _("Service Under Maintenance")),
    Status.DEGRADED_PERFORMANCE: ("minor", _("Partially Degraded Service")),
    Status.PARTIAL_OUTAGE: ("minor", _("Minor Service Outage")),
    Status.MAJOR_OUTAGE: ("major", _("Partial System Outage")),
}
ALL_DOWN = ("critical", _("Major System Outage"))
# Whatever is known at all is known by then.
FOREVER = datetime.max.replace(tzinfo=UTC)
# Impacts from calm to grave.
MOODS = ("none", "maintenance", "minor", "major", "critical")


@dataclass(frozen=True)
class Standing:
    """An open incident or maintenance as it stood: what it had said by then."""

    incident: Incident
    updates: list[IncidentUpdate]
    at: datetime

    @property
    def status(self) -> Incident.Status:
        return Incident.Status(self.updates[0].status)

    @property
    def is_missed(self) -> bool:
        """Whether its window has passed and nobody, nor the clock, has begun it."""
        until = self.incident.scheduled_until
        return self.status == Incident.Status.SCHEDULED and until is not None and until < self.at

    @property
    def affects(self) -> list[str]:
        """The affected components, grouped, in words."""
        return affected_names(self.updates)

    def statements(self) -> Iterable[tuple[int, datetime, str]]:
        """Component key, posting time and status of what it last said of each component.

        Planned work says nothing of the present until it begins, nor once it is postponed.
        """
        spoken = [update for update in self.updates if update.speaks] if self.updates[0].speaks else []
        for key, mention in last_words(spoken).items():
            yield key, mention.update.created_at, mention.new_status


@dataclass(frozen=True)
class Row:
    """One line of the component list: a component, or a group with its children."""

    subject: Component | ComponentGroup
    status: Status
    children: list[Row]

    @property
    def name(self) -> str:
        return self.subject.name

    @property
    def hidden(self) -> bool:
        """Whether readers are spared it: a component shown only while something is wrong, or a group of such."""
        if isinstance(self.subject, Component):
            return self.subject.only_show_if_degraded and self.status == Status.OPERATIONAL
        return all(child.hidden for child in self.children)


@dataclass(frozen=True)
class Overview:
    """What the status page says at a moment: components, open incidents, maintenance, and the verdict."""

    at: datetime
    components: list[Component]
    standings: list[Standing]

    @cached_property
    def statuses(self) -> dict[int, Status]:
        """The status of each component by its key: the rule of the house, in one place.

        The worst of the last direct report, and what each open incident has said since that report. Computed, never
        stored: two overlapping incidents cannot overwrite each other.
        """
        return {
            # Annotated by with_last_report; None where nobody ever reported.
            component.pk: worst(
                [getattr(component, "reported_status", None) or Status.OPERATIONAL]
                + [status for _, status in self._said.get(component.pk, [])]
            )
            for component in self.components
        }

    @cached_property
    def _said(self) -> dict[int, list[tuple[Incident, str]]]:
        """What open incidents have said of each component since it was last reported, by the component's key."""
        reported = {component.pk: getattr(component, "reported_at", None) for component in self.components}
        said: dict[int, list[tuple[Incident, str]]] = {}
        for standing in self.standings:
            for key, when, status in standing.statements():
                since = reported.get(key)
                if since is None or when > since:
                    said.setdefault(key, []).append((standing.incident, status))
        return said

    def why(self, component: Component) -> list[Incident]:
        """By whose word a component is not operational."""
        return [incident for incident, status in self._said.get(component.pk, []) if status != Status.OPERATIONAL]

    def status_of(self, component: Component) -> Status:
        """How a component is; operational where the page does not know it."""
        return self.statuses.get(component.pk, Status.OPERATIONAL)

    def after(self, incident: Incident, said: Mapping[Component, str]) -> dict[Component, Status]:
        """How components will be once an incident says this of them: whatever else is said of each stands."""
        reported = {one.pk: getattr(one, "reported_status", None) or Status.OPERATIONAL for one in self.components}
        return {
            component: worst(
                [status, reported.get(component.pk, Status.OPERATIONAL)]
                + [other for one, other in self._said.get(component.pk, []) if one.pk != incident.pk]
            )
            for component, status in said.items()
        }

    @cached_property
    def rows(self) -> list[Row]:
        """The component list by position; a group is as bad as its worst component."""
        top: dict[tuple[str, int], Row] = {}
        for component in self.components:
            row = Row(component, self.status_of(component), [])
            group = component.group
            if group is None:
                top["component", component.pk] = row
            else:
                top.setdefault(("group", group.pk), Row(group, Status.OPERATIONAL, [])).children.append(row)
        rows = [
            Row(row.subject, worst(child.status for child in row.children), row.children) if row.children else row
            for row in top.values()
        ]
        return sorted(rows, key=lambda row: (row.subject.position, row.subject.pk))

    @property
    def incidents(self) -> list[Standing]:
        """Open incidents, the last touched first."""
        standings = [standing for standing in self.standings if not standing.incident.is_maintenance]
        return sorted(standings, key=lambda standing: standing.incident.updated_at, reverse=True)

    @property
    def active(self) -> list[Standing]:
        """Maintenance under way."""
        return [one for one in self._maintenances() if one.status != Incident.Status.SCHEDULED]

    @property
    def under_way(self) -> list[Standing]:
        """Whatever readers may notice now: open incidents, then maintenance under way."""
        return [*self.incidents, *self.active]

    @property
    def upcoming(self) -> list[Standing]:
        """Maintenance planned, the next first."""
        return [one for one in self._maintenances() if one.status == Incident.Status.SCHEDULED]

    def _maintenances(self) -> list[Standing]:
        standings = [standing for standing in self.standings if standing.incident.is_maintenance]
        return sorted(standings, key=lambda standing: (standing.incident.scheduled_for, standing.incident.pk))

    @property
    def worst(self) -> Status:
        return worst(self.statuses.values())

    @property
    def mood(self) -> str:
        """What colours the verdict: the worst component, and where all of them work, the worst that is open.

        The words are the components' alone; calm green beside an open incident would say more than they do.
        """
        impacts = [standing.incident.impact for standing in self.under_way]
        if self.worst != Status.OPERATIONAL or not impacts:
            return self.worst
        return max(impacts, key=MOODS.index)

    @property
    def last_told_at(self) -> datetime | None:
        """The newest time that a message of anything open shows."""
        return max((update.display_at for standing in self.under_way for update in standing.updates), default=None)

    @property
    def _roll_up(self) -> tuple[str, object]:
        if self.statuses and set(self.statuses.values()) == {Status.MAJOR_OUTAGE}:
            return ALL_DOWN
        return ROLL_UP[self.worst]

    @property
    def affected_line(self) -> str:
        """“Affected: Bookings and API.” in HTML, by the rows readers see; empty where nothing is."""
        names = [row.name for row in self.rows if row.status != Status.OPERATIONAL]
        if not names:
            return ""
        if len(names) > 4:
            return ngettext(
                "%d part of the service is affected.", "%d parts of the service are affected.", len(names)
            ) % len(names)
        return mark_safe(gettext("Affected: %s.") % in_words(isolated(names)))  # noqa: S308

    @property
    def indicator(self) -> str:
        """none, maintenance, minor, major or critical: only components decide, incident impact never does."""
        return self._roll_up[0]

    @property
    def description(self) -> str:
        """The verdict in the public format's words."""
        return str(self._roll_up[1])


def overview(at: datetime | None = None) -> Overview:
    """What the status page says now, or said at `at`. A constant number of queries.

    Now it says all that is committed: the clock of the host that wrote it may be ahead of ours. Said then is what had
    been posted by then: a message or an incident that was dated back later was on no page at the time it shows. What is
    known of the past today, such as uptime, is another question.
    """
    moment, known_at = at or timezone.now(), at or FOREVER
    components = Component.objects.shown_at(moment, known_at=known_at).with_last_report(known_at)
    return Overview(moment, list(components.select_related("group")), _standing_at(moment, known_at=known_at))


def _standing_at(at: datetime, *, known_at: datetime) -> list[Standing]:
    """Incidents not closed by what is known, each with the updates posted by then, the last first."""
    later = IncidentUpdate.objects.filter(created_at__gt=known_at).values("incident")
    updates = IncidentUpdate.objects.filter(created_at__lte=known_at).prefetch_related(
        "affected__component__group", "revisions"
    )
    # Asked of each candidate, by an index: of an early moment nearly every incident is later, of a late one none is.
    told = Exists(IncidentUpdate.objects.filter(incident=OuterRef("pk"), created_at__lte=known_at))
    candidates = Incident.objects.filter(Q(resolved_at=None) | Q(pk__in=later), told).prefetch_related(
        Prefetch("updates", queryset=updates)
    )
    standings = [Standing(incident, incident.timeline(), at) for incident in candidates]
    for update in chain.from_iterable(standing.updates for standing in standings):
        update.as_of = known_at
    return [one for one in standings if one.status not in Incident.CLOSED]
