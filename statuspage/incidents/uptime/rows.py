"""The uptime of what a component list shows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from statuspage.components.models import Component, ComponentGroup
from statuspage.incidents.overview import Row
from statuspage.incidents.uptime.days import Calendar
from statuspage.incidents.uptime.measure import GroupUptime, Uptime
from statuspage.incidents.uptime.record import uptime_of
from statuspage.publishing.models import StatusPage

Uptimes = dict[Component | ComponentGroup, Uptime | GroupUptime]


def uptime_of_rows(rows: Iterable[Row], calendar: Calendar, *, page: StatusPage, until: datetime) -> Uptimes:
    """The uptime of each component that is to show it, and of each group that has one of these."""
    shown = {row.subject: _showcased(row) for row in rows}
    measured = uptime_of([part for parts in shown.values() for part in parts], calendar, page=page, until=until)
    found: Uptimes = {part: measured[part.pk] for parts in shown.values() for part in parts}
    for subject, parts in shown.items():
        if isinstance(subject, ComponentGroup) and parts:
            found[subject] = GroupUptime([measured[part.pk] for part in parts])
    return found


def _showcased(row: Row) -> list[Component]:
    subjects = [part.subject for part in row.children or [row]]
    return [subject for subject in subjects if isinstance(subject, Component) and subject.showcase]
