"""Forms that refuse in the product's words; Django's defaults speak to programmers."""

from __future__ import annotations

from typing import Any

from django import forms

REQUIRED = "Please fill this in."
NOT_A_CHOICE = "This is none of the choices; please choose again."
SENTENCES: dict[type[forms.Field], dict[str, str]] = {
    forms.Field: {"required": REQUIRED},
    forms.CharField: {
        "max_length": "This has %(show_value)d characters; at most %(limit_value)d fit.",
        "null_characters_not_allowed": "This contains a character that no text may contain; please type it anew.",
    },
    forms.ChoiceField: {"invalid_choice": NOT_A_CHOICE},
    forms.MultipleChoiceField: {"invalid_choice": NOT_A_CHOICE, "invalid_list": NOT_A_CHOICE},
    forms.DateField: {"invalid": "Write the day as 2026-11-21, or pick it."},
    forms.IntegerField: {"invalid": "The form came back incomplete; please reload the page."},
}


class PlainForm(forms.Form):
    """A form whose fields say what to do, unless they have a better sentence of their own."""

    def full_clean(self) -> None:
        for field in set(self.fields.values()):
            field.error_messages |= _sentences(field)
        super().full_clean()


def _sentences(field: forms.Field) -> dict[str, Any]:
    """Ours, in place of those that are Django's."""
    kinds = [kind for kind in reversed(type(field).__mro__) if kind in SENTENCES]
    ours = {code: sentence for kind in kinds for code, sentence in SENTENCES[kind].items()}
    defaults = {code: told for kind in reversed(type(field).__mro__) for code, told in _defaults(kind).items()}
    return {
        code: sentence
        for code, sentence in ours.items()
        if field.error_messages.get(code) == defaults.get(code) or code not in field.error_messages
    }


def _defaults(kind: type) -> dict[str, Any]:
    return getattr(kind, "default_error_messages", {})
