"""What sources told, checked and merged, before anything is written. Knows no format and no database row."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from statuspage.importers.places import Place


@dataclass
class Told:
    """An object by its code, and the fields that sources told of it, by the names of our model."""

    code: str
    place: Place
    fields: dict[str, Any]

    @property
    def updated_at(self) -> datetime:
        return self.fields["updated_at"]


@dataclass
class ToldComponent(Told):
    """A component as it stands: its status is not a field of ours, and its group may be unknown so far."""

    status: str
    group_code: str | None


@dataclass(frozen=True)
class ToldAffected:
    """What an update told of one component, under the name it had."""

    code: str
    name: str
    old_status: str
    new_status: str


@dataclass
class ToldUpdate(Told):
    """A message; `order` tells those of the same instant apart."""

    order: int
    affected: list[ToldAffected]


@dataclass(frozen=True)
class ToldPostmortem:
    """A postmortem's text. Without `posted_at` it was never published."""

    body: str
    posted_at: datetime | None
    touched_at: datetime


@dataclass
class ToldIncident(Told):
    """An incident or maintenance with its updates in the order of posting.

    Its status and its end are the source's; here, both follow from the updates.
    """

    status: str
    resolved_at: datetime | None
    updates: list[ToldUpdate] = field(default_factory=list)
    postmortem: ToldPostmortem | None = None


@dataclass
class History:
    """Everything the sources told. `as_of` is when components stood as their `status` says."""

    page: dict[str, Any] = field(default_factory=dict)
    as_of: datetime | None = None
    groups: list[Told] = field(default_factory=list)
    components: list[ToldComponent] = field(default_factory=list)
    incidents: list[ToldIncident] = field(default_factory=list)
    # Incidents whose postmortem is out, with its text in none of the sources.
    missing_postmortems: list[str] = field(default_factory=list)
