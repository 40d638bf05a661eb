from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from statuspage.publishing.models import StatusPage
from statuspage.publishing.services import republish_soon


@admin.register(StatusPage)
class StatusPageAdmin(admin.ModelAdmin):
    fields = ["name", "time_zone", "accent", "support_url", "about"]

    def save_model(self, request: HttpRequest, obj: StatusPage, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        republish_soon()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: StatusPage | None = None) -> bool:
        return False
