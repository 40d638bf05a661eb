from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.http import HttpRequest

from statuspage.incidents.models import Tag
from statuspage.publishing.admin import NamedForm
from statuspage.publishing.services import republish_soon


class TagForm(NamedForm):
    """A tag's name, by which it is known: no two may be the same to a search."""

    def clean_name(self) -> str:
        name = super().clean_name()
        slug = Tag.slug_of(name)
        if "," in name or not slug:
            raise ValidationError("Give it a name that can be typed in a list with commas.")
        if Tag.objects.filter(slug=slug).exclude(pk=self.instance.pk).exists():
            raise ValidationError("There is such a tag already.")
        self.instance.slug = slug
        return name


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin):
    """Tags come from the desk; here they are renamed and made public. Any incident may have one: all pages follow."""

    form = TagForm
    fields = ["name", "public"]
    list_display = ["name", "public"]
    list_filter = ["public"]
    search_fields = ["name"]
    actions = None

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        republish_soon()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        republish_soon()
