"""Kinds of public page, told by each app in its own pages.py: shaped like Django's Sitemap and Feed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db.models import Model
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from statuspage.publishing.models import StatusPage


class Page:
    """A kind of public page: what there is to show, where it lives, how it reads.

    Rendered without a request, so no user, session, token or message can leak into it.
    """

    template_name = ""
    # A request does not wait for it: the clock or a worker publishes it within a second.
    deferred = False
    # Search engines are told of those that people read, unless this says otherwise.
    listed = True

    @property
    def translated(self) -> bool:
        """Whether it exists in each language: what people read does, what programs read does not."""
        return self.template_name.endswith(".html")

    def subjects(self) -> Iterable[Any]:
        """Everything that has such a page, best as a QuerySet; a page of its own kind has the one subject None."""
        return [None]

    def current(self) -> Iterable[Any]:
        """Subjects whose page may change whatever changed: what overviews show. A few at most, unless deferred."""
        return []

    def concerned(self, changed: Model) -> Iterable[Any]:
        """Subjects whose page tells of the changed object. Their number may not grow with the history."""
        return []

    def location(self, subject: Any) -> str:
        """The path at which readers find it, in the language of the page itself."""
        raise NotImplementedError

    def context(self, subject: Any, page: StatusPage) -> dict[str, Any]:
        """What the template gets, besides the status page itself, the location and the languages."""
        return {}

    def body(self, subject: Any, page: StatusPage) -> bytes | None:
        """The finished document, in the active language; None where there is none now, nor may an older one stay."""
        location = self.location(subject)
        context = {"page": page, "location": location, **in_languages(page, location), **self.context(subject, page)}
        return render_to_string(self.template_name, context).encode()


class Overview(Page):
    """A page that tells of everything at once, and is therefore rendered at every publish."""

    path = ""

    def current(self) -> Iterable[Any]:
        return self.subjects()

    def location(self, subject: Any) -> str:
        return self.path


def prefix(page: StatusPage, language: str) -> str:
    """What stands before the path of a page in a language: nothing for the page's own, else such as /de."""
    return "" if language == page.locale else f"/{language}"


def in_languages(page: StatusPage, location: str) -> dict[str, Any]:
    """What templates need to link within the active language, from a page to the same page in others, and to say in
    which language the words are that people wrote here."""
    alternates = [(code, f"{prefix(page, code)}{location}") for code in page.languages]
    here = prefix(page, translation.get_language() or page.locale)
    written = format_html('lang="{}" dir="auto"', page.locale) if here else mark_safe('dir="auto"')
    return {"prefix": here, "alternates": alternates, "written": written}


registry: list[Page] = []
Kind = TypeVar("Kind", bound=type[Page])


def register(kind: Kind) -> Kind:
    """Make a kind of page part of the site."""
    registry.append(kind())
    return kind
