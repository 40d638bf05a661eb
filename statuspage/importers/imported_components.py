"""Writing groups and components, told of in lists or only mentioned."""

from __future__ import annotations

from datetime import datetime

from statuspage.components.models import Component, ComponentGroup
from statuspage.importers.report import Report
from statuspage.importers.rows import write_rows
from statuspage.importers.told import History, Told


def write_components(history: History, report: Report) -> dict[str, Component]:
    """Groups, components, and stand-ins for components that are only mentioned; all of them by code."""
    mentions = _mentions(history)
    _derive_groups(history, mentions, report)
    groups = write_rows(ComponentGroup, history.groups, report.groups)
    missing = {told.group_code for told in history.components if told.group_code} - set(groups)
    groups |= ComponentGroup.objects.in_bulk(missing, field_name="code")
    for told in history.components:
        if told.group_code:
            told.fields["group_id"] = groups[told.group_code].pk
    components = write_rows(Component, history.components, report.components)
    unknown = set(mentions) - set(components)
    components |= Component.objects.in_bulk(unknown, field_name="code")
    _add_stand_ins({code: mentions[code] for code in mentions if code not in components}, components, report)
    return components


def _mentions(history: History) -> dict[str, tuple[str, datetime]]:
    """For each component code that updates mention, the last name it had and when it was first mentioned."""
    found: dict[str, tuple[str, datetime]] = {}
    updates = [update for incident in history.incidents for update in incident.updates]
    for update in sorted(updates, key=lambda update: update.fields["created_at"]):
        for affected in update.affected:
            first = found.get(affected.code, ("", update.fields["created_at"]))[1]
            found[affected.code] = (affected.name, first)
    return found


def _derive_groups(history: History, mentions: dict[str, tuple[str, datetime]], report: Report) -> None:
    """Groups that components name but no source describes: “Group - Component” tells what they are called.

    They are as old as they can be, so that any source that does describe them is newer.
    """
    known = {told.code for told in history.groups}
    named = {told.group_code for told in history.components if told.group_code} - known
    known |= set(ComponentGroup.objects.filter(code__in=named).values_list("code", flat=True))
    for told in history.components:
        if not told.group_code or told.group_code in known:
            continue
        name = mentions.get(told.code, ("", None))[0].removesuffix(f" - {told.fields['name']}")
        if name and name != mentions[told.code][0]:
            created_at = told.fields["created_at"]
            fields = {"name": name[:200], "created_at": created_at, "updated_at": created_at}
            history.groups.append(Told(told.group_code, told.place, fields))
            known.add(told.group_code)
    for told in history.components:
        if told.group_code and told.group_code not in known:
            report.notes.append(f"{told.code}: its group {told.group_code} is in none of the sources; left out.")
            told.group_code = None


def _add_stand_ins(mentions: dict[str, tuple[str, datetime]], components: dict[str, Component], report: Report) -> None:
    """Components that updates mention and no list has any more: retired from their first day, as a mark of it."""
    groups = {group.name: group for group in ComponentGroup.objects.order_by("-pk")}
    rows = []
    for code, (name, first) in mentions.items():
        group_name, _, own_name = name.partition(" - ")
        rows.append(
            Component(
                code=code,
                name=(own_name or name)[:200],
                group=groups.get(group_name) if own_name else None,
                created_at=first,
                updated_at=first,
                retired_at=first,
            )
        )
        report.notes.append(f"{code}: “{name}” is mentioned, but in no list of components; kept as a retired one.")
    Component.objects.bulk_create(rows)
    components |= {row.code: row for row in rows}
