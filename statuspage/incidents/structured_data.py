"""What search engines understand of an incident: schema.org in JSON-LD."""

from __future__ import annotations

import json
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from statuspage.incidents.models import Incident
from statuspage.publishing.models import StatusPage
from statuspage.publishing.times import machine

# Signs that would end the element it stands in, as JSON may write them.
ESCAPED = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def of(incident: Incident, page: StatusPage) -> dict[str, Any]:
    """Maintenance is an event with a place in time; an incident is a report that is written while it goes on."""
    url = f"{page.url}{incident.path}"
    publisher = {"@type": "Organization", "name": page.name, "url": page.url}
    if incident.scheduled_for and incident.scheduled_until:
        return {
            "@context": "https://schema.org",
            "@type": "Event",
            "name": incident.name,
            "description": incident.timeline()[0].body,
            "url": url,
            "startDate": machine(incident.scheduled_for),
            "endDate": machine(incident.scheduled_until),
            "eventStatus": f"https://schema.org/Event{'Cancelled' if incident.was_called_off else 'Scheduled'}",
            "eventAttendanceMode": "https://schema.org/OnlineEventAttendanceMode",
            "location": {"@type": "VirtualLocation", "url": url},
            "organizer": publisher,
        }
    updates = incident.timeline()
    told = {
        "@context": "https://schema.org",
        "@type": "LiveBlogPosting",
        "headline": incident.name,
        "url": url,
        "datePublished": machine(updates[-1].display_at),
        "dateModified": machine(incident.updated_at),
        "coverageStartTime": machine(incident.started_at),
        "author": publisher,
        "publisher": publisher,
        "image": f"{page.url}/card.png",
        "liveBlogUpdate": [
            {
                "@type": "BlogPosting",
                "headline": str(update.get_status_display()),
                "datePublished": machine(update.display_at),
                "articleBody": update.body,
            }
            for update in updates
        ],
    }
    return told | ({"coverageEndTime": machine(incident.resolved_at)} if incident.resolved_at else {})


def as_script(told: dict[str, Any]) -> SafeString:
    """A data block: no browser runs it, so the Content-Security-Policy lets it be."""
    text = json.dumps(told, ensure_ascii=False).encode(errors="replace").decode().translate(ESCAPED)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))  # noqa: S308
