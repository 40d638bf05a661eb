from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from statuspage.publishing.models import StatusPage
from statuspage.publishing.services import republish_soon
from statuspage.publishing.wording import is_visible, one_line


class NamedForm(forms.ModelForm):
    """A noun that readers know by its name."""

    def clean_name(self) -> str:
        name = one_line(self.cleaned_data["name"])
        if not is_visible(name):
            raise ValidationError("Give it a name that readers can see.")
        return name


class StatusPageForm(NamedForm):
    """The one page's form."""

    translations = forms.MultipleChoiceField(
        choices=settings.LANGUAGES,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=StatusPage._meta.get_field("translations").help_text,
    )


@admin.register(StatusPage)
class StatusPageAdmin(admin.ModelAdmin):
    form = StatusPageForm
    fields = [
        *("name", "time_zone", "locale", "translations", "accent", "paper", "support_url", "about"),
        *("weight_major", "weight_partial", "weight_degraded", "public_past", "review_postmortems"),
    ]

    def save_model(self, request: HttpRequest, obj: StatusPage, form: ModelForm, change: bool) -> None:
        obj.updated_at = timezone.now()
        super().save_model(request, obj, form, change)
        republish_soon()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: StatusPage | None = None) -> bool:
        return False
