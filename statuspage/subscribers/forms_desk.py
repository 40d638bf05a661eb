"""What staff fill in about subscribers."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from statuspage.publishing.models import StatusPage, validate_time_zone
from statuspage.publishing.plain_form import PlainForm
from statuspage.subscribers.addresses import LONGEST
from statuspage.subscribers.forms import MailboxField, check_hook
from statuspage.subscribers.models import HOOKS, Channel
from statuspage.subscribers.offered import offered
from statuspage.subscribers.services import Scope

PROOF = "Where and how they agreed, such as “contract 4711, signed 2 May 2026”. It is kept with the subscription."
# As many as one request may take its time for.
MOST_LINES, MOST_BYTES = 2_000, 4_000_000


class KeyedForm(PlainForm):
    """A form that is posted once however often it is clicked."""

    form_key = forms.CharField(
        widget=forms.HiddenInput(attrs={"autocomplete": "off"}), required=False, max_length=64, initial=uuid.uuid4
    )


class AddForm(KeyedForm):
    """Somebody who agreed elsewhere; what is not ticked is everything."""

    channel = forms.ChoiceField(label="Channel", choices=Channel, widget=forms.RadioSelect, initial=Channel.EMAIL)
    email = MailboxField(label="Mail address", help_text="For a hook: of whoever looks after it.")
    url = forms.CharField(label="Address of the hook", help_text="Not for mail.", max_length=LONGEST, required=False)
    proof = forms.CharField(
        label="How they agreed",
        help_text=PROOF,
        max_length=500,
        error_messages={"required": "Say how they agreed: nobody may be told who did not."},
    )
    groups = forms.MultipleChoiceField(label="Only these groups", widget=forms.CheckboxSelectMultiple, required=False)
    components = forms.MultipleChoiceField(
        label="Only these components", widget=forms.CheckboxSelectMultiple, required=False
    )
    incidents = forms.BooleanField(label="Incidents", required=False, initial=True)
    maintenance = forms.BooleanField(label="Planned maintenance", required=False, initial=True)
    locale = forms.ChoiceField(label="Language")
    time_zone = forms.CharField(
        label="Time zone", help_text="Empty for the page's own.", required=False, validators=[validate_time_zone]
    )

    def __init__(self, *args: Any, page: StatusPage, at: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offers = offered(at)
        names = dict(page._meta.get_field("locale").flatchoices)
        choices = {
            "groups": [(one.group.code, one.group.name) for one in offers if one.group],
            "components": [(part.code, part.full_name) for one in offers for part in one.components],
            "locale": [(code, names[code]) for code in page.languages],
        }
        for name, known in choices.items():
            self.fields[name].choices = known  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        check_hook(self)
        if not (said.get("incidents") or said.get("maintenance")):
            self.add_error("incidents", "Choose at least one, or nothing would ever be told.")
        return said

    def wanted(self) -> dict[str, Any]:
        """Who is to be told, and of what."""
        said = self.cleaned_data
        hook = said["channel"] in HOOKS
        groups, components = tuple(said["groups"]), tuple(said["components"])
        return {
            "channel": said["channel"],
            "address": said["url"] if hook else said["email"],
            "contact": said["email"] if hook else "",
            "scope": Scope(
                whole_page=not (groups or components),
                groups=groups,
                components=components,
                incidents=said["incidents"],
                maintenance=said["maintenance"],
            ),
            **{name: said[name] for name in ("proof", "locale", "time_zone")},
        }


class ImportForm(PlainForm):
    """A file of CSV, and whether those in it have agreed already."""

    file = forms.FileField(label="File", error_messages={"required": "Choose a file.", "empty": "The file is empty."})
    proof = forms.CharField(
        label="How they agreed",
        help_text=f"{PROOF} Leave it empty, and each is asked to confirm by mail first.",
        max_length=500,
        required=False,
    )

    def clean_file(self) -> bytes:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise ValidationError("This file is too large; use manage import_subscribers for it.")
        return file.read()
