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
    """A day of the page, and the incidents that ended on it, the last first."""

    day: date
    incidents: list[Incident]


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month; an incident is filed under the month in which it ended."""

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


def recent_days(at: datetime, zone: ZoneInfo) -> list[Day]:
    """The last fourteen days, today first, also those on which nothing ended."""
    today = at.astimezone(zone).date()
    days = [today - timedelta(days=back) for back in range(RECENT_DAYS)]
    return by_day(ended_between(days[-1], today + timedelta(days=1), zone), days, zone)


def month_days(month: Month, zone: ZoneInfo) -> list[Day]:
    """The days of a month on which something ended, the last first."""
    incidents = ended_between(month.first, month.next.first, zone)
    days = dict.fromkeys(_local_day(incident, zone) for incident in incidents)
    return by_day(incidents, list(days), zone)


def months(at: datetime, zone: ZoneInfo) -> list[Month]:
    """Every month from the first end of an incident to now, the newest first."""
    oldest = Incident.objects.closed().order_by("resolved_at").values_list("resolved_at", flat=True).first()
    found = [Month.of(at, zone)]
    first = Month.of(oldest, zone) if oldest else found[0]
    while found[-1] > first:
        found.append(found[-1].previous)
    return found


def by_day(incidents: list[Incident], days: list[date], zone: ZoneInfo) -> list[Day]:
    """Closed incidents under the days on which they ended."""
    ended: dict[date, list[Incident]] = {day: [] for day in days}
    for incident in incidents:
        ended[_local_day(incident, zone)].append(incident)
    return [Day(day, incidents) for day, incidents in ended.items()]


def _local_day(incident: Incident, zone: ZoneInfo) -> date:
    if incident.resolved_at is None:
        raise ValueError("An open incident has not ended on any day.")
    return incident.resolved_at.astimezone(zone).date()
