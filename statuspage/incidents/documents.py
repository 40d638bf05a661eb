"""The objects of the public API, version 2: one function each, for documents, feeds, webhooks and widgets alike.

The format is Statuspage's, measured on real documents, so that its clients work unchanged: keys in this order, ids that
are our codes, null rather than a missing key. Pure: whatever is told here was read before, by `overview` and by
`Incident.objects.with_documents`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from statuspage.components.models import Component, ComponentGroup
from statuspage.components.status import Status, worst
from statuspage.incidents.affected import last_words
from statuspage.incidents.models import AffectedComponent, Incident, IncidentUpdate
from statuspage.incidents.overview import Overview
from statuspage.publishing.models import StatusPage

Document = dict[str, Any]
# Components and groups by code, in the order of the list.
Rows = Mapping[str, Document]

# The status of an incident whose postmortem is out; here it is not one of its own.
POSTMORTEM = "postmortem"


def to_json(document: Document) -> bytes:
    """A document as it is stored: no blanks, and every script in its own letters."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def page_document(page: StatusPage, *, updated_at: datetime) -> Document:
    """Whose page it is, and when anything that it tells was last changed."""
    return {
        "id": page.code,
        "name": page.name,
        "url": page.url,
        "time_zone": page.time_zone,
        "updated_at": stamp(updated_at, page),
    }


def status_document(state: Overview) -> Document:
    """The verdict. Clients compare its words: they are English, whatever the page speaks."""
    with translation.override("en"):
        return {"indicator": state.indicator, "description": state.description}


def component_rows(state: Overview, page: StatusPage) -> dict[str, Document]:
    """The flat list of components by code: by position, groups side by side with what is in them."""
    children: dict[ComponentGroup, list[Component]] = {}
    for component in sorted(state.components, key=_position):
        if component.group:
            children.setdefault(component.group, []).append(component)
    subjects: list[Component | ComponentGroup] = [*state.components, *children]
    rows = {}
    for subject in sorted(subjects, key=_position):
        if isinstance(subject, Component):
            rows[subject.code] = _row(subject, state.status_of(subject), page)
        else:
            inside = children[subject]
            status = worst(state.status_of(child) for child in inside)
            rows[subject.code] = _row(subject, status, page) | {"components": [child.code for child in inside]}
    return rows


def incident_document(incident: Incident, rows: Rows, page: StatusPage) -> Document:
    """An incident or maintenance with its updates, the newest first, and its components as they are now."""
    document = {
        "id": incident.code,
        "name": incident.name,
        "status": POSTMORTEM if incident.published_postmortem else incident.status,
        "created_at": stamp(incident.created_at, page),
        "updated_at": stamp(last_change(incident), page),
        "monitoring_at": _stamp(incident.monitoring_at, page),
        "resolved_at": _stamp(incident.resolved_at, page),
        "impact": incident.impact,
        "shortlink": f"{page.url}{incident.path}",
        "started_at": stamp(incident.started_at, page),
        "page_id": page.code,
        "incident_updates": [update_document(update, incident, page) for update in incident.timeline()],
        "components": _components(incident, rows),
    }
    return document | (_window(incident, page) if incident.is_maintenance else {"reminder_intervals": None})


def update_document(update: IncidentUpdate, incident: Incident, page: StatusPage) -> Document:
    """One message, and what it said of components, under the names they had then."""
    return {
        "id": update.code,
        "status": update.status,
        "body": update.body,
        "incident_id": incident.code,
        "created_at": stamp(update.created_at, page),
        "updated_at": stamp(update.updated_at, page),
        "display_at": stamp(update.display_at, page),
        # Never an empty list.
        "affected_components": [_affected(mention) for mention in update.affected.all()] or None,
        "deliver_notifications": update.notified,
        # Nobody tweets from here.
        "custom_tweet": None,
        "tweet_id": None,
    }


