import logging

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string

from statuspage.publishing import store
from statuspage.publishing.serving import PAGE_CACHE

logger = logging.getLogger(__name__)

FOR_PROGRAMS = {"Access-Control-Allow-Origin": "*", "Cache-Control": PAGE_CACHE}


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The stored page that says so, in the language of the address; without database, like all that the public reads.

    Whoever adds a slash to the address of a page is led to the page; programs, on whatever site, hear it in JSON. It
    says nothing to one that it does not say to another, so a CDN may answer a burst of it.
    """
    path = request.path.rstrip("/")
    if request.path != path and _is_public(path):
        return redirect(path)
    if path.endswith(".json"):
        return JsonResponse({"error": "There is nothing here."}, status=404, headers=FOR_PROGRAMS)
    language = request.path.split("/")[1]
    own = store.find(f"/{language}/404") if language in dict(settings.LANGUAGES) else None
    return HttpResponseNotFound(own or store.find("/404") or b"Not found", headers={"Cache-Control": PAGE_CACHE})


def in_language(request: HttpRequest, language: str, rest: str = "") -> HttpResponse:
    """What is asked of a language and is no file: /de is /de/; a language not offered is the page's own.

    Asks the store, not the database, which may be away.
    """
    if store.find(f"/{language}/") is not None:
        return not_found(request) if rest else redirect(f"/{language}/")
    # One slash, or it would be the address of another host.
    return redirect(f"/{rest.lstrip('/')}")


def record_is_away() -> HttpResponse:
    """What the few public pages answer that are no files, while the database does not; called where it was noticed."""
    logger.exception("The record could not be read")
    return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": "60"})


def _is_public(path: str) -> bool:
    try:
        return bool(path) and store.find(path) is not None
    except ValueError:
        return False
