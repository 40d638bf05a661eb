"""What every template may say: times in the page's zone, and what a status looks like."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from statuspage.publishing import times
from statuspage.publishing.markdown import to_html

register = template.Library()


@register.simple_tag(takes_context=True)
def posted_at(context: Context, value: datetime) -> SafeString:
    """“Feb 16, 2021 - 20:38 EST” as a <time>."""
    return _time(value, times.full(value, context["page"].zone))


@register.simple_tag(takes_context=True)
def clock_at(context: Context, value: datetime) -> SafeString:
    """“20:38 EST” as a <time>."""
    return _time(value, times.clock(value, context["page"].zone))


@register.simple_tag(takes_context=True)
def local_day(context: Context, value: datetime) -> str:
    """“Feb 16, 2021”, the day it was in the page's zone."""
    return times.short_day(value.astimezone(context["page"].zone).date())


@register.simple_tag(takes_context=True)
def window(context: Context, incident: Any) -> str:
    """When a maintenance is planned, as one sentence part."""
    return times.window(incident.scheduled_for, incident.scheduled_until, context["page"].zone)


@register.simple_tag(takes_context=True)
def plain_time(context: Context, value: datetime) -> str:
    """“Feb 16, 2021 - 20:38 EST” as text."""
    return times.full(value, context["page"].zone)


@register.simple_tag(takes_context=True)
def ended(context: Context, incident: Any) -> str:
    """“Resolved after 38 min, Nov 21, 2026, 09:12 – 09:50 WET.”"""
    start, zone = incident.scheduled_for or incident.started_at, context["page"].zone
    said = {"resolved": incident.get_status_display()}
    if incident.resolved_at < start:
        return _("%(resolved)s on %(time)s.") % (said | {"time": times.full(incident.resolved_at, zone)})
    said |= {
        "span": times.span(incident.resolved_at - start),
        "window": times.window(start, incident.resolved_at, zone),
    }
    return _("%(resolved)s after %(span)s, %(window)s.") % said


@register.simple_block_tag
def said_once(content: SafeString) -> SafeString:
    """What stands inside, kept under a name with `as`: a block can be filled once, but is told in several places."""
    return content


@register.filter
def markdown(text: str) -> SafeString:
    """Safe HTML of a text in Markdown."""
    return mark_safe(to_html(text))  # noqa: S308 (to_html ends in an allow-list)


@register.filter
def short_day(value: date) -> str:
    """“Feb 16, 2021”."""
    return times.short_day(value)


@register.filter
def long_day(value: date) -> str:
    """“Tuesday, 16 February 2021”."""
    return times.long_day(value)


@register.filter
def span(value: timedelta) -> str:
    """“3 h 29 min”."""
    return times.span(value)


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


def _time(value: datetime, text: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', times.machine(value), text)
