"""A form posted twice by a double click does its work once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest

KEPT = 30


@transaction.atomic
def once(request: HttpRequest, act: Callable[[], str]) -> str:
    """Do what a posted form asks for and say where that is; the same form again gets the same answer, and no deed.

    Same means the same one-time `form_key` and the same words: whoever comes back to a used form and types something
    else means it.
    """
    if not request.POST.get("form_key"):
        return act()
    # Two clicks arrive at once, perhaps at two processes: the row makes the second wait for the first.
    list(Session.objects.select_for_update().filter(session_key=request.session.session_key))
    session = type(request.session)(request.session.session_key)
    done = dict(session.get("posted", []))
    mark = _mark(request)
    if mark not in done:
        done[mark] = act()
        session["posted"] = list(done.items())[-KEPT:]
        session.save()
    return done[mark]


def _mark(request: HttpRequest) -> str:
    said = sorted((name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    return hashlib.sha256(json.dumps([request.path, said]).encode()).hexdigest()
