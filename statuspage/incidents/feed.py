"""What a feed says, whatever its format: the newest incidents of a selection, told as Statuspage tells them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, override, pgettext
from django.utils.translation import gettext as _

from statuspage.incidents.models import Incident, IncidentUpdate
from statuspage.incidents.selection import Selection
from statuspage.publishing.models import StatusPage
from statuspage.publishing.times import abbreviation
from statuspage.publishing.xml import speakable

MOST = 25
# A feed must say when it last changed, also before anything has happened.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
# The paragraphs with which a message begins; those inside lists and quotes come after another element.
OPENING = re.compile(r"(?:<p>(?:(?!</p>).)*</p>\s*)+", re.DOTALL)


@dataclass(frozen=True)
class Entry:
    """One incident or maintenance in a feed."""

    id: str
    url: str
    title: str
    published: datetime
    updated: datetime
    content: str
    tags: list[str]
    # For maintenance alone: when its window closes.
    until: datetime | None


@dataclass(frozen=True)
class Feed:
    """The newest entries of a selection, and what they are called together."""

    page: StatusPage
    location: str
    title: str
    home: str
    entries: list[Entry]

    @property
    def id(self) -> str:
        """Its name for ever, without the ending that tells the format."""
        return tag(self.page, self.location.rpartition(".")[0])

    @property
    def url(self) -> str:
        return f"{self.page.url}{self.location}"

    @property
    def description(self) -> str:
        return speakable(_("Incidents and scheduled maintenance of %s.") % self.page.name)

    @property
    def updated(self) -> datetime:
        """The last edit of any entry; never the time of asking, which would make the same feed look new each minute."""
        return max((entry.updated for entry in self.entries), default=NEVER)


def feed(selection: Selection, page: StatusPage, *, location: str) -> Feed:
    """The feed of a selection, in the active language."""
    # The formats of one feed differ in nothing else.
    entries = page.once(
        f"entries {type(selection.of).__name__} {selection.of and selection.of.pk} {selection.kind} {get_language()}",
        lambda: [_entry(incident, page) for incident in selection.newest(MOST)],
    )
    home = selection.of.path if isinstance(selection.of, Incident) else ""
    return Feed(page, location, speakable(_title(selection, page)), f"{page.url}{home}", entries)


def tag(page: StatusPage, name: str) -> str:
    """An id that never changes: Statuspage's tag URI, with the page's code in the place of its host.

    An id must survive a move to another host (RFC 4287, 4.2.6), and the code does, as it survives edits, renames,
    exports and imports. By its form it is a domain name, so the tag is well-formed (RFC 4151); 2005 is Statuspage's
    year.
    """
    return f"tag:{page.code},2005:{name}"


def _title(selection: Selection, page: StatusPage) -> str:
    whole = {
        None: _("%(title)s - Incident History"),
        Incident.Kind.INCIDENT: _("%(title)s - Incidents"),
        Incident.Kind.MAINTENANCE: _("%(title)s - Scheduled Maintenance"),
    }[selection.kind] % {"title": page.title}
    return f"{whole}: {selection.of}" if selection.of else whole


def _entry(incident: Incident, page: StatusPage) -> Entry:
    return Entry(
        id=tag(page, f"Incident/{incident.code}"),
        url=f"{page.url}{incident.path}",
        title=speakable(incident.name),
        published=incident.told_at,
        updated=incident.updated_at,
        content=speakable(_content(incident, page.zone)),
        tags=list(dict.fromkeys([incident.kind, incident.impact, incident.status])),
        until=incident.scheduled_until,
    )


def _content(incident: Incident, zone: ZoneInfo) -> str:
    """A paragraph for each update, the newest first; what is planned says so before."""
    updates = incident.timeline()
    told = [_paragraph(update, before, zone) for update, before in zip(updates, [*updates[1:], None], strict=True)]
    return "".join([_window(incident, zone), *told])


def _window(incident: Incident, zone: ZoneInfo) -> str:
    """“THIS IS A SCHEDULED EVENT Jan 16, 12:00 - 16:00 GMT”; empty once it has begun."""
    start, end = incident.scheduled_for, incident.scheduled_until
    if not incident.is_upcoming or not start or not end:
        return ""
    if start.astimezone(zone).date() == end.astimezone(zone).date():
        span = format_html("{} - {} {}", _day_and_time(start, zone), _clock(end, zone), abbreviation(end, zone))
    else:
        span = format_html_join(
            " - ", "{}\N{NO-BREAK SPACE}{}", ((_day_and_time(at, zone), abbreviation(at, zone)) for at in (start, end))
        )
    return format_html("<p><strong>{} {}</strong></p>", _("THIS IS A SCHEDULED EVENT"), span)


def _paragraph(update: IncidentUpdate, before: IncidentUpdate | None, zone: ZoneInfo) -> str:
    """When, what kind of news, and the words; it is an “Update” where the status stayed as it was.

    That the words were edited stands behind them: programs that know Statuspage read what is before them.
    """
    label = (
        pgettext("a message in a feed", "Update")
        if before and before.status == update.status
        else update.get_status_display()
    )
    return _written(label, update.body_html, update.display_at, zone, get_language(), edited=bool(update.edits))


@lru_cache(maxsize=512)
def _written(label: str, html: str, moment: datetime, zone: ZoneInfo, language: str, *, edited: bool) -> str:
    """A message. Kept: of the hundred and more in a feed, all but one are as they were at the last publish."""
    lead, rest = _lead_and_rest(html)
    with override(language):
        when = format_html("{} {}", _day_and_time(moment, zone), abbreviation(moment, zone))
        mark = format_html(" <small>({})</small>", _("Edited")) if edited else ""
    return format_html("<p><small>{}</small><br><strong>{}</strong> - {}{}</p>{}", when, label, lead, mark, rest)


def _lead_and_rest(html: str) -> tuple[SafeString, SafeString]:
    """The opening paragraphs as one, with br for line ends, and the lists, tables and so on that follow them."""
    opening = OPENING.match(html)
    lead = opening[0].strip().removeprefix("<p>").removesuffix("</p>") if opening else ""
    lead = re.sub(r"</p>\s*<p>", "<br /><br />", lead)
    lead = re.sub(r"<br>\n?", "<br />", lead)
    # Both come from an allow-list, where the update was saved.
    return mark_safe(lead), mark_safe(html[opening.end() :] if opening else html)  # noqa: S308


def _day_and_time(moment: datetime, zone: ZoneInfo) -> str:
    """“Jan 16, 12:00”, without the year, the numbers marked as Statuspage marks them."""
    local = moment.astimezone(zone)
    parts = {
        "month": date_format(local, "M"),
        "day": format_html("<var data-var='date'>{}</var>", f"{local.day:2}"),
        "time": _clock(moment, zone),
    }
    return format_html(pgettext("a moment in a feed", "{month} {day}, {time}"), **parts)


def _clock(moment: datetime, zone: ZoneInfo) -> str:
    return format_html("<var data-var='time'>{}</var>", f"{moment.astimezone(zone):%H:%M}")