def full_incident_document(incident: Incident, rows: Rows, page: StatusPage) -> Document:
    """What the incident's own address and webhooks tell: besides the above, how it came about, and its postmortem."""
    runs_by_clock = incident.is_maintenance and incident.runs_by_clock
    return {
        **incident_document(incident, rows, page),
        "backfilled": incident.backfilled,
        "impact_override": incident.impact_override,
        **_postmortem(incident, page),
        **_window(incident, page),
        "scheduled_remind_prior": incident.is_maintenance and page.remind_minutes > 0,
        "scheduled_reminded_at": _stamp(incident.reminded_at, page),
        "scheduled_auto_in_progress": runs_by_clock,
        "scheduled_auto_completed": runs_by_clock,
    }


def last_change(incident: Incident) -> datetime:
    """When anything that readers see of it was last changed, its postmortem included."""
    published, withdrawn = incident.published_postmortem, incident.withdrawn_postmortem
    moments = [incident.updated_at]
    moments += [published.published_revision.created_at] if published else []
    return max(moments + ([withdrawn.withdrawn_at] if withdrawn else []))


def stamp(value: datetime, page: StatusPage) -> str:
    """A time in the page's zone with exactly three fraction digits: there are clients that read no other number."""
    local = value.astimezone(page.zone)
    text = local.isoformat(timespec="milliseconds")
    # London in winter is at +00:00 too, and is not UTC.
    return f"{text.removesuffix('+00:00')}Z" if local.tzname() == "UTC" else text


def _stamp(value: datetime | None, page: StatusPage) -> str | None:
    return stamp(value, page) if value else None


def _position(subject: Component | ComponentGroup) -> tuple[int, datetime, int]:
    return (subject.position, subject.created_at, subject.pk)


def _row(subject: Component | ComponentGroup, status: Status, page: StatusPage) -> Document:
    component = subject if isinstance(subject, Component) else None
    return {
        "id": subject.code,
        "name": subject.name,
        "status": str(status),
        "created_at": stamp(subject.created_at, page),
        "updated_at": stamp(subject.updated_at, page),
        "position": subject.position,
        "description": subject.description or None,
        "showcase": component is not None and component.showcase,
        "start_date": component.start_date.isoformat() if component and component.start_date else None,
        "group_id": component.group.code if component and component.group else None,
        "page_id": page.code,
        "group": component is None,
        "only_show_if_degraded": component is not None and component.only_show_if_degraded,
    }


def _components(incident: Incident, rows: Rows) -> list[Document]:
    mentioned = {mention.component.code for mention in last_words(incident.updates.all()).values()}
    return [row for code, row in rows.items() if code in mentioned]


def _affected(mention: AffectedComponent) -> Document:
    return {
        "code": mention.component.code,
        "name": mention.name,
        "old_status": mention.old_status,
        "new_status": mention.new_status,
    }


def _window(incident: Incident, page: StatusPage) -> Document:
    return {
        "scheduled_for": _stamp(incident.scheduled_for, page),
        "scheduled_until": _stamp(incident.scheduled_until, page),
    }


def _postmortem(incident: Incident, page: StatusPage) -> Document:
    postmortem = incident.published_postmortem
    revision = postmortem.published_revision if postmortem else None
    return {
        "postmortem_body": _postmortem_body(revision, page) if revision else None,
        "postmortem_body_last_updated_at": _stamp(revision.created_at, page) if revision else None,
        "postmortem_ignored": False,
        "postmortem_published_at": _stamp(postmortem.posted_at, page) if postmortem else None,
        "postmortem_notified_subscribers": postmortem is not None and postmortem.notified,
        "postmortem_notified_twitter": False,
    }


def _postmortem_body(revision: Any, page: StatusPage) -> str:
    """The text of the postmortem, its headings in the page's own language, whatever whoever publishes it speaks."""
    # A template, for the text belongs to an app that stands on this one.
    with translation.override(page.locale):
        return render_to_string("postmortems/body.md", {"page": page, "revision": revision}).strip()
