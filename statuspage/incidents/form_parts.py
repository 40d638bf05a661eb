"""What the desk's forms are made of: messages with a preview, one-time keys, and the table of component statuses."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.forms.utils import flatatt
from django.urls import reverse_lazy
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from statuspage.components.models import Component
from statuspage.components.status import Status as ComponentStatus
from statuspage.incidents.models import AffectedComponent, Incident
from statuspage.incidents.overview import Overview
from statuspage.publishing.markdown import validate_markdown
from statuspage.publishing.plain_form import PlainForm
from statuspage.publishing.wording import is_visible, running_text


class MessageField(forms.CharField):
    """A text in Markdown that readers will see, previewed while it is typed."""

    def __init__(self, **options: Any) -> None:
        text = forms.Textarea(
            attrs={
                "rows": 6,
                "hx-post": reverse_lazy("desk:preview"),
                "hx-trigger": "input changed delay:400ms",
                "hx-target": "next .preview",
                "hx-swap": "innerHTML",
                "hx-sync": "this:replace",
            }
        )
        missing = {"required": "Write a message: an update without one tells nobody anything."}
        super().__init__(widget=text, strip=False, validators=[validate_markdown], error_messages=missing, **options)

    def to_python(self, value: Any) -> str:
        # Browsers send CRLF; a text nobody touched must not look edited.
        text = running_text(super().to_python(value) or "")
        return text if is_visible(text) else ""

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> BoundField:
        self.widget.attrs["hx-params"] = form.add_prefix(field_name)
        return super().get_bound_field(form, field_name)


class Unseen(forms.HiddenInput):
    """A value the form carries; some browsers would restore an old one when the page is loaded again."""

    def __init__(self) -> None:
        super().__init__(attrs={"autocomplete": "off"})


class DeskForm(PlainForm):
    """A form that is posted once however often it is clicked, and says a service's refusals at their fields."""

    form_key = forms.CharField(widget=Unseen, required=False, max_length=64)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.begin_with(form_key=uuid.uuid4().hex)

    def begin_with(self, **values: Any) -> None:
        """Initial values, where the view gave none."""
        self.initial = {**values, **self.initial}

    def blame(self, error: ValidationError) -> None:
        """Show what a service refused, each sentence at the field that it is about."""
        told = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        for name, messages in told.items():
            self.add_error(name if name in self.fields else None, messages)

    def put(self, name: str, value: str) -> None:
        """Send a bound form back with another value in one of its fields."""
        self.data = {key: self.data[key] for key in self.data} | {name: value}

    def only_preview(self) -> None:
        """Complain of the messages alone: somebody who looks at a preview has not finished the rest."""
        self.full_clean()
        for name in [name for name in self.errors if not isinstance(self.fields.get(name), MessageField)]:
            del self.errors[name]


class SharedSelect(forms.Select):
    """A choice that many rows share: its options are written once for each value, not once for each row."""

    def __init__(self) -> None:
        super().__init__()
        self.written: dict[str, SafeString] = {}

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        chosen = str(value or "")
        if chosen not in self.written:
            options = ((key, mark_safe(" selected") if key == chosen else "", label) for key, label in self.choices)
            self.written[chosen] = format_html_join("", '<option value="{}"{}>{}</option>', options)
        return format_html('<select name="{}"{}>{}</select>', name, flatatt(attrs or {}), self.written[chosen])


@dataclass(frozen=True)
class Line:
    """One component in a form: how it is and by whose word, what this incident last said of it, and what to say now."""

    component: Component
    # What tells it from another of the same name.
    apart: str
    present: ComponentStatus
    why: list[Incident]
    said: AffectedComponent | None
    field: BoundField

    @property
    def label(self) -> str:
        return f"Status of {self.component.full_name}"


@dataclass(frozen=True)
class LineGroup:
    """The lines of one component group; no name for components outside any."""

    name: str
    lines: list[Line]


class StatusTable(DeskForm):
    """A choice of status for each component of the page; what is not chosen is not said."""

    unsaid = "Not affected"

    def __init__(
        self, *args: Any, state: Overview, said: Mapping[int, AffectedComponent] | None = None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.state = state
        self.said = said or {}
        self.names = Counter(component.name.casefold() for component in state.components)
        self.components = {f"component_{component.code}": component for component in state.components}
        choices = [("", self.unsaid), *ComponentStatus.choices]
        # One field under all of the names: of hundreds of components, each of its own would take most of a request.
        field = forms.ChoiceField(choices=choices, required=False, widget=SharedSelect())
        self.fields |= dict.fromkeys(self.components, field)

    def affected(self) -> dict[Component, str]:
        """What was chosen, by component; of an unfinished form what can be understood."""
        said = self.cleaned_data
        return {component: said[name] for name, component in self.components.items() if said.get(name)}

    def groups(self) -> list[LineGroup]:
        """Every component, grouped and ordered as on the page."""
        return self._groups(self.state.components)

    def touched(self) -> list[LineGroup]:
        """The components that this incident has spoken of, or that are chosen right now."""
        return self._groups(self._touched())

    def untouched(self) -> list[LineGroup]:
        touched = {component.pk for component in self._touched()}
        return self._groups([one for one in self.state.components if one.pk not in touched])

    def _touched(self) -> list[Component]:
        return [
            component
            for name, component in self.components.items()
            if component.pk in self.said or self[name].value() or self.errors.get(name)
        ]

    def _groups(self, components: Iterable[Component]) -> list[LineGroup]:
        wanted = {component.pk for component in components}
        groups = [
            LineGroup(name, [self._line(one) for one in some if one.pk in wanted]) for name, some in named(self.state)
        ]
        return [group for group in groups if group.lines]

    def _line(self, component: Component) -> Line:
        field = self[f"component_{component.code}"]
        present, why = self.state.status_of(component), self.state.why(component)
        apart = _apart(component) if self.names[component.name.casefold()] > 1 else ""
        return Line(component, apart, present, why, self.said.get(component.pk), field)


def _apart(component: Component) -> str:
    """Where a component belongs, and what it is: its name alone does not say which one is meant."""
    group = component.group.name if component.group else "outside any group"
    return f"{group}: {component.description}" if component.description else group


def named(state: Overview) -> list[tuple[str, list[Component]]]:
    """The components by the name of their group, in the order of the page; those outside any together, the last."""
    named: list[tuple[str, list[Component]]] = []
    others: list[Component] = []
    for row in state.rows:
        if row.children:
            named.append((row.name, [child.subject for child in row.children if isinstance(child.subject, Component)]))
        elif isinstance(row.subject, Component):
            others.append(row.subject)
    return [*named, ("Others" if named else "", others)]
