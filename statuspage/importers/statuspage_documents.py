"""Reading the documents of a Statuspage: all of them are checked and merged before anybody writes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError

from statuspage.components.models import Component
from statuspage.components.status import Status as ComponentStatus
from statuspage.importers.places import Place
from statuspage.importers.told import (
    History,
    Told,
    ToldAffected,
    ToldComponent,
    ToldIncident,
    ToldPostmortem,
    ToldUpdate,
)
from statuspage.incidents.models import AffectedComponent, Incident
from statuspage.publishing.models import StatusPage, validate_time_zone

Kind, Status, Impact = Incident.Kind, Incident.Status, Incident.Impact

POSTMORTEM = "postmortem"
LISTS = ("components", "incidents", "scheduled_maintenances")
CONTENTS = ("page", *LISTS)
NOTHING_AFFECTED = "No components were affected by this update."
BREAK = re.compile(r"[ \t]*<br\s*/?>[ \t]*\n?", re.I)
LONGEST_BODY = 500_000
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
Reader = Callable[[Place], Any]


def _one_of(*known: str) -> Reader:
    return lambda place: place.one_of(known)


def _line(field: Any) -> Reader:
    """A name, as long as that field of ours allows."""
    return lambda place: place.line(longest=field.max_length)


def _text(place: Place) -> str:
    return BREAK.sub("\n", place.text(longest=LONGEST_BODY, blank=True))


def _time_zone(place: Place) -> str:
    name = place.line(longest=64)
    try:
        validate_time_zone(name)
    except ValidationError as error:
        raise place.refused(" ".join(error.messages)) from None
    return name


MOMENTS = ("created_at", "updated_at", "started_at", "monitoring_at", "resolved_at", "scheduled_for", "scheduled_until")
INCIDENT_STATUS = _one_of(*Status.values, POSTMORTEM)
COMPONENT_STATUS = _one_of(*ComponentStatus.values)
AFFECTED_NAME = _line(AffectedComponent._meta.get_field("name"))
PAGE_KEYS: dict[str, Reader] = {
    "id": Place.code,
    "name": _line(StatusPage._meta.get_field("name")),
    "time_zone": _time_zone,
    "updated_at": Place.moment,
}
COMPONENT_KEYS: dict[str, Reader] = {
    "name": _line(Component._meta.get_field("name")),
    "status": COMPONENT_STATUS,
    "created_at": Place.moment,
    "updated_at": Place.moment,
    "position": Place.number,
    "description": lambda place: place.text(longest=LONGEST_BODY, blank=True),
    "showcase": Place.flag,
    "start_date": Place.day,
    "group_id": Place.code,
    "only_show_if_degraded": Place.flag,
}
INCIDENT_KEYS: dict[str, Reader] = {
    "name": _line(Incident._meta.get_field("name")),
    "status": INCIDENT_STATUS,
    "impact": _one_of(*Impact.values),
    "impact_override": _one_of(*Impact.values),
    "backfilled": Place.flag,
    "postmortem_body": _text,
    "postmortem_published_at": Place.moment,
    "postmortem_body_last_updated_at": Place.moment,
    **dict.fromkeys(MOMENTS, Place.moment),
}
UPDATE_KEYS: dict[str, Reader] = {
    "status": INCIDENT_STATUS,
    "body": lambda place: _text(place).strip(),
    "created_at": Place.moment,
    "updated_at": Place.moment,
    "display_at": Place.moment,
    "deliver_notifications": Place.flag,
}


@dataclass
class _Occurrence:
    """An object in one document: which keys it had there, and how new that document is."""

    place: Place
    said: dict[str, Any]
    page_updated_at: datetime

    @property
    def rank(self) -> tuple[datetime, datetime, int]:
        return (self.said.get("updated_at") or LONG_AGO, self.page_updated_at, len(self.said))


@dataclass
class _Merged:
    """The same object from several documents: for each field the newest, then the fullest, wins."""

    occurrences: list[_Occurrence] = field(default_factory=list)

    @property
    def place(self) -> Place:
        return self._ranked[-1].place

    @property
    def said(self) -> dict[str, Any]:
        return {key: value for one in self._ranked for key, value in one.said.items()}

    @property
    def _ranked(self) -> list[_Occurrence]:
        return sorted(self.occurrences, key=lambda one: one.rank)


@dataclass
class _Pile:
    """All objects of all documents by their codes."""

    page: _Merged = field(default_factory=_Merged)
    components: dict[str, _Merged] = field(default_factory=dict)
    incidents: dict[str, _Merged] = field(default_factory=dict)
    updates: dict[str, _Merged] = field(default_factory=dict)


def read_history(documents: Iterable[Place]) -> History:
    """The history that documents tell together, whatever their number and order.

    Raises Refused, with file, path and reason, at the first thing that cannot be right.
    """
    pile = _Pile()
    for document in documents:
        _read_document(document, pile)
    updates: dict[str, list[ToldUpdate]] = {}
    postmortems: dict[str, ToldUpdate] = {}
    for code, merged in pile.updates.items():
        _read_update(code, merged, updates, postmortems)
    history = History(page=_page(pile.page))
    for code, merged in pile.components.items():
        if merged.said["group"]:
            history.groups.append(_group(code, merged))
        else:
            history.components.append(_component(code, merged, pile))
    for code, merged in pile.incidents.items():
        told = updates.get(code, [])
        told.sort(key=lambda update: (update.fields["created_at"], update.order))
        history.incidents.append(_incident(code, merged, told, postmortems.get(code)))
        if merged.said["status"] == POSTMORTEM and not history.incidents[-1].postmortem:
            history.missing_postmortems.append(code)
    history.incidents.sort(key=lambda told: (told.fields["created_at"], told.code))
    history.as_of = _as_of(pile)
    return history


def _read_document(document: Place, pile: _Pile) -> None:
    # A permalink is the incident itself; a webhook, and some archives, put it into an envelope.
    envelope = document.at("incident") if document.has("incident") else document
    is_permalink = envelope.has("incident_updates")
    if not is_permalink and not any(key in document.object() for key in CONTENTS):
        raise document.refused(f"is no Statuspage document: it has neither {', '.join(CONTENTS)} nor incident_updates")
    lists = [key for key in LISTS if key in document.object()]
    if lists and not any(document.has(key) for key in lists):
        raise document.refused(f"tells of nothing: {' and '.join(lists)} {'is' if len(lists) == 1 else 'are'} null")
    page_updated_at = LONG_AGO
    if document.has("page"):
        page = _read_page(document.at("page"), pile.page)
        page_updated_at = page.get("updated_at", LONG_AGO)
        pile.page.occurrences.append(_Occurrence(document.at("page"), page, page_updated_at))
    if is_permalink:
        _read_incident(envelope, pile, page_updated_at)
    else:
        for place in document.each("components"):
            _read_component(place, pile, page_updated_at)
        for key in ("incidents", "scheduled_maintenances"):
            for place in document.each(key):
                _read_incident(place, pile, page_updated_at)


def _said(place: Place, readers: dict[str, Reader], required: Iterable[str] = ()) -> dict[str, Any]:
    """What an object says under the keys known; null stays null, a missing key stays missing unless required."""
    said = {}
    given = place.object()
    for key, read in readers.items():
        if key in required or given.get(key) is not None:
            said[key] = read(place.at(key))
        elif key in given:
            said[key] = None
    return said


def _read_page(place: Place, earlier: _Merged) -> dict[str, Any]:
    said = _said(place, PAGE_KEYS, required=("id", "name"))
    for other in earlier.occurrences:
        if other.said["id"] != said["id"]:
            raise place.at("id").refused(
                f"is {said['id']}; {other.place.source} is of the page {other.said['id']}; import one page at a time"
            )
    return said


def _read_component(place: Place, pile: _Pile, page_updated_at: datetime) -> None:
    is_group = place.has("group") and place.at("group").flag()
    said = _said(place, COMPONENT_KEYS, required=("name", "status", "created_at")) | {"group": is_group}
    merged = pile.components.setdefault(place.at("id").code(), _Merged())
    if any(other.said["group"] != is_group for other in merged.occurrences):
        raise place.at("group").refused("is a group in one place and a component in another")
    merged.occurrences.append(_Occurrence(place, said, page_updated_at))


def _read_incident(place: Place, pile: _Pile, page_updated_at: datetime) -> None:
    code = place.at("id").code()
    said = _said(place, INCIDENT_KEYS, required=("name", "status", "created_at"))
    if said.get("impact_override"):
        said["impact"] = said["impact_override"]
    pile.incidents.setdefault(code, _Merged()).occurrences.append(_Occurrence(place, said, page_updated_at))
    for component in place.each("components"):
        _read_component(component, pile, page_updated_at)
    # They come newest first; those of the same instant keep their order.
    for order, update in enumerate(reversed(place.each("incident_updates"))):
        _read_update_row(update, code, order, pile, page_updated_at)


def _read_update_row(place: Place, incident: str, order: int, pile: _Pile, page_updated_at: datetime) -> None:
    code = place.at("id").code()
    said = _said(place, UPDATE_KEYS, required=("status", "created_at"))
    said |= {"incident": incident, "order": order}
    if place.has("incident_id") and place.at("incident_id").code() != incident:
        raise place.at("incident_id").refused(f"is not the incident it stands in, {incident}")
    if "affected_components" in place.object():
        said["affected"] = _affected(place)
    merged = pile.updates.setdefault(code, _Merged())
    for other in merged.occurrences:
        if other.said["incident"] != incident:
            raise place.at("id").refused(f"{code} is also an update of the incident {other.said['incident']}")
    merged.occurrences.append(_Occurrence(place, said, page_updated_at))


def _affected(place: Place) -> list[ToldAffected]:
    found = {}
    for row in place.each("affected_components"):
        # How Statuspage once said that there are none.
        if row.object().get("name") == NOTHING_AFFECTED and not row.has("code"):
            continue
        new_status = COMPONENT_STATUS(row.at("new_status"))
        old_status = COMPONENT_STATUS(row.at("old_status")) if row.has("old_status") else new_status
        name = AFFECTED_NAME(row.at("name"))
        code = row.at("code").code()
        found[code] = ToldAffected(code, name, old_status, new_status)
    return list(found.values())


def _page(merged: _Merged) -> dict[str, Any]:
    if not merged.occurrences:
        return {}
    said = merged.said
    told = {"code": said["id"]} | {key: said.get(key) for key in ("name", "time_zone", "updated_at")}
    return {key: value for key, value in told.items() if value}


def _group(code: str, merged: _Merged) -> Told:
    return Told(code, merged.place, _fields(merged.said, "name", "description", "position", "created_at", "updated_at"))


def _component(code: str, merged: _Merged, pile: _Pile) -> ToldComponent:
    said = merged.said
    group = said.get("group_id")
    if group in pile.components and not pile.components[group].said["group"]:
        raise merged.place.at("group_id").refused(f"{group} is a component, not a group")
    names = ("name", "description", "position", "showcase", "only_show_if_degraded", "start_date")
    fields = _fields(said, *names, "created_at", "updated_at")
    return ToldComponent(code, merged.place, fields, said["status"], group)


def _fields(said: dict[str, Any], *names: str) -> dict[str, Any]:
    """Those our model has, under their own names. Only dates may be null there; other nulls say nothing."""
    fields = {name: said[name] for name in names if name in said}
    fields = {name: value for name, value in fields.items() if value is not None or name == "start_date"}
    if "description" in said:
        fields["description"] = said["description"] or ""
    fields.setdefault("updated_at", fields["created_at"])
    return fields


def _read_update(
    code: str, merged: _Merged, updates: dict[str, list[ToldUpdate]], postmortems: dict[str, ToldUpdate]
) -> None:
    said = merged.said
    created_at = said["created_at"]
    notified = said.get("deliver_notifications")
    fields = {
        "status": said["status"],
        "body": said.get("body") or "",
        "created_at": created_at,
        "display_at": said.get("display_at") or created_at,
        "updated_at": said.get("updated_at") or created_at,
        "notified": True if notified is None else notified,
    }
    told = ToldUpdate(code, merged.place, fields, said["order"], said.get("affected", []))
    if said["status"] == POSTMORTEM:
        postmortems[said["incident"]] = told
    else:
        updates.setdefault(said["incident"], []).append(told)


def _incident(code: str, merged: _Merged, updates: list[ToldUpdate], postmortem: ToldUpdate | None) -> ToldIncident:
    said, place = merged.said, merged.place
    planned = said.get("scheduled_for") or said.get("impact") == Impact.MAINTENANCE
    kind = Kind.MAINTENANCE if planned or said["status"] in Incident.STATUSES[Kind.MAINTENANCE] else Kind.INCIDENT
    status = Incident.STATUSES[kind][-1] if said["status"] == POSTMORTEM else said["status"]
    impact = said.get("impact") or Impact.NONE
    fields: dict[str, Any] = {
        "kind": kind,
        "name": said["name"],
        "impact": impact,
        "created_at": said["created_at"],
        "updated_at": said.get("updated_at") or said["created_at"],
        "started_at": said.get("started_at")
        or min((update.fields["display_at"] for update in updates), default=said["created_at"]),
    }
    if "impact_override" in said:
        # An older document may name the override that a newer one no longer shows.
        fields["impact_override"] = impact if said["impact_override"] else None
    if "monitoring_at" in said:
        fields["monitoring_at"] = said["monitoring_at"]
    if said.get("backfilled") is not None:
        fields["backfilled"] = said["backfilled"]
    if kind == Kind.MAINTENANCE:
        for key in ("scheduled_for", "scheduled_until"):
            if not said.get(key):
                raise place.at(key).refused("must be a time: scheduled maintenance has a window")
            fields[key] = said[key]
        if fields["scheduled_until"] <= fields["scheduled_for"]:
            raise place.at("scheduled_until").refused("must be later than scheduled_for")
    for owner, value in [(place, status), *((update.place, update.fields["status"]) for update in updates)]:
        if value not in Incident.STATUSES[kind]:
            raise owner.at("status").refused(f"{value} is no status of {Kind(kind).label.lower()}")
    return ToldIncident(code, place, fields, status, said.get("resolved_at"), updates, _postmortem(said, postmortem))


def _postmortem(said: dict[str, Any], update: ToldUpdate | None) -> ToldPostmortem | None:
    body = said.get("postmortem_body") or (update.fields["body"] if update else "")
    if not body.strip():
        return None
    posted_at = update.fields["display_at"] if update else said.get("postmortem_published_at")
    if said["status"] == POSTMORTEM:
        posted_at = posted_at or said.get("updated_at") or said["created_at"]
    touched = [said.get("postmortem_body_last_updated_at"), update.fields["updated_at"] if update else None, posted_at]
    return ToldPostmortem(body, posted_at, max((one for one in touched if one), default=said["created_at"]))


def _as_of(pile: _Pile) -> datetime | None:
    """When the components stood as the documents say: at the last thing that the documents know of."""
    moments = [merged.said.get("updated_at") for merged in [pile.page] if merged.occurrences]
    moments += [merged.said["created_at"] for merged in pile.updates.values()]
    if not any(moments):
        moments = [merged.said.get("updated_at") or merged.said["created_at"] for merged in pile.components.values()]
    return max((moment for moment in moments if moment), default=None)
