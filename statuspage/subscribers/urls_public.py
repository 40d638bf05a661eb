"""Addresses at which the public subscribes, and those that only a mail leads to."""

from django.urls import path, re_path

from statuspage.publishing.urls import LANGUAGES
from statuspage.subscribers import views, views_passes

app_name = "subscriptions"
urlpatterns = [
    re_path(rf"^(?:(?P<language>{LANGUAGES})/)?subscribe$", views.subscribe, name="subscribe"),
    re_path(rf"^(?:(?P<language>{LANGUAGES})/)?subscriptions/link$", views.link, name="link"),
    # The addresses of a Statuspage's own forms.
    path("subscriptions/new-email", views.new_email),
    path("subscriptions/webhook.json", views.new_webhook),
    path("subscriptions/incident.json", views.new_follower),
    path("subscriptions/confirm/<str:given>", views_passes.confirm, name="confirm"),
    path("subscriptions/manage/<str:given>", views_passes.manage, name="manage"),
    path("subscriptions/unsubscribe/<str:given>", views_passes.unsubscribe, name="unsubscribe"),
]
