"""Writing incidents and their updates, a few hundred at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef

from statuspage.components.models import Component
from statuspage.importers.report import Report
from statuspage.importers.rows import AT_ONCE, assign, batches, differences
from statuspage.importers.told import ToldAffected, ToldIncident, ToldUpdate
from statuspage.incidents.models import AffectedComponent, Incident, IncidentUpdate, UpdateRevision
from statuspage.incidents.words import remember_incidents
from statuspage.publishing.codes import ALPHABET, LENGTH
from statuspage.publishing.markdown import to_html

NO_MESSAGE = "This update was imported without a message."


@dataclass
class _Work:
    """What a batch will write, once all of it is known to be right."""

    new: list[Incident] = field(default_factory=list)
    changed: list[Incident] = field(default_factory=list)
    new_updates: list[IncidentUpdate] = field(default_factory=list)
    changed_updates: list[IncidentUpdate] = field(default_factory=list)
    stale_updates: list[IncidentUpdate] = field(default_factory=list)
    mentions: list[tuple[IncidentUpdate, list[ToldAffected]]] = field(default_factory=list)

    @property
    def touched(self) -> set[int]:
        """The keys of the incidents that read otherwise now."""
        updates = [*self.new_updates, *self.changed_updates, *self.stale_updates]
        return {row.pk for row in [*self.new, *self.changed]} | {update.incident_id for update in updates}


def write_incidents(
    told: Sequence[ToldIncident], components: dict[str, Component], *, adopt: bool, report: Report
) -> set[str]:
    """Write incidents and maintenances; the codes of those of which the source is newer than what was here."""
    newer: set[str] = set()
    for some in batches(told):
        rows = Incident.objects.select_for_update().in_bulk([one.code for one in some], field_name="code")
        here = _updates_here(rows.values())
        _check_updates(some, rows, here)
        work = _Work()
        for one in some:
            row = rows.get(one.code)
            if row is None or row.updated_at < one.updated_at:
                newer.add(one.code)
            timeline = _merge_updates(one, here.get(row.pk, []) if row else [], components, work, report)
            _merge_incident(one, row, timeline, work, adopt=adopt)
        _write(work, components)
        remember_incidents(work.touched)
        _count(some, work, report)
    return newer


def _updates_here(incidents: Iterable[Incident]) -> dict[int, list[IncidentUpdate]]:
    """The updates of these incidents by the incident's key, in order, each knowing whether it was edited here."""
    found: dict[int, list[IncidentUpdate]] = {}
    edited = Exists(UpdateRevision.objects.filter(update=OuterRef("pk")))
    updates = IncidentUpdate.objects.filter(incident__in=[incident.pk for incident in incidents])
    for update in updates.annotate(edited=edited).prefetch_related("affected"):
        found.setdefault(update.incident_id, []).append(update)
    return found


def _check_updates(
    told: Iterable[ToldIncident], rows: dict[str, Incident], here: dict[int, list[IncidentUpdate]]
) -> None:
    """Refuse an update that is here already, but of another incident; and an incident that is of another kind."""
    known = {update.code for updates in here.values() for update in updates}
    places = {update.code: update.place for one in told for update in one.updates if update.code not in known}
    for code, update in IncidentUpdate.objects.select_related("incident").in_bulk(places, field_name="code").items():
        raise places[code].at("id").refused(f"{code} is an update of the incident {update.incident.code} here")
    for one in told:
        row = rows.get(one.code)
        if row and row.kind != one.fields["kind"]:
            raise one.place.refused(f"{one.code} is {row.get_kind_display().lower()} here, and something else there")


def _merge_updates(
    told: ToldIncident,
    here: list[IncidentUpdate],
    components: dict[str, Component],
    work: _Work,
    report: Report,
) -> list[IncidentUpdate]:
    """The timeline as it will be, in the order of posting."""
    made_up = _made_up(told, here)
    if made_up:
        told.updates.append(made_up)
    elif told.updates:
        # The real ones have come.
        stale = [one for one in here if one.code == _made_up_code(told) and not getattr(one, "edited", False)]
        work.stale_updates += stale
        here = [one for one in here if one not in stale]
    rows = {update.code: update for update in here}
    if made_up and made_up.code not in rows:
        report.notes.append(f"{told.code}: no update says that it is {told.status.replace('_', ' ')}; one was made.")
    added = []
    for one in told.updates:
        row = rows.get(one.code)
        if row is None:
            row = IncidentUpdate(code=one.code, body_html=to_html(one.fields["body"]), **one.fields)
            added.append(row)
            work.mentions.append((row, one.affected))
        else:
            _merge_update(one, row, components, work)
    work.new_updates += added
    return sorted([*here, *added], key=lambda update: update.created_at)


