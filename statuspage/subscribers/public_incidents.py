"""What the public knows of an incident: this room stands below the record of incidents, but may read the page."""

from __future__ import annotations

import json

from django.core.exceptions import ValidationError

from statuspage.publishing import store
from statuspage.publishing.codes import validate_code


def incident_name(code: str) -> str:
    """What an incident is called on the page; empty where the page has none of this code."""
    try:
        validate_code(code)
    except ValidationError:
        return ""
    body = store.find(f"/incidents/{code}.json")
    return str(json.loads(body)["name"]) if body else ""
