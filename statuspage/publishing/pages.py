"""Kinds of public page, told by each app in its own pages.py: shaped like Django's Sitemap and Feed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db.models import Model
from django.template.loader import render_to_string

from statuspage.publishing.models import StatusPage


class Page:
    """A kind of public page: what there is to show, where it lives, how it reads.

    Rendered without a request, so no user, session, token or message can leak into it.
    """

    template_name = ""

    def subjects(self) -> Iterable[Any]:
        """Everything that has such a page, best as a QuerySet; a page of its own kind has the one subject None."""
        return [None]

    def current(self) -> Iterable[Any]:
        """Subjects whose page may change whatever changed: what overviews show. A few at most."""
        return []

    def concerned(self, changed: Model) -> Iterable[Any]:
        """Subjects whose page tells of the changed object. Their number may not grow with the history."""
        return []

    def location(self, subject: Any) -> str:
        """The path at which readers find it."""
        raise NotImplementedError

    def context(self, subject: Any, page: StatusPage) -> dict[str, Any]:
        """What the template gets, besides the status page itself and the location."""
        return {}

    def body(self, subject: Any, page: StatusPage) -> bytes:
        """The finished document."""
        context = {"page": page, "location": self.location(subject), **self.context(subject, page)}
        return render_to_string(self.template_name, context).encode()


class Overview(Page):
    """A page that tells of everything at once, and is therefore rendered at every publish."""

    path = ""

    def current(self) -> Iterable[Any]:
        return self.subjects()

    def location(self, subject: Any) -> str:
        return self.path


registry: list[Page] = []
Kind = TypeVar("Kind", bound=type[Page])


def register(kind: Kind) -> Kind:
    """Make a kind of page part of the site."""
    registry.append(kind())
    return kind
