"""How components were: the page of all of them, and the page of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from statuspage.components.models import Component
from statuspage.components.status import Status
from statuspage.incidents.models import Incident
from statuspage.incidents.pages.of_parts import PageOfComponent
from statuspage.incidents.present import present
from statuspage.incidents.uptime.bars import Bars
from statuspage.incidents.uptime.days import Calendar
from statuspage.incidents.uptime.measure import Uptime
from statuspage.incidents.uptime.record import uptime_of
from statuspage.incidents.uptime.rows import uptime_of_rows
from statuspage.publishing.models import StatusPage
from statuspage.publishing.pages import Overview, register

MONTHS_OF_ALL = 12
MONTHS_OF_ONE = 36


@dataclass(frozen=True)
class TroubledDay:
    """A day on which a component did not work all the time."""

    day: date
    worst: Status
    lengths: dict[Status, timedelta]
    incidents: list[Incident]


@register
class UptimePage(Overview):
    """Every component and group: its last ninety days, its last twelve months, and how that is reckoned."""

    path = "/uptime"
    template_name = "public/uptime.html"
    deferred = True

    def context(self, subject: None, page: StatusPage) -> dict[str, Any]:
        now = timezone.now()
        rows = present(page).rows
        calendar = Calendar.months_back_from(now, MONTHS_OF_ALL, page.zone)
        return {
            "rows": rows,
            "uptimes": uptime_of_rows(rows, calendar, page=page, until=now),
            # Named once: with many components, dates in words are most of the work.
            "months": [(month.short_name, calendar.days_in(month)) for month in reversed(calendar.months)],
        }


@register
class ComponentPage(PageOfComponent):
    """One component: how it is, and how it was on every day of which anything is to tell."""

    template_name = "public/component.html"

    def location(self, subject: Component) -> str:
        return subject.path

    def context(self, subject: Component, page: StatusPage) -> dict[str, Any]:
        now = timezone.now()
        calendar = Calendar.months_back_from(now, MONTHS_OF_ONE, page.zone)
        uptime = uptime_of([subject], calendar, page=page, until=now)[subject.pk]
        bars = Bars.recent(uptime)
        mine = Incident.objects.open().filter(pk__in=subject.mentions.values("update__incident"))
        return {
            "component": subject,
            # One that is to be retired later is as it is until then.
            "retired_at": subject.retired_at if subject.is_retired(now) else None,
            "status": uptime.status,
            "standing": mine.exclude(status=Incident.Status.SCHEDULED),
            "planned": mine.filter(status=Incident.Status.SCHEDULED).order_by("scheduled_for"),
            "bars": bars,
            "days": _troubled_days(uptime, bars),
            "months": [(month, drawn) for month, drawn in Bars.by_month(uptime) if drawn.since],
            "feeds_at": subject.path,
        }


def _troubled_days(uptime: Uptime, bars: Bars) -> list[TroubledDay]:
    """The days of the bars on which not everything was well, the last first."""
    found = [(day, uptime.days[day]) for day in sorted((worst.day for worst in bars.trouble), reverse=True)]
    incidents = Incident.objects.in_bulk({key for _, told in found for key in told.incidents})
    return [
        TroubledDay(day, told.worst, told.lengths, [incidents[key] for key in sorted(told.incidents)])
        for day, told in found
    ]
