"""Addresses that a Statuspage has and that are no files here."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from statuspage.publishing.views import FOR_PROGRAMS, in_language, not_found

MONTHS_A_PAGE = 3


def numbered_history(request: HttpRequest, language: str | None = None) -> HttpResponse:
    """`/history?page=N`: the first of the three months that this page shows on a Statuspage.

    Looks at the published months, not at the database, which may be away; beyond them it is the whole history.
    """
    if "page" not in request.GET:
        return in_language(request, language, "/history") if language else not_found(request)
    published = sorted((path.stem for path in settings.PUBLIC_ROOT.glob("history/????-??.html")), reverse=True)
    place = MONTHS_A_PAGE * (_number(request.GET["page"]) - 1)
    return redirect(f"{request.path}/{published[place]}" if 0 < place < len(published) else request.path)


def history_beyond(request: HttpRequest) -> HttpResponse:
    """`/history.json?page=N` beyond the last page: no months, by which whoever reads them all knows the end.

    Pages that exist are answered from their files before Django is asked.
    """
    if _number(request.GET.get("page", "")) < 2:
        return not_found(request)
    return JsonResponse({"months": []}, headers=FOR_PROGRAMS)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 1
