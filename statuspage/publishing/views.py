from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound

from statuspage.publishing import store
from statuspage.publishing.serving import PAGE_CACHE


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The stored page that says so, in the language of the address; without database, like all that the public reads.

    It says nothing to one that it does not say to another, so a CDN may answer a burst of it.
    """
    language = request.path.split("/")[1]
    own = store.find(f"/{language}/404") if language in dict(settings.LANGUAGES) else None
    return HttpResponseNotFound(own or store.find("/404") or b"Not found", headers={"Cache-Control": PAGE_CACHE})
