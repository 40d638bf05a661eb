"""The past, cut into days and months as the page's time zone cuts them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from statuspage.incidents.models import Incident
from statuspage.publishing import times

RECENT_DAYS = 14


@dataclass(frozen=True)
class Day:
    """A day of the page: the incidents that ended on it, the last first, and those that began on it and are open."""

    day: date
    incidents: list[Incident]
    still_open: list[Incident]


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month; an incident is filed under that in which it ended, while it is open that in which it began."""

    year: int
    month: int

    @classmethod
    def of(cls, moment: datetime, zone: ZoneInfo) -> Month:
        local = moment.astimezone(zone)
        return cls(local.year, local.month)

    @property
    def first(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def previous(self) -> Month:
        before = self.first - timedelta(days=1)
        return Month(before.year, before.month)

    @property
    def next(self) -> Month:
        after = self.first + timedelta(days=31)
        return Month(after.year, after.month)

    @property
    def path(self) -> str:
        return f"/history/{self.year:04}-{self.month:02}"

    @property
    def name(self) -> str:
        """“February 2021”."""
        return times.month(self.first)

    @property
    def short_name(self) -> str:
        """“Feb 2021”."""
        return times.short_month(self.first)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The moment a day begins in a zone, in UTC: days of 23 and 25 hours included."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def ended_between(first: date, last: date, zone: ZoneInfo) -> list[Incident]:
    """Closed incidents whose end lies in [first, last), the last first, with their postmortems; one query."""
    window = {"resolved_at__gte": midnight(first, zone), "resolved_at__lt": midnight(last, zone)}
    return list(Incident.objects.closed().filter(**window).select_related("postmortem").order_by("-resolved_at", "-id"))


def begun_between(first: date, last: date, zone: ZoneInfo) -> list[Incident]:
    """Open incidents whose beginning lies in [first, last), the last first; maintenance is told as planned instead."""
    window = {"started_at__gte": midnight(first, zone), "started_at__lt": midnight(last, zone)}
    return list(Incident.objects.open().filter(kind=Incident.Kind.INCIDENT, **window).order_by("-started_at", "-id"))


def recent_days(at: datetime, zone: ZoneInfo) -> list[Day]:
    """The last fourteen days, today first, also those of which there is nothing to tell."""
    today = at.astimezone(zone).date()
    days = [today - timedelta(days=back) for back in range(RECENT_DAYS)]
    window = (days[-1], today + timedelta(days=1), zone)
    return by_day(days, ended_between(*window), begun_between(*window), zone)


def month_days(month: Month, zone: ZoneInfo) -> list[Day]:
    """The days of a month on which something ended, or began that is still open, the last first."""
    window = (month.first, month.next.first, zone)
    ended, begun = ended_between(*window), begun_between(*window)
    days = {_local_day(filed_at(incident), zone) for incident in [*ended, *begun]}
    return by_day(sorted(days, reverse=True), ended, begun, zone)


def months(at: datetime, zone: ZoneInfo) -> list[Month]:
    """Every month from the first in which an incident is filed to now, the newest first."""
    ended = Incident.objects.closed().order_by("resolved_at").values_list("resolved_at", flat=True).first()
    begun = Incident.objects.open().filter(kind=Incident.Kind.INCIDENT).order_by("started_at")
    oldest = [moment for moment in (ended, begun.values_list("started_at", flat=True).first()) if moment]
    found = [Month.of(at, zone)]
    first = min([Month.of(moment, zone) for moment in oldest], default=found[0])
    while found[-1] > first:
        found.append(found[-1].previous)
    return found


def filed_at(incident: Incident) -> datetime:
    """The moment under which the history tells of it."""
    return incident.resolved_at or incident.started_at


def by_day(days: list[date], ended: list[Incident], begun: list[Incident], zone: ZoneInfo) -> list[Day]:
    """Closed incidents under the days on which they ended, open ones under those on which they began."""
    found = {day: Day(day, [], []) for day in days}
    for incident in ended:
        found[_local_day(filed_at(incident), zone)].incidents.append(incident)
    for incident in begun:
        found[_local_day(incident.started_at, zone)].still_open.append(incident)
    return list(found.values())


def _local_day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()
