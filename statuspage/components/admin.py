from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminIntegerFieldWidget, AdminSplitDateTime
from django.db import models
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from statuspage.components.models import Component, ComponentGroup
from statuspage.publishing.admin import NamedForm
from statuspage.publishing.services import publish_soon, republish_soon


class LabelledSplitDateTime(AdminSplitDateTime):
    """Date and time as two fields, each with a name for those who do not see the words beside it."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        for widget, label in zip(self.widgets, ("Date", "Time"), strict=True):
            widget.attrs["aria-label"] = label


class PublishedAdmin(admin.ModelAdmin):
    """Nouns that readers see: a change to one is on the page before the admin answers."""

    form = NamedForm
    formfield_overrides: ClassVar[dict[type[models.Field], Any]] = {
        models.DateTimeField: {"widget": LabelledSplitDateTime},
        # In the list its column is named, the field itself is not.
        models.PositiveIntegerField: {"widget": AdminIntegerFieldWidget(attrs={"aria-label": "Position"})},
    }

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        obj.updated_at = timezone.now()
        super().save_model(request, obj, form, change)
        publish_soon(obj)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        publish_soon(obj)
        # Files of what is gone are found only where everything is published.
        republish_soon()


@admin.register(ComponentGroup)
class ComponentGroupAdmin(PublishedAdmin):
    list_display = ["name", "position"]
    list_editable = ["position"]
    fields = ["name", "description", "position"]
    actions = None


@admin.register(Component)
class ComponentAdmin(PublishedAdmin):
    list_display = ["name", "group", "position", "only_show_if_degraded", "retired_at"]
    list_editable = ["position"]
    list_filter = ["group"]
    list_select_related = ["group"]
    search_fields = ["name", "code"]

    def save_model(self, request: HttpRequest, obj: Component, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        others = Component.objects.exclude(pk=obj.pk).filter(name__iexact=obj.name, retired_at=None)
        if twin := others.select_related("group").first():
            where = f"in {twin.group}" if twin.group else "outside any group"
            messages.warning(
                request, f"There is another component named “{twin.name}”, {where}. Readers may take one for the other."
            )

    fields = [
        *("name", "description", "group", "position", "showcase", "only_show_if_degraded", "start_date", "retired_at"),
    ]
    actions = None
