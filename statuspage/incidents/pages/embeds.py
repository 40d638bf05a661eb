"""What other sites show of the page: badges, a frame, a notice, and the picture beside a link.

No request waits for any of it; it follows within a second.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone, translation

from statuspage.components.models import Component
from statuspage.incidents.badge import badge
from statuspage.incidents.card import card
from statuspage.incidents.overview import ALL_DOWN, ROLL_UP
from statuspage.incidents.pages.of_parts import PageOfComponent
from statuspage.incidents.present import present
from statuspage.incidents.templatetags.incidents import tone
from statuspage.publishing.models import StatusPage
from statuspage.publishing.pages import Overview, register


@register
class PageBadge(Overview):
    """How everything is, in one badge."""

    path = "/badge.svg"
    template_name = "public/badge.svg"
    deferred = True

    def context(self, subject: None, page: StatusPage) -> dict[str, Any]:
        state = present(page)
        return badge(page.name, state.description, tone(state.mood))


@register
class ComponentBadge(PageOfComponent):
    """How one component is. One that was retired has none: nobody says any more how it is."""

    template_name = "public/badge.svg"

    def location(self, subject: Component) -> str:
        return f"/components/{subject.code}/badge.svg"

    def context(self, subject: Component, page: StatusPage) -> dict[str, Any]:
        status = present(page).status_of(subject)
        return badge(subject.name, str(status.label), tone(status))

    def body(self, subject: Component, page: StatusPage) -> bytes | None:
        return None if subject.is_retired(timezone.now()) else super().body(subject, page)


@register
class Embed(Overview):
    """The status in small, for a frame on another site."""

    path = "/embed"
    template_name = "public/embed.html"
    deferred = True
    listed = False

    def context(self, subject: None, page: StatusPage) -> dict[str, Any]:
        return {"state": present(page)}


@register
class Widget(Overview):
    """A script for other sites: a notice appears there while something is wrong here."""

    path = "/widget.js"
    template_name = "public/widget.js"
    deferred = True

    def context(self, subject: None, page: StatusPage) -> dict[str, Any]:
        verdicts = [words for _, words in (*ROLL_UP.values(), ALL_DOWN)]
        told = [str(words) for words in verdicts]
        # The API speaks English, whatever the page speaks.
        with translation.override("en"):
            return {"verdicts": list(zip((str(words) for words in verdicts), told, strict=True))}


@register
class Card(Overview):
    """The picture beside a link to the page."""

    path = "/card.png"
    deferred = True

    def body(self, subject: None, page: StatusPage) -> bytes:
        state = present(page)
        look = tone(state.mood)
        return card(page.name, state.description, look, accent=page.accent, host=urlsplit(page.url).netloc)
