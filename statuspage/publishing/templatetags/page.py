"""What every template may say: times in the page's zone, and texts in Markdown."""

from __future__ import annotations

from datetime import date, datetime

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from statuspage.publishing import times
from statuspage.publishing.markdown import to_html

register = template.Library()


@register.simple_tag(takes_context=True)
def site_name(context: Context) -> str:
    """“Hallmere Status”: what the site is called, in the reader's language."""
    return _("%(name)s Status") % {"name": context["page"].name}


@register.simple_tag(takes_context=True)
def posted_at(context: Context, value: datetime) -> SafeString:
    """“Feb 16, 2021 - 20:38 EST” as a <time>."""
    return _time(value, times.full(value, context["page"].zone))


@register.simple_tag(takes_context=True)
def local_day(context: Context, value: datetime) -> str:
    """“Feb 16, 2021”, the day it was in the page's zone."""
    return times.short_day(value.astimezone(context["page"].zone).date())


@register.simple_tag(takes_context=True)
def plain_time(context: Context, value: datetime) -> str:
    """“Feb 16, 2021 - 20:38 EST” as text."""
    return times.full(value, context["page"].zone)


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


def _time(value: datetime, text: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', times.machine(value), text)