def _merge_update(told: ToldUpdate, row: IncidentUpdate, components: dict[str, Component], work: _Work) -> None:
    differing = differences(row, told)
    if getattr(row, "edited", False):
        differing.pop("body", None)
    if "body" in differing:
        differing["body_html"] = to_html(differing["body"])
    mentions = [(one.component_id, one.name, one.old_status, one.new_status) for one in row.affected.all()]
    said = [(components[one.code].pk, one.name, one.old_status, one.new_status) for one in told.affected]
    takes_mentions = said != mentions and (
        told.updated_at > row.updated_at or (told.updated_at == row.updated_at and not mentions)
    )
    if takes_mentions:
        work.mentions.append((row, told.affected))
    if differing or takes_mentions:
        assign(row, differing)
        work.changed_updates.append(row)


def _made_up(told: ToldIncident, here: list[IncidentUpdate]) -> ToldUpdate | None:
    """The update that the source owes us: an incident is never without one, and its status is its last one's."""
    if told.updates[-1].fields["status"] == told.status if told.updates else here:
        return None
    closed = told.status in Incident.CLOSED
    at = told.resolved_at if closed else None
    at = at or (told.updated_at if told.updates or closed else told.fields["created_at"])
    fields: dict[str, Any] = {
        "status": told.status,
        "body": NO_MESSAGE,
        "created_at": max([at, *(update.fields["created_at"] for update in told.updates)]),
        "display_at": at,
        "updated_at": at,
        "notified": False,
    }
    return ToldUpdate(_made_up_code(told), told.place, fields, order=0, affected=[])


def _made_up_code(told: ToldIncident) -> str:
    """Always the same, so that the next import finds it again."""
    digest = hashlib.sha256(f"{told.code} {told.status}".encode()).digest()
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:LENGTH])


def _merge_incident(
    told: ToldIncident, row: Incident | None, timeline: list[IncidentUpdate], work: _Work, *, adopt: bool
) -> None:
    resolved_at = told.resolved_at if row is None or told.updated_at >= row.updated_at else None
    differing = differences(row, told) if row else {}
    if row is None:
        runs_by_clock = adopt or told.fields["kind"] == Incident.Kind.INCIDENT
        row = Incident(code=told.code, runs_by_clock=runs_by_clock, **told.fields)
        work.new.append(row)
    elif adopt and row.is_maintenance and not row.runs_by_clock:
        differing["runs_by_clock"] = True
    last = timeline[-1]
    ended = (resolved_at or row.resolved_at or last.display_at) if last.status in Incident.CLOSED else None
    derived = {"status": last.status, "resolved_at": ended}
    differing |= {name: value for name, value in derived.items() if getattr(row, name) != value}
    if "impact" in differing and "impact_override" not in differing and row.impact_override:
        differing["impact_override"] = differing["impact"]
    assign(row, differing)
    for update in timeline:
        update.incident = row
    if differing and row.pk:
        row.version += 1
        work.changed.append(row)


INCIDENT_FIELDS = [
    *("name", "status", "impact", "impact_override", "created_at", "updated_at", "started_at", "monitoring_at"),
    *("resolved_at", "scheduled_for", "scheduled_until", "runs_by_clock", "backfilled", "version"),
]
UPDATE_FIELDS = ["status", "body", "body_html", "created_at", "display_at", "updated_at", "notified"]


def _write(work: _Work, components: dict[str, Component]) -> None:
    Incident.objects.bulk_create(work.new)
    Incident.objects.bulk_update(work.changed, INCIDENT_FIELDS, batch_size=AT_ONCE)
    IncidentUpdate.objects.filter(pk__in=[update.pk for update in work.stale_updates]).delete()
    IncidentUpdate.objects.bulk_create(work.new_updates, batch_size=AT_ONCE)
    IncidentUpdate.objects.bulk_update(work.changed_updates, UPDATE_FIELDS, batch_size=AT_ONCE)
    # What a changed update says of components is replaced whole.
    changed = {update.pk for update in work.changed_updates}
    replaced = [update.pk for update, _ in work.mentions if update.pk in changed]
    AffectedComponent.objects.filter(update__in=replaced).delete()
    AffectedComponent.objects.bulk_create(
        [
            AffectedComponent(
                update=update,
                component=components[one.code],
                name=one.name,
                old_status=one.old_status,
                new_status=one.new_status,
            )
            for update, told in work.mentions
            for one in told
        ],
        batch_size=AT_ONCE,
    )


def _count(told: Sequence[ToldIncident], work: _Work, report: Report) -> None:
    for kind, tally in ((Incident.Kind.INCIDENT, report.incidents), (Incident.Kind.MAINTENANCE, report.maintenances)):
        tally.count(
            new=sum(row.kind == kind for row in work.new),
            changed=sum(row.kind == kind for row in work.changed),
            total=sum(one.fields["kind"] == kind for one in told),
        )
    report.updates.count(
        new=len(work.new_updates),
        changed=len(work.changed_updates),
        total=sum(len(one.updates) for one in told),
    )
