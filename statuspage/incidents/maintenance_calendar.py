"""Scheduled maintenance as a calendar that readers subscribe to (RFC 5545)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, Timezone, TimezoneStandard, vText

from statuspage.incidents.affected import affected_sentence
from statuspage.incidents.models import Incident
from statuspage.incidents.selection import Selection
from statuspage.publishing.models import StatusPage
from statuspage.publishing.xml import speakable

KEPT = timedelta(days=365)
ASK_AGAIN = timedelta(hours=1)


def calendar(selection: Selection, page: StatusPage, *, location: str) -> bytes:
    """Maintenance that is planned or running, and that of the past year."""
    title = _("%(title)s - Scheduled Maintenance") % {"title": page.title}
    made = Calendar()
    made.add("version", "2.0")
    made.add("prodid", "-//Candor//Status page//EN")
    made.add("method", "PUBLISH")
    name = vText(_line(f"{title}: {selection.of}" if selection.of else title))
    made.add("name", name)
    # What it was called before RFC 7986, and still is in most programs.
    made.add("x-wr-calname", name)
    made.add("refresh-interval", ASK_AGAIN, {"VALUE": "DURATION"})
    made.add("source", f"{page.url}{location}", {"VALUE": "URI"})
    ends_late_enough = selection.incidents().filter(scheduled_until__gte=timezone.now() - KEPT)
    told = ends_late_enough.prefetch_related("updates__affected__component__group", "updates__revisions")
    for maintenance in told.order_by("scheduled_for", "pk"):
        made.add_component(_event(maintenance, page))
    if not made.subcomponents:
        made.add_component(_utc())
    return made.to_ical()


def _event(maintenance: Incident, page: StatusPage) -> Event:
    """One maintenance. Its times are in UTC, so that no calendar needs to know a zone."""
    last = maintenance.timeline()[0]
    event = Event()
    event.add("uid", f"{maintenance.code}@{page.code}")
    event.add("dtstamp", _second(maintenance.updated_at))
    event.add("created", _second(maintenance.created_at))
    event.add("last-modified", _second(maintenance.updated_at))
    event.add("sequence", _changes(maintenance))
    event.add("status", "CANCELLED" if maintenance.was_called_off else "CONFIRMED")
    event.add("dtstart", _second(maintenance.scheduled_for))
    event.add("dtend", _second(maintenance.scheduled_until))
    # It tells of our work; it does not make the reader busy.
    event.add("transp", "TRANSPARENT")
    event.add("summary", _line(f"{page.name}: {maintenance.name}"))
    event.add("description", speakable(f"{last.body}\n\n{affected_sentence(maintenance)}".strip()))
    event.add("url", f"{page.url}{maintenance.path}")
    return event


def _changes(maintenance: Incident) -> int:
    """A number that rises with each update, with each edit of one, and with each correction of itself."""
    return maintenance.version + sum(update.edits for update in maintenance.updates.all())


def _line(text: str) -> str:
    return " ".join(speakable(text).split())


def _second(moment: datetime | None) -> datetime:
    if moment is None:
        raise ValueError("Maintenance always has a window.")
    return moment.astimezone(UTC).replace(microsecond=0)


def _utc() -> Timezone:
    """What stands in a calendar with no event: a calendar may not be empty (RFC 5545, 3.4)."""
    standard = TimezoneStandard()
    standard.add("dtstart", datetime(1970, 1, 1))
    standard.add("tzoffsetfrom", timedelta())
    standard.add("tzoffsetto", timedelta())
    zone = Timezone()
    zone.add("tzid", "UTC")
    zone.add_component(standard)
    return zone
