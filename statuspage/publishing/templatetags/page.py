"""What every template may say: times in the page's zone, and what a status looks like."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from statuspage.publishing import times

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


@register.filter
def long_day(value: date) -> str:
    """“Tuesday, 16 February 2021”."""
    return times.long_day(value)


@register.filter
def span(value: timedelta) -> str:
    """“3 h 29 min”."""
    return times.span(value)


def _time(value: datetime, text: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', times.machine(value), text)
