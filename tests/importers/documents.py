"""Statuspage documents of an invented ferry line, as small as they may be."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

PAGE = "ferryline0pg"
GROUP, PIER, DECK, RADIO = "grouptickets", "pierprinter1", "deckprinter1", "shipradio001"
NOON = datetime(2024, 5, 3, 12, 0, tzinfo=UTC)

POSTMORTEM = """\
Date of Incident: 05/03/2024

Time/Date Incident Started: 05/03/2024, 07:50am EST

Frequency: Once

Weather: Calm

Incident description:

No tickets at the pier.

Root Cause Analysis:

The paper roll was empty.

The spare was empty too.

Actions Taken:

1. Found a roll.
2. Changed it.

Mitigation Measures:

1. Keep three spares.
"""


def stamp(minutes: float = 0, *, offset: str = "Z") -> str:
    """Minutes after noon, as Statuspage writes it."""
    moment = NOON + timedelta(minutes=minutes)
    if offset != "Z":
        moment += timedelta(hours=int(offset[:3]))
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}{offset}"


def code(stem: str) -> str:
    return stem.ljust(12, "0")


def component(name: str, id: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": id,
        "name": name,
        "status": "operational",
        "created_at": stamp(-10_000),
        "updated_at": stamp(-5000),
        "position": 1,
        "description": None,
        "showcase": True,
        "start_date": "2024-01-02",
        "group_id": None,
        "page_id": PAGE,
        "group": False,
        "only_show_if_degraded": False,
    } | fields


def components() -> list[dict[str, Any]]:
    return [
        component("Tickets", GROUP, group=True, start_date=None, components=[PIER, DECK]),
        component("Pier printer", PIER, group_id=GROUP, position=2),
        component("Deck printer", DECK, group_id=GROUP, position=3),
        component("Radio", RADIO, position=4),
    ]


def affected(id: str = PIER, name: str = "Tickets - Pier printer", old="operational", new="major_outage") -> dict:
    return {"code": id, "name": name, "old_status": old, "new_status": new}


def update(id: str, status: str, minutes: float, **fields: Any) -> dict[str, Any]:
    return {
        "id": code(id),
        "status": status,
        "body": f"We are {status}.",
        "created_at": stamp(minutes),
        "updated_at": stamp(minutes),
        "display_at": stamp(minutes),
        "affected_components": None,
        "deliver_notifications": True,
        "custom_tweet": None,
        "tweet_id": None,
    } | fields


def incident(id: str = "papershortag", *, updates: list[dict] | None = None, **fields: Any) -> dict[str, Any]:
    """A closed incident of two updates, newest first."""
    updates = (
        updates
        if updates is not None
        else [
            update(
                "paperupdate2", "resolved", 60, affected_components=[affected(old="major_outage", new="operational")]
            ),
            update("paperupdate1", "investigating", 0, affected_components=[affected()]),
        ]
    )
    return {
        "id": code(id),
        "name": "No paper",
        "status": updates[0]["status"] if updates else "resolved",
        "created_at": stamp(0),
        "updated_at": stamp(60),
        "monitoring_at": None,
        "resolved_at": stamp(60),
        "impact": "critical",
        "shortlink": "https://example.com/x",
        "started_at": stamp(-10),
        "page_id": PAGE,
        "incident_updates": updates,
        "components": [],
        "reminder_intervals": None,
    } | fields


def maintenance(id: str = "newprinters0", **fields: Any) -> dict[str, Any]:
    updates = [update("newupdate001", "scheduled", 5, affected_components=[affected(new="operational")])]
    told = incident(id, updates=updates, name="New printers", impact="maintenance", resolved_at=None)
    return told | {"scheduled_for": stamp(3000), "scheduled_until": stamp(3060)} | fields


def with_postmortem(**fields: Any) -> dict[str, Any]:
    """The same incident once its postmortem is out."""
    told = incident()
    posted = update("paperupdate3", "postmortem", 3000, body=POSTMORTEM, updated_at=stamp(3000))
    return (
        told
        | {
            "status": "postmortem",
            "updated_at": stamp(3000),
            "incident_updates": [posted, *told["incident_updates"]],
        }
        | fields
    )


def document(**contents: Any) -> dict[str, Any]:
    page = {
        "id": PAGE,
        "name": "Ferry Line",
        "url": "https://status.example.com",
        "time_zone": "America/New_York",
        "updated_at": stamp(5000),
    }
    return {"page": page} | contents


def summary(**contents: Any) -> dict[str, Any]:
    return document(components=components(), incidents=[], scheduled_maintenances=[]) | contents


class Sources:
    """Writes documents as files and imports them."""

    def __init__(self, directory: Path, run: Any) -> None:
        self.directory, self.run = directory, run

    def __call__(self, *documents: Any, **options: Any) -> str:
        names = []
        for number, content in enumerate(documents):
            path = self.directory / f"source{number}.json"
            path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
            names.append(str(path))
        return self.run(*names, **options)
