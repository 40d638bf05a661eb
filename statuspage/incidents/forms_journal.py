"""The form by which the team notes down what happened."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from statuspage.incidents.form_parts import DeskForm
from statuspage.publishing.local_time import LocalTimeField


class JournalForm(DeskForm):
    """One entry of the journal; it happened now, unless another time is picked."""

    words = forms.CharField(
        strip=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        label="What happened",
        error_messages={"required": "Say what happened."},
    )
    starred = forms.BooleanField(required=False, label="Star it for the postmortem")

    def __init__(self, *args: Any, zone: ZoneInfo, **options: Any) -> None:
        # It stands beside the form of the next update.
        super().__init__(*args, auto_id="journal_%s", **options)
        self.fields["at"] = LocalTimeField(zone=zone, required=False, label="When, if not now")
