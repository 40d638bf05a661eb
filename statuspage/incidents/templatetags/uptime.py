"""Bars and percentages of uptime in templates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from statuspage.components.models import Component, ComponentGroup
from statuspage.components.status import Status
from statuspage.incidents.templatetags.incidents import tone
from statuspage.incidents.uptime import words
from statuspage.incidents.uptime.bars import Bars

register = template.Library()
register.filter("in_percent", words.in_percent)


@register.simple_tag(takes_context=True)
def uptime_bars(context: Context, subject: Component | ComponentGroup, *, captioned: bool = True) -> SafeString:
    """The bars of a component or group as the way to its days; nothing where it is not to show its uptime.

    Nor on the page of a past moment: uptime is what is known today.
    """
    uptime = (context.get("uptimes") or {}).get(subject)
    if uptime is None:
        return SafeString()
    # Those of a group stand below those of the last of its components.
    whole = isinstance(subject, ComponentGroup)
    path = f"/uptime#group-{subject.code}" if isinstance(subject, ComponentGroup) else subject.path
    href = f"{context['prefix']}{path}"
    return _drawn(Bars.recent(uptime), get_language(), name=subject.name, href=href, captioned=captioned, whole=whole)


@register.inclusion_tag("public/_months.html", takes_context=True)
def uptime_months(context: Context, subject: Component | ComponentGroup) -> dict[str, Any]:
    """The percentage of each month that the page tells of."""
    uptime = context["uptimes"][subject]
    return {"shares": [(name, words.in_percent(uptime.share(*days))) for name, days in context["months"]]}


@register.simple_tag
def bars(drawn: Bars, width: int, *, captioned: bool = False) -> SafeString:
    """Bars that stand for themselves, in a picture as wide as so many days."""
    return _drawn(drawn, get_language(), width=width, captioned=captioned)


@register.simple_tag
def legend() -> list[tuple[str, str]]:
    """Every look of a day, with its meaning."""
    return [*((status.value, str(status.label)) for status in Status), ("unmeasured", _("No data"))]


@register.filter
def look(status: str) -> str:
    """The class that gives a day of the bars its shape and colour."""
    return "is-none" if status == "unmeasured" else tone(status)


@register.filter
def weight(value: Decimal) -> str:
    """“0.3”, as the language writes it and no longer than it must be."""
    return number_format(value.normalize())


@register.filter
def lengths(told: Mapping[Status, timedelta]) -> list[tuple[Status, str]]:
    """“1 h 12 min” for each state, the worst first."""
    return words.lengths(told)


@lru_cache(maxsize=4096)
def _drawn(
    drawn: Bars, language: str, *, name: str = "", href: str = "", width: int = 0, captioned: bool, whole: bool = False
) -> SafeString:
    """Bars as HTML. Kept: of hundreds of components, nearly all are as they were at the last publish."""
    with override(language):
        label, caption = words.summary(drawn), words.caption(drawn)
        context = {
            "paths": drawn.paths,
            "width": width or drawn.days,
            "days": drawn.days,
            "label": f"{name}: {label}" if name else label,
            "caption": _("Whole group: %s") % caption if whole else caption,
            "href": href,
            "captioned": captioned,
        }
        return render_to_string("public/_bars.html", context)
