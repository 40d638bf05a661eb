"""What people read of incidents, in HTML."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Model
from django.utils import timezone

from statuspage.incidents.affected import affected_in_html
from statuspage.incidents.history import Month, month_days, months, recent_days
from statuspage.incidents.models import Incident, IncidentQuerySet
from statuspage.incidents.present import present
from statuspage.incidents.uptime.bars import BAR_DAYS
from statuspage.incidents.uptime.days import Calendar
from statuspage.incidents.uptime.rows import uptime_of_rows
from statuspage.publishing.models import StatusPage
from statuspage.publishing.pages import Overview, Page, register

MONTHS_ON_HISTORY = 3


@register
class IncidentPage(Page):
    """One incident or maintenance: its postmortem if there is one, then its timeline."""

    template_name = "public/incident.html"

    def subjects(self) -> IncidentQuerySet:
        return Incident.objects.with_timeline().prefetch_related("tags")

    def concerned(self, changed: Model) -> Iterable[Incident]:
        return self.subjects().filter(pk=changed.pk) if isinstance(changed, Incident) else []

    def location(self, subject: Incident) -> str:
        return subject.path

    def context(self, subject: Incident, page: StatusPage) -> dict[str, Any]:
        return {"incident": subject, "affected": affected_in_html(subject)}


@register
class HistoryMonthPage(Page):
    """What ended in one month, and what began in it and is open."""

    template_name = "public/history_month.html"

    def subjects(self) -> Iterable[Month]:
        return months(timezone.now(), _zone())

    def current(self) -> Iterable[Month]:
        return [Month.of(timezone.now(), _zone())]

    def concerned(self, changed: Model) -> Iterable[Month]:
        if isinstance(changed, Incident):
            zone = _zone()
            # A reopened incident leaves the month in which it had ended before.
            moments = [changed.started_at, changed.resolved_at, *changed.updates.values_list("display_at", flat=True)]
            return {Month.of(moment, zone) for moment in moments if moment}
        return []

    def location(self, subject: Month) -> str:
        return subject.path

    def context(self, subject: Month, page: StatusPage) -> dict[str, Any]:
        known = months(timezone.now(), page.zone)
        return {
            "month": subject,
            "days": month_days(subject, page.zone),
            "newer": subject.next if subject.next in known else None,
            "older": subject.previous if subject.previous in known else None,
        }


@register
class HistoryPage(Overview):
    """The newest months, and the way to all others."""

    path = "/history"
    template_name = "public/history.html"
    deferred = True

    def context(self, subject: None, page: StatusPage) -> dict[str, Any]:
        known = months(timezone.now(), page.zone)
        shown = [(month, month_days(month, page.zone)) for month in known[:MONTHS_ON_HISTORY]]
        years: dict[int, list[Month]] = {}
        for month in known:
            years.setdefault(month.year, []).append(month)
        return {"shown": shown, "years": years.items()}


@register
class HomePage(Overview):
    """The status page itself."""

    path = "/"
    template_name = "public/home.html"

    def context(self, subject: None, page: StatusPage) -> dict[str, Any]:
        now = timezone.now()
        state = present(page)
        return {
            "state": state,
            "affected": state.affected_line,
            "uptimes": uptime_of_rows(state.rows, Calendar.back_from(now, BAR_DAYS, page.zone), page=page, until=now),
            "days": recent_days(now, page.zone),
        }


@register
class NotFoundPage(Overview):
    """What readers get where nothing is."""

    path = "/404"
    template_name = "public/404.html"
    listed = False


def _zone() -> ZoneInfo:
    return StatusPage.objects.get().zone
