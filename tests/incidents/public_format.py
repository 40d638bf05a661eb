"""The public format, key by key in order, as measured on real documents; `check` tells where a document leaves it."""

from __future__ import annotations

import re
from zoneinfo import available_timezones

COMPONENT_STATUSES = {
    *("operational", "under_maintenance", "degraded_performance", "partial_outage", "major_outage"),
}


def code(value):
    return isinstance(value, str) and re.fullmatch(r"[a-z0-9]{12}", value)


def text(value):
    return isinstance(value, str) and value != ""


def flag(value):
    return isinstance(value, bool)


def number(value):
    return type(value) is int


def null(value):
    return value is None


def moment(value):
    return isinstance(value, str) and re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)", value, re.ASCII
    )


def day(value):
    return isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII)


def zone(value):
    return value in available_timezones()


def address(value):
    return isinstance(value, str) and re.fullmatch(r"https?://\S+[^/]", value)


def one_of(*known):
    return lambda value: value in known


def or_null(shape):
    return lambda value: value is None or matches(value, shape)


def matches(value, shape):
    return not list(check(value, shape))


STATUS_OF_COMPONENT = one_of(*COMPONENT_STATUSES)
PAGE = {"id": code, "name": text, "url": address, "time_zone": zone, "updated_at": moment}
STATUS = {
    "indicator": one_of("none", "minor", "major", "critical", "maintenance"),
    "description": one_of(
        *("All Systems Operational", "Service Under Maintenance", "Partially Degraded Service"),
        *("Minor Service Outage", "Partial System Outage", "Major System Outage"),
    ),
}
COMPONENT = {
    "id": code,
    "name": text,
    "status": STATUS_OF_COMPONENT,
    "created_at": moment,
    "updated_at": moment,
    "position": number,
    "description": or_null(text),
    "showcase": flag,
    "start_date": or_null(day),
    "group_id": or_null(code),
    "page_id": code,
    "group": one_of(False),
    "only_show_if_degraded": flag,
}
GROUP = COMPONENT | {"start_date": null, "group_id": null, "group": one_of(True), "components": [code]}
AFFECTED = {"code": code, "name": text, "old_status": STATUS_OF_COMPONENT, "new_status": STATUS_OF_COMPONENT}


def any_row(value):
    return matches(value, GROUP if value.get("group") else COMPONENT)


def affected(value):
    return value is None or (value != [] and matches(value, [AFFECTED]))


def _update(*statuses):
    return {
        "id": code,
        "status": one_of(*statuses),
        "body": text,
        "incident_id": code,
        "created_at": moment,
        "updated_at": moment,
        "display_at": moment,
        "affected_components": affected,
        "deliver_notifications": flag,
        "custom_tweet": null,
        "tweet_id": null,
    }


def _incident(impacts, *statuses):
    return {
        "id": code,
        "name": text,
        "status": one_of(*statuses, "postmortem"),
        "created_at": moment,
        "updated_at": moment,
        "monitoring_at": or_null(moment),
        "resolved_at": or_null(moment),
        "impact": one_of(*impacts),
        "shortlink": address,
        "started_at": moment,
        "page_id": code,
        "incident_updates": [_update(*statuses)],
        "components": [COMPONENT],
    }


INCIDENT = _incident(
    ("none", "minor", "major", "critical"), "investigating", "identified", "monitoring", "resolved"
) | {"reminder_intervals": null}
WINDOW = {"scheduled_for": moment, "scheduled_until": moment}
MAINTENANCE = _incident(("maintenance",), "scheduled", "in_progress", "verifying", "completed") | WINDOW
MORE = {
    "backfilled": flag,
    "impact_override": or_null(text),
    "postmortem_body": or_null(text),
    "postmortem_body_last_updated_at": or_null(moment),
    "postmortem_ignored": flag,
    "postmortem_published_at": or_null(moment),
    "postmortem_notified_subscribers": flag,
    "postmortem_notified_twitter": flag,
}
AUTOMATION = {
    "scheduled_remind_prior": flag,
    "scheduled_reminded_at": or_null(moment),
    "scheduled_auto_in_progress": flag,
    "scheduled_auto_completed": flag,
}
INCIDENT_IN_FULL = INCIDENT | MORE | {"scheduled_for": null, "scheduled_until": null} | AUTOMATION
MAINTENANCE_IN_FULL = MAINTENANCE | MORE | AUTOMATION
DOCUMENTS = {
    "summary": {
        "page": PAGE,
        "components": [any_row],
        "incidents": [INCIDENT],
        "scheduled_maintenances": [MAINTENANCE],
        "status": STATUS,
    },
    "status": {"page": PAGE, "status": STATUS},
    "components": {"page": PAGE, "components": [any_row]},
    "incidents": {"page": PAGE, "incidents": [INCIDENT]},
    "incidents/unresolved": {"page": PAGE, "incidents": [INCIDENT]},
    "scheduled-maintenances": {"page": PAGE, "scheduled_maintenances": [MAINTENANCE]},
    "scheduled-maintenances/upcoming": {"page": PAGE, "scheduled_maintenances": [MAINTENANCE]},
    "scheduled-maintenances/active": {"page": PAGE, "scheduled_maintenances": [MAINTENANCE]},
}
HISTORY = {
    "months": [
        {
            "name": text,
            "year": number,
            "incidents": [
                {
                    "code": code,
                    "name": text,
                    "impact": one_of("none", "minor", "major", "critical", "maintenance"),
                    "timestamp": text,
                }
            ],
        }
    ]
}


def check(value, shape, where=""):
    """Every place in which a value is not of a shape: other keys, another order of them, or a value of another kind."""
    if isinstance(shape, dict):
        if not isinstance(value, dict) or [*value] != [*shape]:
            yield f"{where} has {[*value] if isinstance(value, dict) else value!r}, not {[*shape]}"
            return
        for key, inner in shape.items():
            yield from check(value[key], inner, f"{where}.{key}")
    elif isinstance(shape, list):
        if not isinstance(value, list):
            yield f"{where} is no list: {value!r}"
            return
        for index, one in enumerate(value):
            yield from check(one, shape[0], f"{where}[{index}]")
    elif not shape(value):
        yield f"{where} may not be {value!r}"
