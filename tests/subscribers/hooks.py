"""A page, a notice and whoever is told of it by a hook; nothing of it is in a database."""

from __future__ import annotations

from datetime import UTC, datetime

from statuspage.publishing.models import StatusPage
from statuspage.subscribers.models import Kind, Notice, Subscriber

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
PAGE_PART = {"id": "pppppppppppp", "status_indicator": "minor", "status_description": "Partially Degraded Service"}


def a_page(**fields) -> StatusPage:
    return StatusPage(**{"code": "pppppppppppp", "name": "Harbour", "time_zone": "Europe/Lisbon"} | fields)


def a_subscriber(channel: str, address: str = "https://hooks.example.com/x", **fields) -> Subscriber:
    return Subscriber(**{"code": "ssssssssssss", "secret": "5" * 32, "channel": channel, "address": address} | fields)


def a_notice(key: str = "update:uuuuuuuuuuuu", *, name: str = "Slow answers", brief: str = "Slow.", **fields) -> Notice:
    letter = {"subject": f"Investigating: {name}", "text": "", "html": "", "brief": brief}
    said = {
        "key": key,
        "kind": Kind.INCIDENT,
        "thread": "iiiiiiiiiiii",
        "letters": {"en": letter},
        "moments": ["2026-11-21T09:00:00+00:00"],
        "payload": {"page": PAGE_PART, "incident": {"id": "iiiiiiiiiiii", "name": name}},
        "url": "https://status.example.com/incidents/iiiiiiiiiiii",
    }
    return Notice(**said | fields)
