"""What the public knows of an incident: this room stands below the record of incidents, but may read the page."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from statuspage.publishing import store
from statuspage.publishing.codes import validate_code


def incident_name(code: str) -> str:
    """What an incident is called on the page; empty where the page has none of this code."""
    return str(_told(code).get("name", ""))


def over_since(code: str) -> datetime | None:
    """When the last word of an incident that is over was posted; None while it is open, and where the page has none.

    Not when it ended: that may be said to have been long ago.
    """
    told = _told(code)
    return datetime.fromisoformat(told["incident_updates"][0]["created_at"]) if told.get("resolved_at") else None


def _told(code: str) -> dict[str, Any]:
    try:
        validate_code(code)
    except ValidationError:
        return {}
    body = store.find(f"/incidents/{code}.json")
    return dict(json.loads(body)) if body else {}
