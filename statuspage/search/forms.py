"""What may be looked for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from postmortems.models import Postmortem
from statuspage.incidents.models import Tag
from statuspage.publishing.plain_form import PlainForm
from statuspage.publishing.wording import one_line
from statuspage.search.finding import Search, words_of

LONGEST, MOST_WORDS = 100, 8


class SearchForm(forms.Form):
    """Words that all have to be there, and a tag that was followed from an incident."""

    internal = False

    q = forms.CharField(
        label=_("Words"),
        required=False,
        max_length=LONGEST,
        error_messages={"max_length": _("Please look for fewer characters: %(limit_value)d at most.")},
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    tag = forms.CharField(required=False, max_length=120, widget=forms.HiddenInput)

    def clean_q(self) -> str:
        typed = one_line(self.cleaned_data["q"])
        if len(words_of(typed)) > MOST_WORDS:
            raise ValidationError(_("Please look for fewer words: %(most)d at most."), params={"most": MOST_WORDS})
        return typed

    def search(self) -> Search:
        """What is looked for; nothing while it is not understood."""
        said = self.cleaned_data if self.is_valid() else {}
        return Search(words_of(said.get("q", "")), said.get("tag", ""), self.internal, self.further(said))

    def further(self, said: dict[str, Any]) -> Q:
        """What else is asked of an incident."""
        return Q()


class DeskSearchForm(PlainForm, SearchForm):
    """The same among all that the team wrote; also by how far the postmortem is."""

    internal = True
    WITHOUT = "none"

    state = forms.ChoiceField(
        label="Postmortem",
        required=False,
        choices=[("", "Any or none"), (WITHOUT, "None yet"), *Postmortem.State.choices],
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        tags = [("", "Any"), *Tag.objects.values_list("slug", "name")]
        self.fields["tag"] = forms.ChoiceField(label="Tag", required=False, choices=tags)

    def further(self, said: dict[str, Any]) -> Q:
        """That its postmortem is as far as was chosen."""
        state = said.get("state", "")
        if state == self.WITHOUT:
            return Q(postmortem=None)
        return Q(postmortem__state=state) if state else Q()
