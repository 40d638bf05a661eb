from django.http import HttpRequest, HttpResponse, HttpResponseNotFound

from statuspage.publishing import store


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The stored page that says so; without database, like everything else the public reads."""
    return HttpResponseNotFound(store.find("/404") or b"Not found")
