from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import redirect

from statuspage.publishing import store


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The stored page that says so; without database, like everything else the public reads.

    Whoever adds a slash to the address of a page is led to the page.
    """
    path = request.path.rstrip("/")
    if request.path != path and _is_public(path):
        return redirect(path)
    return HttpResponseNotFound(store.find("/404") or b"Not found")


def in_language(request: HttpRequest, language: str, rest: str = "") -> HttpResponse:
    """What is asked of a language and is no file: /de is /de/; a language not offered is the page's own.

    Asks the store, not the database, which may be away.
    """
    if store.find(f"/{language}/") is not None:
        return not_found(request) if rest else redirect(f"/{language}/")
    # One slash, or it would be the address of another host.
    return redirect(f"/{rest.lstrip('/')}")


def _is_public(path: str) -> bool:
    try:
        return bool(path) and store.find(path) is not None
    except ValueError:
        return False
