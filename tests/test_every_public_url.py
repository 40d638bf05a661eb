"""Every address of the public site: how it is answered, and that no link on it is broken."""

from __future__ import annotations

import mimetypes
from io import BytesIO
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import html5lib
import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.core.signals import request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.urls import Resolver404, resolve

from statuspage.publishing import store
from statuspage.publishing.press import publish
from statuspage.publishing.serving import EMBED_HEADERS, PAGE_CACHE, SECURITY_HEADERS, PublicFiles

SHARED = {".json", ".atom", ".rss", ".ics", ".svg", ".js", ".xml", ".txt", ".png"}
TYPES = {
    "": "text/html; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".atom": "application/atom+xml; charset=utf-8",
    ".rss": "application/rss+xml; charset=utf-8",
    ".ics": "text/calendar; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
}
LINKS = {"a": "href", "link": "href", "script": "src", "img": "src", "form": "action", "iframe": "src"}


@pytest.fixture
def site(page, public):
    """The demo's site: its address by file, and the application that answers."""
    call_command("load_demo")
    publish()
    # A request of its own begins with a connection of its own; here it has to be that of the test.
    request_started.disconnect(close_old_connections)
    yield PublicFiles(get_wsgi_application(), root=public)
    request_started.connect(close_old_connections)


def locations(public: Path) -> list[str]:
    """The address of every stored file."""
    found = []
    for path in public.rglob("*"):
        if path.is_file() and not path.name.startswith(".") and path.suffix not in {".gz", ".br"}:
            name = f"/{path.relative_to(public).as_posix()}"
            found.append(
                name.removesuffix("index.html") if name.endswith("/index.html") else name.removesuffix(".html")
            )
    return sorted(found)


def ask(site, location: str, **headers: str):
    started = []
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": location, "SERVER_NAME": "localhost", "SERVER_PORT": "8000"}
    body = b"".join(site(environ | headers | {"wsgi.input": BytesIO()}, lambda *said: started.append(said)))
    [(status, given, *_)] = started
    return int(status.split()[0]), dict(given), body


def test_every_address_is_answered_as_it_should_be(site, public):
    addresses = [location for location in locations(public) if not location.endswith("/404")]
    assert len(addresses) > 150
    for location in addresses:
        status, headers, body = ask(site, location)
        suffix = Path(location).suffix
        assert (location, status, bool(body)) == (location, 200, True)
        kind = TYPES.get(suffix) or mimetypes.guess_type(location)[0]
        assert (location, headers["Content-Type"]) == (location, kind)
        assert (location, headers["Cache-Control"]) == (location, PAGE_CACHE)
        wanted = EMBED_HEADERS if location.endswith("/embed") else SECURITY_HEADERS
        assert (location, wanted.items() <= headers.items()) == (location, True)
        assert (location, headers.get("Access-Control-Allow-Origin")) == (location, "*" if suffix in SHARED else None)
        again, _, nothing = ask(site, location, HTTP_IF_NONE_MATCH=headers["ETag"])
        assert (location, again, nothing) == (location, 304, b"")


def test_no_link_is_broken(site, public):
    known = set(locations(public))
    broken = set()
    for location in known:
        if Path(location).suffix:
            continue
        tree = html5lib.parse(store.find(location), namespaceHTMLElements=False)
        anchors = {element.get("id") for element in tree.iter()}
        for element in tree.iter():
            target = isinstance(element.tag, str) and element.get(LINKS.get(element.tag, ""))
            if target and _is_broken(target, location, known, anchors):
                broken.add((location, target))
    assert broken == set()


def test_the_search_is_answered_in_every_language_with_the_headers_of_every_page(site, page):
    for language in page.languages:
        location = "/search" if language == page.locale else f"/{language}/search"
        status, headers, body = ask(site, location, QUERY_STRING="q=checkout")
        assert (location, status, headers["Content-Type"]) == (location, 200, TYPES[""])
        assert SECURITY_HEADERS.items() <= headers.items()
        assert headers["Cache-Control"] == "no-store, private"
        tree = html5lib.parse(body, namespaceHTMLElements=False)
        assert tree.get("lang") == language
        links = {element.get("href") for element in tree.iter("a")}
        assert len([link for link in links if "/incidents/" in link]) > 1
        known = set(locations(settings.PUBLIC_ROOT))
        anchors = {element.get("id") for element in tree.iter()}
        assert [link for link in links if _is_broken(link, location, known, anchors)] == []


def _is_broken(target: str, location: str, known: set[str], anchors: set[str | None]) -> bool:
    parts = urlsplit(urljoin(settings.SITE_URL + location, target))
    if f"{parts.scheme}://{parts.netloc}" != settings.SITE_URL:
        return False
    if parts.path == location and parts.fragment:
        return parts.fragment not in anchors
    if parts.path.startswith("/static/"):
        return not finders.find(parts.path.removeprefix("/static/"))
    return parts.path not in known and not _resolves(parts.path)


def _resolves(path: str) -> bool:
    try:
        match = resolve(path)
    except Resolver404:
        return False
    # Its last pattern takes any path below a language.
    return match.func.__name__ != "in_language"


def test_every_page_names_the_same_page_in_every_language(site, public, page):
    known = set(locations(public))
    for location in known:
        # A frame on another site is no place to change the language.
        if Path(location).suffix or location.endswith("/embed"):
            continue
        tree = html5lib.parse(store.find(location), namespaceHTMLElements=False)
        alternates = {
            link.get("hreflang"): link.get("href").removeprefix(settings.SITE_URL)
            for link in tree.iter("link")
            if link.get("hreflang")
        }
        assert (location, set(alternates)) == (location, {*page.languages, "x-default"})
        assert (location, set(alternates.values()) <= known) == (location, True)
        assert (location, location in alternates.values()) == (location, True)
        assert tree.get("lang") in page.languages
