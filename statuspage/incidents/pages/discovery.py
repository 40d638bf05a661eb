"""What search engines read to find the pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.db.models import F, Model, QuerySet

from statuspage.publishing.models import StatusPage
from statuspage.publishing.pages import Overview, Page, prefix, register, registry
from statuspage.publishing.times import machine
from statuspage.publishing.xml import Document

SITEMAP = {"xmlns": "http://www.sitemaps.org/schemas/sitemap/0.9", "xmlns:xhtml": "http://www.w3.org/1999/xhtml"}
# Far from the 50,000 addresses that a sitemap may hold, in whatever many languages: one change writes one of them anew.
CHUNK = 250


class Chunk(NamedTuple):
    """The pages of a kind whose subjects have neighbouring keys; of no kind: all that are few."""

    kind: Page | None = None
    number: int = 0

    @property
    def path(self) -> str:
        name = f"{type(self.kind).__name__.lower()}-{self.number}" if self.kind else "pages"
        return f"/sitemap-{name}.xml"

    def pages(self) -> Iterator[tuple[str, Any]]:
        """The address of each page, in the page's own language, with its subject."""
        if self.kind:
            keys = {"pk__gte": self.number * CHUNK, "pk__lt": (self.number + 1) * CHUNK}
            for row in _rows(self.kind).filter(**keys).order_by("pk"):
                yield self.kind.location(row), row
            return
        for kind in _listed():
            subjects = kind.subjects()
            if not isinstance(subjects, QuerySet):
                yield from ((kind.location(subject), subject) for subject in subjects)


@register
class Robots(Overview):
    """Everybody may read everything that is public."""

    path = "/robots.txt"
    deferred = True

    def body(self, subject: None, page: StatusPage) -> bytes:
        return f"User-agent: *\nAllow: /\n\nSitemap: {page.url}/sitemap.xml\n".encode()


@register
class SitemapIndex(Page):
    """The list of all sitemaps. It grows with the history, so only the night writes it: one more is rarely needed."""

    deferred = True

    def location(self, subject: None) -> str:
        return "/sitemap.xml"

    def body(self, subject: None, page: StatusPage) -> bytes:
        xml = Document()
        with xml.inside("sitemapindex", {"xmlns": SITEMAP["xmlns"]}):
            for chunk in _chunks():
                with xml.inside("sitemap"):
                    xml.add("loc", f"{page.url}{chunk.path}")
        return xml.finished()


@register
class Sitemap(Page):
    """The addresses of all pages of the site, in every language, with their alternates.

    A change writes the one sitemap anew that holds its pages, however long the history is; new months and whole new
    sitemaps wait for the night.
    """

    deferred = True

    def subjects(self) -> Iterable[Chunk]:
        return _chunks()

    def concerned(self, changed: Model) -> Iterable[Chunk]:
        for kind in _numerous():
            rows = _rows(kind)
            # What is not public has no page; a sitemap must not be empty.
            if rows.model is type(changed) and rows.filter(pk=changed.pk).exists():
                yield Chunk(kind, changed.pk // CHUNK)

    def location(self, subject: Chunk) -> str:
        return subject.path

    def body(self, subject: Chunk, page: StatusPage) -> bytes:
        xml = Document()
        with xml.inside("urlset", SITEMAP):
            for location, told in subject.pages():
                changed = getattr(told, "updated_at", None)
                _add_in_every_language(xml, page, location, lastmod=machine(changed) if changed else "")
        return xml.finished()


def _add_in_every_language(xml: Document, page: StatusPage, location: str, *, lastmod: str) -> None:
    addresses = {language: f"{page.url}{prefix(page, language)}{location}" for language in page.languages}
    for address in addresses.values():
        with xml.inside("url"):
            xml.add("loc", address)
            if lastmod:
                xml.add("lastmod", lastmod)
            if len(addresses) > 1:
                for language, other in [*addresses.items(), ("x-default", addresses[page.locale])]:
                    xml.add("xhtml:link", attributes={"rel": "alternate", "hreflang": language, "href": other})


def _listed() -> list[Page]:
    return [kind for kind in registry if kind.translated and kind.listed]


def _numerous() -> list[Page]:
    """Those whose pages may be so many that they need sitemaps of their own."""
    return [kind for kind in _listed() if isinstance(kind.subjects(), QuerySet)]


def _rows(kind: Page) -> QuerySet[Any]:
    """The subjects of such a kind, without what only the pages themselves tell."""
    subjects = kind.subjects()
    if not isinstance(subjects, QuerySet):
        raise TypeError(f"{type(kind).__name__} has no rows.")
    return subjects.prefetch_related(None).order_by()


def _chunks() -> Iterator[Chunk]:
    yield Chunk()
    for kind in _numerous():
        numbers = _rows(kind).values_list(F("pk") / CHUNK, flat=True).distinct()
        yield from (Chunk(kind, number) for number in sorted(numbers))
