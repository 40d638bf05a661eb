"""What every template may say of incidents: when they were, what they touched, and what a status looks like."""

from __future__ import annotations

from django import template
from django.template import Context
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from statuspage.incidents import affected, structured_data
from statuspage.incidents.models import Incident
from statuspage.publishing import times

register = template.Library()


@register.filter
def in_words(names: list[str]) -> SafeString:
    """“a, b and c”, each name by itself."""
    return mark_safe(affected.in_words(affected.isolated(names)))  # noqa: S308


@register.simple_tag(takes_context=True, name="structured_data")
def structured_data_of(context: Context, incident: Incident) -> SafeString:
    """What search engines understand of an incident, as a block of data that no browser runs."""
    return structured_data.as_script(structured_data.of(incident, context["page"]))


@register.simple_tag(takes_context=True)
def window(context: Context, incident: Incident) -> str:
    """When a maintenance is planned, as one sentence part; nothing for an incident."""
    if not incident.scheduled_for or not incident.scheduled_until:
        return ""
    return times.window(incident.scheduled_for, incident.scheduled_until, context["page"].zone)


@register.simple_tag(takes_context=True)
def ended(context: Context, incident: Incident) -> str:
    """“Resolved after 38 min, Nov 21, 2026, 09:12 – 09:50 WET.”; nothing while it is open."""
    if not incident.resolved_at:
        return ""
    start, zone = incident.scheduled_for or incident.started_at, context["page"].zone
    said = {"resolved": incident.get_status_display()}
    if incident.resolved_at < start:
        return _("%(resolved)s on %(time)s.") % (said | {"time": times.full(incident.resolved_at, zone)})
    said |= {
        "span": times.span(incident.resolved_at - start),
        "window": times.window(start, incident.resolved_at, zone),
    }
    return _("%(resolved)s after %(span)s, %(window)s.") % said


TONES = {
    "operational": "ok",
    "under_maintenance": "maint",
    "degraded_performance": "degraded",
    "partial_outage": "partial",
    "major_outage": "major",
    "none": "quiet",
    "minor": "degraded",
    "major": "partial",
    "critical": "major",
    "maintenance": "maint",
}


@register.filter
def tone(value: str) -> str:
    """The class that gives a component's status or an incident's impact its colour and shape."""
    return f"is-{TONES[value]}"
