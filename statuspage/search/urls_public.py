"""Where the public looks for incidents."""

from django.urls import re_path

from statuspage.publishing.urls import LANGUAGES
from statuspage.search import views

urlpatterns = [re_path(rf"^(?:(?P<language>{LANGUAGES})/)?search$", views.public)]
