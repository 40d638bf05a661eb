"""Lengths of time that the record knows, for readers to judge by."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from postmortems.record import Measured, longest_silence, measured, stable_at
from statuspage.components.status import SEVERITY, Status
from statuspage.incidents.affected import in_words
from statuspage.incidents.models import Incident
from statuspage.publishing import times

MEASURES = {
    "first_update": _("First public update after"),
    "stable": _("Stable again after"),
    "resolved": _("Resolved after"),
    "silence": _("Longest time between updates"),
}
ZERO = timedelta()


@dataclass(frozen=True)
class MeasureLine:
    """A length of time computed from the record: one that MEASURES names, or how long a component was affected."""

    label: str
    value: str
    key: str = ""
    seconds: int = 0
    # The worst that was said of the component, and how many seconds were spent in each status, the worst first.
    status: str = ""
    spent: dict[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What it is called in the reader's language; a component has its own name."""
        return str(MEASURES[self.key]) if self.key else self.label

    @property
    def told(self) -> str:
        """“Major outage, 40 min”, in the reader's language; as it was written where only the words were kept.

        Where it was affected in several ways: “50 min: Major outage 40 min and Degraded performance 10 min”.
        """
        if not self.seconds:
            return self.value
        length = times.span(timedelta(seconds=self.seconds))
        if len(self.spent) > 1:
            worst_first = sorted(self.spent, key=lambda status: SEVERITY[Status(status)], reverse=True)
            parts = [f"{Status(one).label} {times.span(timedelta(seconds=self.spent[one]))}" for one in worst_first]
            return gettext("%(label)s: %(value)s") % {"label": length, "value": in_words(parts)}
        status = next(iter(self.spent), self.status)
        return f"{Status(status).label}, {length}" if status else length

    @classmethod
    def of(cls, *, name: str = "", key: str = "", length: timedelta, status: str = "") -> MeasureLine:
        """A line with its words as they are now, and all it takes to say them in another language."""
        bare = cls(name, times.span(length), key, int(length.total_seconds()), status)
        return replace(bare, label=bare.name, value=bare.told)

    @classmethod
    def of_component(cls, component: Measured) -> MeasureLine:
        """The line of a component. Its `value` tells the worst and the whole length, `told` how long each lasted."""
        line = cls.of(name=component.name, length=component.affected, status=component.worst)
        spent = {str(status): int(lasted.total_seconds()) for status, lasted in component.spent.items()}
        return replace(line, spent=spent)


def measures_of(incident: Incident) -> list[MeasureLine]:
    """What can be measured of an incident, and how long each component was affected.

    Of one that was recorded afterwards nobody was told at the time: when readers heard first, and how long they waited,
    is not measured.
    """
    updates = incident.timeline()
    first = min((update.display_at for update in updates), default=incident.started_at)
    stable = stable_at(incident)
    lengths = {
        "first_update": None if incident.backfilled else first - incident.started_at,
        "stable": stable and stable - incident.started_at,
        "resolved": incident.resolved_at and incident.resolved_at - incident.started_at,
        "silence": None if incident.backfilled else longest_silence(updates),
    }
    found = [MeasureLine.of(key=key, length=length) for key, length in lengths.items() if length and length > ZERO]
    affected = [one for one in measured(incident, until=updates[0].display_at) if one.affected]
    return found + [MeasureLine.of_component(one) for one in affected]
