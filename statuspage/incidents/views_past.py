"""The page as it stood at any past moment: for staff, and for everyone where the owner allows it."""

from __future__ import annotations

from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from statuspage.incidents.as_it_stood import as_it_stood
from statuspage.incidents.forms import MomentForm
from statuspage.publishing.models import StatusPage
from statuspage.publishing.pages import in_languages
from statuspage.publishing.views import record_is_away
from statuspage.team.access import DeskRequest, staff_only


@require_safe
@staff_only
def at_the_desk(request: DeskRequest) -> HttpResponse:
    """Whatever readers saw, staff can see again."""
    return _past(request, StatusPage.objects.get())


@require_safe
def for_everyone(request: HttpRequest) -> HttpResponse:
    """A public page that is no file: there are more moments than anybody could store.

    Where the database is away, nobody knows whether the owner allows it; a sentence says so, whatever the answer is.
    """
    try:
        page = StatusPage.objects.get()
        if not page.public_past:
            raise Http404
        return _past(request, page)
    except DatabaseError:
        return record_is_away()


def _past(request: HttpRequest, page: StatusPage) -> HttpResponse:
    """Rendered like every public page: in the page's own language, and without the request."""
    with translation.override(page.locale):
        form = MomentForm(request.GET if "at" in request.GET else None, zone=page.zone)
        # It is told in this one language, so it links to no other.
        languages = in_languages(page, request.path) | {"alternates": []}
        context = {"page": page, "location": request.path, "form": form, **languages}
        if form.is_valid():
            past = as_it_stood(form.cleaned_data["at"], page.zone)
            context |= {"state": past.state, "days": past.days, "affected": past.state.affected_line}
        elif not form.is_bound:
            form.initial["at"] = timezone.now()
        return HttpResponse(render_to_string("public/past.html", context), status=422 if form.errors else 200)
