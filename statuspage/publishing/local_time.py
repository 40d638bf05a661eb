"""A form's date and time, typed as a wall clock in the page's zone shows it; never a naive datetime comes out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from statuspage.publishing.times import abbreviation

# Far ends of the calendar cannot be told in every zone.
FIRST_YEAR, LAST_YEAR = 1970, 9998
FAR_AWAY = format_lazy(_("Check the year: it must lie between {first} and {last}."), first=FIRST_YEAR, last=LAST_YEAR)


class LocalTimeInput(forms.MultiWidget):
    """A date and time; asks which of two is meant only where the clocks go back and show it twice."""

    template_name = "django/forms/widgets/multiwidget.html"
    use_fieldset = False

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        which = forms.Select(attrs={"class": "again", "aria-label": _("Which of the two")})
        super().__init__({"": forms.DateTimeInput(attrs={"type": "datetime-local"}), "again": which})

    def decompress(self, value: Any) -> list[str]:
        if not isinstance(value, datetime):
            return ["", ""]
        local = value.astimezone(self.zone)
        return [
            f"{local:%Y-%m-%dT%H:%M}",
            str(local.fold) if is_ambiguous(local.replace(tzinfo=None), self.zone) else "",
        ]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        typed = value if isinstance(value, list) else self.decompress(value)
        local = _parsed(typed[0])
        twice = local is not None and is_ambiguous(local, self.zone)
        if local and twice:
            first, second = (local.replace(fold=fold, tzinfo=self.zone) for fold in (0, 1))
            time = f"{local:%H:%M}"
            self.widgets[1].choices = [  # type: ignore[attr-defined]
                ("", gettext("Which of the two?")),
                ("0", gettext("the first %(time)s, %(zone)s") % {"time": time, "zone": abbreviation(first, self.zone)}),
                (
                    "1",
                    gettext("the second %(time)s, %(zone)s") % {"time": time, "zone": abbreviation(second, self.zone)},
                ),
            ]
        context = super().get_context(name, typed, attrs)
        if not twice:
            context["widget"]["subwidgets"].pop()
        return context

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0" if id_ else ""


class LocalTimeField(forms.Field):
    """A moment. Refuses a time that the clocks skip; of one they show twice it asks which is meant."""

    def __init__(self, *, zone: ZoneInfo, **options: Any) -> None:
        self.zone = zone
        super().__init__(widget=LocalTimeInput(zone), **options)

    def clean(self, value: Any) -> datetime | None:
        text, again = value or ["", ""]
        if not (text or "").strip():
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        if is_far_away(text):
            raise ValidationError(FAR_AWAY, code="invalid")
        local = _parsed(text)
        if local is None:
            raise ValidationError(_("Write it as 2026-11-21T09:30: year, month, day, hour and minute."), code="invalid")
        if not exists(local, self.zone):
            raise ValidationError(
                _("There was no %(time)s on that day: the clocks went forward past it."),
                code="skipped",
                params={"time": f"{local:%H:%M}"},
            )
        if is_ambiguous(local, self.zone) and again not in ("0", "1"):
            raise ValidationError(
                _("The clocks went back that day and showed %(time)s twice. Say which one you mean."),
                code="ambiguous",
                params={"time": f"{local:%H:%M}"},
            )
        fold = 1 if again == "1" else 0
        return local.replace(fold=fold, tzinfo=self.zone).astimezone(UTC)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether somebody typed another minute; seconds are not shown, so they are not lost either."""
        return self.widget.decompress(initial) != [part or "" for part in data or ["", ""]]


def kept_times(form: forms.Form, cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """The cleaned values, with the exact moment wherever the shown minute was left as it was."""
    untouched = {
        name: form.initial[name]
        for name, field in form.fields.items()
        if isinstance(field, LocalTimeField) and form.initial.get(name) and name not in form.changed_data
    }
    return {**cleaned, **untouched}


def exists(local: datetime, zone: ZoneInfo) -> bool:
    """False for a wall time that the clocks skip in spring."""
    return local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0) == local


def is_ambiguous(local: datetime, zone: ZoneInfo) -> bool:
    """True for a wall time that the clocks show twice in autumn."""
    first, second = (local.replace(fold=fold, tzinfo=zone).utcoffset() for fold in (0, 1))
    return first != second and exists(local, zone)


def _parsed(text: Any) -> datetime | None:
    """The wall time of a datetime-local input; None for anything else, an offset of its own included."""
    try:
        local = datetime.fromisoformat(str(text).strip())
    except ValueError:
        return None
    return local if local.tzinfo is None and FIRST_YEAR <= local.year <= LAST_YEAR else None


def is_far_away(text: Any) -> bool:
    """Whether what was typed or picked begins with a year that no incident can have."""
    year = re.match(r"\s*(\d{4,})-\d", str(text))
    return year is not None and not FIRST_YEAR <= int(year[1][:9]) <= LAST_YEAR
