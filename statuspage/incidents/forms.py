"""What the desk asks for. Forms validate and hand out domain objects; the verbs are in services."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.components.models import Component
from statuspage.components.status import Status as ComponentStatus
from statuspage.incidents.form_parts import DeskForm, MessageField, StatusTable, Unseen, named
from statuspage.incidents.models import Incident, IncidentUpdate
from statuspage.incidents.overview import Overview
from statuspage.publishing.local_time import LocalTimeField, kept_times

Kind, Status, Impact = Incident.Kind, Incident.Status, Incident.Impact

IMPACTS = [("", "From the components"), *((impact.value, impact.label) for impact in Impact if impact != "maintenance")]


def _statuses(kind: Incident.Kind) -> list[tuple[str, str]]:
    return [(status.value, str(status.label)) for status in Incident.STATUSES[kind]]


class DeclareForm(StatusTable):
    """A new incident and its first message."""

    name = forms.CharField(
        label="What is happening",
        help_text="The headline readers see, in their words: “Some bookings fail”.",
        error_messages={"required": "Give it a name that readers understand."},
    )
    status = forms.ChoiceField(label="Status", choices=_statuses(Kind.INCIDENT), widget=forms.RadioSelect)
    body = MessageField(label="Message", help_text="What readers notice, and what you are doing. Markdown.")
    impact = forms.ChoiceField(label="Impact", choices=IMPACTS, required=False)
    notify = forms.BooleanField(label="Tell subscribers", required=False)

    def __init__(self, *args: Any, zone: ZoneInfo, **options: Any) -> None:
        super().__init__(*args, **options)
        self.begin_with(status=Status.INVESTIGATING, notify=True)
        self.fields["name"].widget.attrs["autocomplete"] = "off"
        self.fields["started_at"] = LocalTimeField(
            zone=zone, label="Began earlier, at", required=False, help_text="Leave empty if it began just now."
        )

    @property
    def leaves_the_headline(self) -> bool:
        """Whether an impact is claimed that no component shows: the headline of the page knows components only."""
        claimed = self.cleaned_data["impact"] not in ("", Impact.NONE)
        shown = any(status != ComponentStatus.OPERATIONAL for status in self.affected().values())
        return claimed and not shown and self.cleaned_data["status"] != Status.RESOLVED


class UpdateForm(StatusTable):
    """The next message of an incident; begins with the status it has."""

    unsaid = "No change"
    status = forms.ChoiceField(label="Status", widget=forms.RadioSelect)
    body = MessageField(label="Message")
    notify = forms.BooleanField(label="Tell subscribers", required=False)
    seen = forms.CharField(widget=Unseen, required=False)

    def __init__(self, *args: Any, incident: Incident, seen: str, zone: ZoneInfo, **options: Any) -> None:
        super().__init__(*args, **options)
        self.begin_with(status=incident.status, notify=True, seen=seen)
        self.fields["status"].choices = _statuses(Kind(incident.kind))  # type: ignore[attr-defined]
        self.fields["shown_at"] = LocalTimeField(
            zone=zone,
            label="Show another time",
            required=False,
            help_text="When it was said, if that was not now. The order stays that of posting.",
        )


@dataclass(frozen=True)
class BoxGroup:
    """The boxes of one component group; no name for components outside any."""

    name: str
    boxes: list[Any]


class ScheduleForm(DeskForm):
    """Planned work: a window, and what it touches."""

    name = forms.CharField(
        label="What is planned",
        help_text="The headline readers see: “Database upgrade”.",
        error_messages={"required": "Give it a name that readers understand."},
    )
    body = MessageField(label="Message", help_text="What readers will notice, and for how long. Markdown.")
    components = forms.MultipleChoiceField(
        label="Components it touches", widget=forms.CheckboxSelectMultiple, required=False
    )
    runs_by_clock = forms.BooleanField(
        label="Start and complete it by the clock",
        required=False,
        help_text="At the times above, without anybody at the desk. You can still post updates or end it early.",
    )
    notify = forms.BooleanField(label="Tell subscribers", required=False)

    def __init__(self, *args: Any, state: Overview, zone: ZoneInfo, **options: Any) -> None:
        super().__init__(*args, **options)
        self.begin_with(runs_by_clock=True, notify=True)
        self.by_code = {component.code: component for component in state.components}
        self.fields["components"].choices = [  # type: ignore[attr-defined]
            (name, [(component.code, component.name) for component in some]) for name, some in named(state)
        ]
        for name, label in {"scheduled_for": "Starts", "scheduled_until": "Ends"}.items():
            self.fields[name] = LocalTimeField(zone=zone, label=label)

    def component_groups(self) -> list[BoxGroup]:
        """The boxes to tick, grouped as on the page."""
        boxes = iter(self["components"])
        groups: list[tuple[str, list[Any]]] = list(self.fields["components"].choices)  # type: ignore[attr-defined]
        return [BoxGroup(name, [next(boxes) for _ in options]) for name, options in groups]

    def components_chosen(self) -> list[Component]:
        """In the order in which they were ticked; of an unfinished form those that can be understood."""
        return [self.by_code[code] for code in self.cleaned_data.get("components", [])]


class BackfillForm(StatusTable):
    """An incident that is over: told in two messages, one for each end."""

    name = forms.CharField(
        label="What happened",
        help_text="The headline readers see.",
        error_messages={"required": "Give it a name that readers understand."},
    )
    body = MessageField(label="What happened, at its start")
    resolution = MessageField(label="How it ended")
    impact = forms.ChoiceField(label="Impact", choices=IMPACTS, required=False)

    def __init__(self, *args: Any, zone: ZoneInfo, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, label in {"started_at": "Began", "resolved_at": "Ended"}.items():
            self.fields[name] = LocalTimeField(zone=zone, label=label)


class ReportForm(StatusTable):
    """What somebody saw of components, outside any incident."""

    unsaid = "No change"

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if not any(said.get(name) for name in self.components):
            raise ValidationError("Choose a status for at least one component.")
        return said


class WordingForm(DeskForm):
    """Another wording for an update; `seen` counts the edits that the writer knew of."""

    body = MessageField(label="Message")
    seen = forms.IntegerField(widget=Unseen)

    def __init__(self, *args: Any, update: IncidentUpdate, **options: Any) -> None:
        super().__init__(*args, **options)
        self.begin_with(body=update.body, seen=update.edits)


class FactsForm(DeskForm):
    """What an incident is called, how bad it was and when it was; `seen` is the version that the writer knew."""

    name = forms.CharField(label="Name", error_messages={"required": "Give it a name that readers understand."})
    seen = forms.IntegerField(widget=Unseen)

    def __init__(self, *args: Any, incident: Incident, zone: ZoneInfo, **options: Any) -> None:
        super().__init__(*args, **options)
        self.begin_with(
            name=incident.name,
            seen=incident.version,
            impact=incident.impact_override or "",
            started_at=incident.started_at,
            resolved_at=incident.resolved_at,
            scheduled_for=incident.scheduled_for,
            scheduled_until=incident.scheduled_until,
            runs_by_clock=incident.runs_by_clock,
            notify=True,
        )
        if incident.is_maintenance:
            self.fields["scheduled_for"] = LocalTimeField(zone=zone, label="Planned from")
            self.fields["scheduled_until"] = LocalTimeField(zone=zone, label="Planned until")
            self.fields["runs_by_clock"] = forms.BooleanField(
                label="Start and complete it by the clock", required=False
            )
            self.fields["notify"] = forms.BooleanField(label="Tell subscribers of another time", required=False)
        else:
            self.fields["impact"] = forms.ChoiceField(label="Impact", choices=IMPACTS, required=False)
            self.fields["started_at"] = LocalTimeField(zone=zone, label="Began")
        if not incident.is_open:
            self.fields["resolved_at"] = LocalTimeField(zone=zone, label="Ended")

    def clean(self) -> dict[str, Any]:
        return kept_times(self, super().clean() or self.cleaned_data)

    def shown(self) -> list[BoundField]:
        """The fields a person fills in."""
        return [field for field in self if not field.is_hidden]


class MomentForm(forms.Form):
    """A past moment at which to see the page."""

    def __init__(self, *args: Any, zone: ZoneInfo, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["at"] = LocalTimeField(zone=zone, label=_("Show the page as it stood at"))

    def clean_at(self) -> datetime:
        at: datetime = self.cleaned_data["at"]
        if at > timezone.now():
            raise ValidationError(_("That moment has not come yet."))
        return at
