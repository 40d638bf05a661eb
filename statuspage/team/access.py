"""Who may come in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeAlias

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.vary import vary_on_headers
from django_htmx.middleware import HtmxDetails

from statuspage.team.models import User

P = ParamSpec("P")

# What forms carry for themselves; all else somebody typed or chose.
CARRIED = {
    *("csrfmiddlewaretoken", "form_key", "seen", "preset", "sha256", "section"),
    *("facts", "actions", "mitigations"),
}


class DeskRequest(HttpRequest):
    """A request as a view of the desk gets it, for type annotations."""

    htmx: HtmxDetails


DeskView: TypeAlias = Callable[Concatenate[DeskRequest, P], HttpResponse]


def staff_only(view: DeskView[P]) -> DeskView[P]:
    """Staff come in; others get a 403, strangers the sign-in page.

    Whoever was signed out while writing gets the text back instead: a redirect would lose it.
    """

    @wraps(view)
    def guarded(request: DeskRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            if request.method == "POST" or request.htmx:
                return _signed_out(request)
            return redirect_to_login(request.get_full_path())
        if not request.user.is_staff:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    # One address answers with a page or with a part of it.
    return vary_on_headers("HX-Request")(guarded)


def staff_member(request: HttpRequest) -> User:
    """Who is asking, in a view that only staff reach."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _signed_out(request: DeskRequest) -> HttpResponse:
    if request.htmx:
        response = render(request, "desk/_signed_out.html", status=401)
        # Only the notice changes: the form behind it keeps what was typed.
        response["HX-Retarget"], response["HX-Reswap"] = "#notices", "innerHTML"
        return response
    typed = [value for name, value in request.POST.items() if name not in CARRIED and str(value).strip()]
    return render(request, "desk/signed_out.html", {"typed": typed}, status=401)
