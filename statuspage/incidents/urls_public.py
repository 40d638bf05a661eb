"""Addresses that the public may ask for and that are no files."""

from django.urls import path, re_path

from statuspage.incidents import views_past, views_public
from statuspage.publishing.urls import LANGUAGES

urlpatterns = [
    re_path(rf"^(?:(?P<language>{LANGUAGES})/)?history$", views_public.numbered_history),
    path("past", views_past.for_everyone),
    path("history.json", views_public.history_beyond),
]
