"""The form by which facts are taken from the incident again."""

from __future__ import annotations

from django import forms

from postmortems.models import Fact
from statuspage.publishing.plain_form import PlainForm


class RefreshForm(PlainForm):
    """Which facts to take, and the versions of draft and incident that were compared."""

    take = forms.MultipleChoiceField(choices=Fact.Key, required=False)
    seen = forms.IntegerField()
    seen_incident = forms.IntegerField()
