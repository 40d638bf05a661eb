"""Writing postmortems: their text split into our fields, published as of the time the source posted them."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError

from postmortems.models import ActionTaken, Fact, Mitigation, Postmortem
from postmortems.services import publish_postmortem
from postmortems.split import Split, SplitFact, split
from postmortems.typed_times import read_day, read_told
from postmortems.words import remember_drafts
from statuspage.importers.report import Report
from statuspage.importers.rows import batches
from statuspage.importers.told import ToldIncident, ToldPostmortem
from statuspage.incidents.models import Incident
from statuspage.publishing.models import StatusPage
from statuspage.publishing.precision import Precision

TEXTS = ("description", "root_cause", "contributing_factors", "lessons", "further")
REVISED = "Revised at its source."


def write_postmortems(told: Sequence[ToldIncident], *, newer: set[str], report: Report) -> None:
    """Write and publish the postmortems of imported incidents.

    One that was edited here stays as it is; one that was not follows its source as long as that is newer.
    """
    zone = StatusPage.objects.get().zone
    wanted = {one.code: one.postmortem for one in told if one.postmortem}
    for codes in batches(list(wanted)):
        incidents = Incident.objects.in_bulk(codes, field_name="code")
        rows = Postmortem.objects.filter(incident__code__in=codes).select_related("incident")
        here = {
            row.incident.code: row
            for row in rows.prefetch_related("facts", "actions_taken", "mitigations", "revisions")
        }
        for code in codes:
            row, parts = here.get(code), split(wanted[code].body)
            keeps = row is not None and (row.version > 1 or (code not in newer and _says_anything(row)))
            changes = not keeps and (row is None or not _same(row, parts))
            report.postmortems.count(new=row is None, changed=bool(row and changes), total=1)
            if changes:
                _write(row or Postmortem(incident=incidents[code]), parts, wanted[code], zone, report)


def _write(row: Postmortem, parts: Split, told: ToldPostmortem, zone: ZoneInfo, report: Report) -> None:
    for name in TEXTS:
        setattr(row, name, getattr(parts, name))
    is_new = row.pk is None
    if is_new:
        row.created_at = told.posted_at or told.touched_at
    row.save()
    if not is_new:
        for related in (row.facts, row.actions_taken, row.mitigations):
            related.all().delete()
    Fact.objects.bulk_create(_fact(fact, row, position, zone) for position, fact in enumerate(parts.facts))
    ActionTaken.objects.bulk_create(
        ActionTaken(postmortem=row, position=position, description=text) for position, text in enumerate(parts.actions)
    )
    Mitigation.objects.bulk_create(
        Mitigation(postmortem=row, position=position, description=text)
        for position, text in enumerate(parts.mitigations)
    )
    remember_drafts([row.pk])
    if told.posted_at is None:
        return
    published_before = row.posted_at is not None
    try:
        publish_postmortem(
            row,
            author=None,
            reason=REVISED if published_before else "",
            at=max(told.touched_at, told.posted_at) if published_before else told.posted_at,
            # Readers have it already, elsewhere.
            unchecked=True,
        )
    except ValidationError as error:
        report.notes.append(f"{row.incident.code}: its postmortem is kept as a draft. {' '.join(error.messages)}")


def _fact(told: SplitFact, row: Postmortem, position: int, zone: ZoneInfo) -> Fact:
    time = read_told(told.typed, zone) if told.key in Fact.TIMES else None
    return Fact(
        postmortem=row,
        position=position,
        key=told.key,
        label=told.label,
        at=time.at if time else None,
        until=time.until if time else None,
        precision=time.precision if time else Precision.MINUTE,
        day=read_day(told.typed, zone) if told.key == Fact.Key.DATE else None,
        typed=told.typed,
        source=Fact.Source.IMPORTED,
    )


def _says_anything(row: Postmortem) -> bool:
    """Whether there is more than the facts with which every postmortem begins."""
    return any(getattr(row, name) for name in TEXTS) or bool(row.actions_taken.all() or row.mitigations.all())


def _same(row: Postmortem, parts: Split) -> bool:
    return (
        all(getattr(row, name) == getattr(parts, name) for name in TEXTS)
        and [(fact.key, fact.label, fact.typed) for fact in row.facts.all()]
        == [(fact.key, fact.label, fact.typed) for fact in parts.facts]
        and [one.description for one in row.actions_taken.all()] == parts.actions
        and [one.description for one in row.mitigations.all()] == parts.mitigations
    )
