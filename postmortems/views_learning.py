"""The desk's view of what incidents teach."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from postmortems.charts import LOOKS, NAMES, by_month, draw_pace, draw_promises
from postmortems.learning import OWED_AFTER, Kept, owed, paces, promises, recurring
from statuspage.publishing.models import StatusPage
from statuspage.team.access import DeskRequest, staff_only

PER_PAGE = 20


@require_safe
@staff_only
def learning(request: DeskRequest) -> HttpResponse:
    """How long incidents take, whether promises are kept, and which postmortems are owed."""
    page, now = StatusPage.objects.get(), timezone.now()
    measured, kept = paces(now, page), promises(now, page)
    context = {
        "page": page,
        "paces": [(draw_pace(pace), pace.overall) for pace in measured],
        "stages": NAMES.values(),
        "months": by_month(measured),
        "promises": draw_promises(kept),
        "overdue": kept.totals[Kept.OVERDUE],
        "due": kept.due,
        "kinds": [(kind.value, LOOKS[kind], many) for kind, many in kept.totals.items()],
        "by_month": [(month.short_name, counts.values()) for month, counts in reversed(kept.months)],
        "recurring": recurring(now, page),
        "owed": Paginator(owed(now), PER_PAGE).get_page(request.GET.get("owed")),
        "days": OWED_AFTER.days,
    }
    return render(request, "postmortems/learning.html", context)
