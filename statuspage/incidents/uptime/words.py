"""Uptime as people say it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from statuspage.components.status import SEVERITY, Status
from statuspage.incidents.uptime.bars import Bars, WorstOfDay
from statuspage.incidents.uptime.measure import as_told
from statuspage.publishing import times

MAINTENANCE = Status.UNDER_MAINTENANCE
# How many days of trouble a bar tells of itself; its page lists them all.
DAYS_TOLD = 3


def in_percent(share: Fraction | None) -> str:
    """“99.98 %”, rounded down; “100 %” only where nothing was lost."""
    if share is None:
        return _("No data")
    told = as_told(share)
    number = "100" if told == 1 else number_format(Decimal(int(told * 10_000)) / 100, 2)
    return (pgettext("percentage", "%s %%") % number).replace(" ", "\N{NO-BREAK SPACE}")


def caption(bars: Bars) -> str:
    """“99.98 %”, or “99.98 % since Nov 3” where the first days have no data."""
    share, since = in_percent(bars.share), bars.since
    if bars.share is None or since is None or since <= bars.first:
        return share
    return _("%(percentage)s since %(day)s") % {"percentage": share, "day": times.day_of_year(since)}


def summary(bars: Bars) -> str:
    """“99.98 % over 90 days; trouble on 2 days: Nov 3 Partial outage 12 min, Oct 9 Major outage 2 min”."""
    said = caption(bars)
    if bars.since and bars.since <= bars.first:
        over = ngettext("%(percentage)s over %(days)d day", "%(percentage)s over %(days)d days", bars.days)
        said = over % {"percentage": said, "days": bars.days}
    trouble = [worst for worst in bars.trouble if SEVERITY[worst.status] > SEVERITY[MAINTENANCE]]
    if not trouble:
        return said
    days = ngettext("trouble on %d day", "trouble on %d days", len(trouble)) % len(trouble)
    last = [_of_day(worst) for worst in sorted(trouble, key=lambda worst: worst.day, reverse=True)[:DAYS_TOLD]]
    return f"{said}; {days}: {', '.join(last)}" + (" …" if len(trouble) > DAYS_TOLD else "")


def _of_day(worst: WorstOfDay) -> str:
    words = [times.day_of_year(worst.day), str(worst.status.label)]
    if worst.length is not None:
        words.append(times.span(worst.length))
    return " ".join(words)


def lengths(told: Mapping[Status, timedelta]) -> list[tuple[Status, str]]:
    """“1 h 12 min” for each state, the worst first."""
    return [(status, times.span(told[status])) for status in sorted(told, key=SEVERITY.__getitem__, reverse=True)]
