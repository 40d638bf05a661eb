"""Requests that are refused before any view sees them: in the product's look, with what to do."""

from django.conf import settings
from django.core.exceptions import DisallowedHost, RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What was wrong with it, by its kind alone; without database, and without the context of a request."""
    is_too_much = isinstance(exception, RequestDataTooBig | TooManyFieldsSent)
    kind = "size" if is_too_much else "host" if isinstance(exception, DisallowedHost) else ""
    megabytes = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024 // 1024
    context = {"kind": kind, "megabytes": megabytes, "site_url": settings.SITE_URL}
    return HttpResponse(render_to_string("400.html", context), status=413 if is_too_much else 400)
