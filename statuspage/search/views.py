"""Looking for incidents and their postmortems: what readers are told, and at the desk all that the team wrote."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.http import require_safe

from statuspage.publishing.models import StatusPage
from statuspage.publishing.pages import in_languages
from statuspage.publishing.views import record_is_away
from statuspage.search.finding import Search
from statuspage.search.forms import DeskSearchForm, SearchForm
from statuspage.team.access import DeskRequest, staff_only

LOCATION = "/search"
PER_PAGE, MOST_PAGES = 20, 50


@require_safe
def public(request: HttpRequest, language: str | None = None) -> HttpResponse:
    """What readers are told, in the language of the address; no file, for nobody could store what all might look for.

    Rendered like every public page, without the request. Where the database is away, a sentence says so.
    """
    try:
        page = StatusPage.objects.get()
        if language and (language == page.locale or language not in page.languages):
            return redirect(_address(request))
        with translation.override(language or page.locale):
            form = SearchForm(request.GET)
            context = _looked_up(form.search(), request) | {"page": page, "form": form}
            context |= {"location": LOCATION, **in_languages(page, _address(request))}
            return HttpResponse(render_to_string("search/public.html", context), status=422 if form.errors else 200)
    except DatabaseError:
        return record_is_away()


@require_safe
@staff_only
def desk(request: DeskRequest) -> HttpResponse:
    """All that the team wrote, published or not."""
    form = DeskSearchForm(request.GET)
    context = _looked_up(form.search(), request) | {"page": StatusPage.objects.get(), "form": form}
    return render(request, "search/desk.html", context, status=422 if form.errors else 200)


def _looked_up(search: Search, request: HttpRequest) -> dict[str, Any]:
    """A page of what was found, or the tags to choose from where nothing is looked for; in a few queries."""
    if not search.says_something:
        return {"tags": search.tags()}
    # Whoever has not found it on fifty pages looks for something else.
    pages = Paginator(search.incidents()[: PER_PAGE * MOST_PAGES], PER_PAGE)
    shown, asked = pages.get_page(request.GET.get("page")), request.GET.copy()
    asked.pop("page", None)
    return {
        "shown": shown,
        "found": search.shown(shown),
        "too_many": pages.count == PER_PAGE * MOST_PAGES,
        "tag": search.tags().filter(slug=search.tag).first() if search.tag else None,
        "asked": asked.urlencode(),
    }


def _address(request: HttpRequest) -> str:
    """Where the same is looked for in the language of the page itself."""
    return f"{LOCATION}?{request.GET.urlencode()}" if request.GET else LOCATION
