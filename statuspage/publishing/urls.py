"""Addresses of languages that are no files."""

from django.conf import settings
from django.urls import re_path

from statuspage.publishing import views

LANGUAGES = "|".join(code for code, _ in settings.LANGUAGES)

urlpatterns = [re_path(rf"^(?P<language>{LANGUAGES})(?P<rest>/.*)?$", views.in_language)]
