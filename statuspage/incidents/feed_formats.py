"""The three formats of a feed: Atom (RFC 4287), RSS 2.0 and JSON Feed 1.1."""

from __future__ import annotations

import json
from datetime import datetime
from email.utils import format_datetime

from statuspage.incidents.feed import Entry, Feed
from statuspage.publishing.times import machine
from statuspage.publishing.xml import Document, speakable

ATOM = "http://www.w3.org/2005/Atom"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
# Statuspage adds an element of its own to RSS without saying whose it is, which RSS 2.0 forbids. A namespace declared
# on the element itself makes it valid, and leaves its name as those programs look for it that know Statuspage.
MAINTENANCE = "tag:candor,2026:maintenance"


def atom(feed: Feed) -> bytes:
    """As Statuspage writes it, element by element, but for `updated` of the feed, which there is the time of asking."""
    xml = Document()
    with xml.inside("feed", {"xml:lang": feed.page.locale, "xmlns": ATOM}):
        xml.add("id", feed.id)
        xml.add("link", attributes={"rel": "alternate", "type": "text/html", "href": feed.home})
        xml.add("link", attributes={"rel": "self", "type": "application/atom+xml", "href": feed.url})
        xml.add("title", feed.title)
        xml.add("updated", machine(feed.updated))
        with xml.inside("author"):
            xml.add("name", feed.page.name)
        for entry in feed.entries:
            _atom_entry(xml, entry)
    return xml.finished()


def _atom_entry(xml: Document, entry: Entry) -> None:
    with xml.inside("entry"):
        xml.add("id", entry.id)
        xml.add("published", machine(entry.published))
        xml.add("updated", machine(entry.updated))
        xml.add("link", attributes={"rel": "alternate", "type": "text/html", "href": entry.url})
        xml.add("title", entry.title)
        xml.add("content", entry.content, {"type": "html"})


def rss(feed: Feed) -> bytes:
    """As Statuspage writes it, times in the page's zone and some of them ahead; the guid is the address itself.

    It deviates twice: the channel's pubDate is that of its last edit, not of the request, and the channel's description
    is a sentence, not the name of another product.
    """
    xml = Document()
    with xml.inside("rss", {"version": "2.0", "xmlns:dc": DUBLIN_CORE}), xml.inside("channel"):
        xml.add("title", feed.title)
        xml.add("link", feed.home)
        xml.add("description", feed.description)
        xml.add("pubDate", _mail_date(feed.updated, feed))
        for entry in feed.entries:
            _rss_item(xml, entry, feed)
    return xml.finished()


def _rss_item(xml: Document, entry: Entry, feed: Feed) -> None:
    with xml.inside("item"):
        xml.add("title", entry.title)
        xml.add("description", entry.content)
        xml.add("pubDate", _mail_date(entry.published, feed))
        if entry.until:
            xml.add("maintenanceEndDate", _mail_date(entry.until, feed), {"xmlns": MAINTENANCE})
        xml.add("link", entry.url)
        xml.add("guid", entry.url)


def json_feed(feed: Feed) -> bytes:
    """The same entries under the same ids, for programs that would rather not read XML."""
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": feed.url,
        "description": feed.description,
        "authors": [{"name": speakable(feed.page.name), "url": feed.page.url}],
        "language": feed.page.locale,
        "items": [_item(entry) for entry in feed.entries],
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def _item(entry: Entry) -> dict[str, object]:
    return {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "content_html": entry.content,
        "date_published": machine(entry.published),
        "date_modified": machine(entry.updated),
        "tags": entry.tags,
    }


def _mail_date(moment: datetime, feed: Feed) -> str:
    """“Tue, 16 Jan 2024 12:00:00 +0000”, in the page's zone."""
    return format_datetime(moment.astimezone(feed.page.zone).replace(microsecond=0))
