"""What is said about a postmortem, beside what it says."""

from __future__ import annotations

from django import forms

from statuspage.publishing.plain_form import PlainForm


class AskForm(PlainForm):
    """Asking somebody to read it."""

    words = forms.CharField(
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="What the reviewer should know",
    )


class DecisionForm(PlainForm):
    """What the reviewer decides. `sha256` is the text that was read; what is to be changed wants words."""

    sha256 = forms.CharField(widget=forms.HiddenInput, required=False)
    words = forms.CharField(
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="What you say to it",
        help_text="To ask for changes, say which; kept with the steps of this postmortem, for the team.",
    )


class WithdrawForm(PlainForm):
    """Taking it from readers."""

    reason = forms.CharField(
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="Why it is withdrawn",
        help_text="Readers get this sentence in its place.",
    )
