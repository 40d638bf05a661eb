"""What the public gets of subscriptions: forms, which are files like all that is public, and are posted to Django."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Model
from django.template.loader import render_to_string

from statuspage.components.models import Component, ComponentGroup
from statuspage.publishing.models import StatusPage
from statuspage.publishing.pages import Page, in_languages, register
from statuspage.subscribers.forms import LinkForm, SubscribeForm

SUBSCRIBE, SENT, LINK = "/subscribe", "/subscribe/sent", "/subscriptions/link"


@register
class SubscribePage(Page):
    """The form that asks for a subscription; no request waits for it, since no news stands on it."""

    template_name = "public/subscribe.html"
    deferred = True

    def location(self, subject: None) -> str:
        return SUBSCRIBE

    def concerned(self, changed: Model) -> Iterable[None]:
        return [None] if isinstance(changed, Component | ComponentGroup) else []

    def context(self, subject: None, page: StatusPage) -> dict[str, Any]:
        return {"form": SubscribeForm(page=page)}


@register
class SentPage(Page):
    """What everybody is told who asked for something, whoever they are."""

    template_name = "public/subscribe_sent.html"
    deferred = True
    listed = False

    def location(self, subject: None) -> str:
        return SENT


@register
class LinkPage(Page):
    """The form that asks for a link to one's preferences."""

    template_name = "public/subscribe_link.html"
    deferred = True
    listed = False

    def location(self, subject: None) -> str:
        return LINK

    def context(self, subject: None, page: StatusPage) -> dict[str, Any]:
        return {"form": LinkForm()}


def rendered(template_name: str, page: StatusPage, location: str, **told: Any) -> str:
    """A page in the active language that is answered once, and is no file; `location` is where its like is found."""
    return render_to_string(template_name, {"page": page, "location": location, **in_languages(page, location), **told})
