"""The whole past for programs, three months a page: poor in what it tells, and the way to every incident's code."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from datetime import timezone as offset_zone
from zoneinfo import ZoneInfo

from django.db.models import Model
from django.utils import timezone, translation
from django.utils.dateformat import format as date_format

from statuspage.incidents.documents import Document, to_json
from statuspage.incidents.history import Month, month_days, months
from statuspage.incidents.models import Incident
from statuspage.publishing import times
from statuspage.publishing.models import StatusPage
from statuspage.publishing.pages import Page, register

MONTHS_ON_PAGE = 3


@register
class HistoryDocument(Page):
    """A page of the past, numbered from 1, the newest; a page beyond the last is `views_public.history_beyond`."""

    deferred = True

    def subjects(self) -> Iterable[int]:
        known = months(timezone.now(), StatusPage.objects.get().zone)
        return range(1, len(known[::MONTHS_ON_PAGE]) + 1)

    def current(self) -> Iterable[int]:
        return [1]

    def concerned(self, changed: Model) -> Iterable[int]:
        if not isinstance(changed, Incident):
            return []
        zone = StatusPage.objects.get().zone
        # A reopened incident leaves the month in which it had ended before.
        ends = [changed.resolved_at, *changed.updates.values_list("display_at", flat=True)]
        this_month = Month.of(timezone.now(), zone)
        return {_page_of(Month.of(end, zone), this_month) for end in ends if end}

    def location(self, subject: int) -> str:
        return "/history.json" if subject == 1 else f"/history/page-{subject}.json"

    def body(self, subject: int, page: StatusPage) -> bytes:
        known = months(timezone.now(), page.zone)
        shown = known[(subject - 1) * MONTHS_ON_PAGE : subject * MONTHS_ON_PAGE]
        with translation.override("en"):
            return to_json({"months": [_month(month, page.zone) for month in shown]})


def _page_of(month: Month, this_month: Month) -> int:
    back = (this_month.year - month.year) * 12 + this_month.month - month.month
    return max(back, 0) // MONTHS_ON_PAGE + 1


def _month(month: Month, zone: ZoneInfo) -> Document:
    ended = [incident for day in month_days(month, zone) for incident in day.incidents]
    return {
        "name": date_format(month.first, "F"),
        "year": month.year,
        "incidents": [
            {
                "code": incident.code,
                "name": incident.name,
                "impact": incident.impact,
                "timestamp": _timestamp(incident, zone),
            }
            for incident in ended
        ],
    }


def _timestamp(incident: Incident, zone: ZoneInfo) -> str:
    """“Jul 30, 09:07 - 10:12 UTC” with the marks of the format, from which clients read it back."""
    start = incident.scheduled_for or incident.started_at
    last = (incident.resolved_at or start).astimezone(zone)
    # In the offset that the one abbreviation stands for; a maintenance may be over before it was to begin.
    first = min(start, last).astimezone(offset_zone(last.utcoffset() or timedelta()))
    told = _moment(first)
    if last > first:
        told += f" - {_clock(last) if last.date() == first.date() else _moment(last)}"
    return f"{told} {times.abbreviation(last, zone)}"


def _moment(value: datetime) -> str:
    return f"{date_format(value, 'M')} <var data-var='date'>{value.day}</var>, {_clock(value)}"


def _clock(value: datetime) -> str:
    return f"<var data-var='time'>{value:%H:%M}</var>"
