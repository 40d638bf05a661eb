"""How search engines, chats and feed readers find the pages."""

import json
from datetime import timedelta

import html5lib
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from statuspage.incidents.pages import discovery
from statuspage.incidents.services import post_update, schedule_maintenance
from statuspage.publishing import store
from statuspage.publishing.press import publish, publish_at_once, publish_owed
from tests.conftest import NOW
from tests.incidents.feeds import check

HOUR = timedelta(hours=1)
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LINK = "{http://www.w3.org/1999/xhtml}link"


@pytest.fixture
def few(page, monkeypatch):
    """The page in two languages, with small sitemaps."""
    page.translations = ["en", "de"]
    page.save()
    monkeypatch.setattr(discovery, "CHUNK", 3)


def sitemaps():
    index = check(store.find("/sitemap.xml"), "sitemap")
    return [loc.text.removeprefix("http://localhost:8000") for loc in index.iter(f"{MAP}loc")]


def listed():
    """Address and date of all that the sitemaps list."""
    found = [url for path in sitemaps() for url in check(store.find(path), "sitemap").iter(f"{MAP}url")]
    return {url.findtext(f"{MAP}loc").removeprefix("http://localhost:8000"): url for url in found}


def head(location):
    return html5lib.parse(store.find(location), namespaceHTMLElements=False).find("head")


def meta(location):
    found = head(location).iterfind("meta")
    return {one.get("property") or one.get("name"): one.get("content") for one in found}


def test_robots_may_read_everything_and_are_shown_the_sitemap(page):
    publish()
    assert store.find("/robots.txt") == b"User-agent: *\nAllow: /\n\nSitemap: http://localhost:8000/sitemap.xml\n"


def test_the_sitemaps_list_every_page_of_every_language_once(few, public, make_incident):
    for number in range(8):
        make_incident(name=f"Incident {number}", status="resolved", at=NOW - number * 24 * HOUR)
    publish()
    pages = {f"/{path.relative_to(public).with_suffix('')}" for path in public.rglob("*.html")}
    unlisted = {"/404", "/embed", "/subscribe/sent", "/subscriptions/link"}
    pages = {path.removesuffix("index") for path in pages} - unlisted - {f"/de{path}" for path in unlisted}
    pages = {path.rstrip("/") if path == "/de/" else path for path in pages}
    assert {path.rstrip("/") if path == "/de/" else path for path in listed()} == pages
    assert len(sitemaps()) > 3


def test_each_address_names_its_alternates_and_its_last_change(few, make_incident):
    incident = make_incident()
    post_update(incident, status="identified", body="Found.", affected={}, author=None, at=NOW + HOUR)
    publish()
    urls = listed()
    for path in (incident.path, f"/de{incident.path}"):
        assert urls[path].findtext(f"{MAP}lastmod") == "2026-11-21T10:00:00Z"
        assert {link.get("hreflang"): link.get("href") for link in urls[path].iter(LINK)} == {
            "en": f"http://localhost:8000{incident.path}",
            "de": f"http://localhost:8000/de{incident.path}",
            "x-default": f"http://localhost:8000{incident.path}",
        }


def test_a_change_writes_one_sitemap_anew_however_many_there_are(few, make_incident, monkeypatch):
    incidents = [make_incident(name=f"Incident {number}") for number in range(12)]
    publish()
    put = []
    monkeypatch.setattr(store, "put", lambda location, body: put.append(location))
    publish(incidents[5])
    assert len([location for location in put if "sitemap" in location]) == 1
    put.clear()
    publish_at_once(incidents[5])
    assert [location for location in put if "sitemap" in location] == []


def test_the_queries_of_a_change_do_not_grow_with_the_sitemaps(few, make_incident):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            publish(incident)
        return len(seen)

    incident = make_incident()
    make_incident(status="resolved", at=NOW - HOUR)
    publish()
    before = queries()
    for number in range(12):
        make_incident(status="resolved", at=NOW - number * HOUR)
    publish()
    assert queries() == before


def test_a_draft_is_in_no_sitemap(few, make_incident):
    from postmortems.models import Postmortem

    incident = make_incident(status="resolved")
    postmortem = Postmortem.objects.create(incident=incident)
    publish()
    publish(postmortem)
    assert not any("postmortem" in path for path in listed())
    assert store.find("/sitemap-postmortempage-0.xml") is None


def test_a_shared_link_tells_title_words_and_picture(make_incident):
    incident = make_incident(name='Ships "wait" & <drift>')
    publish()
    told = meta(incident.path)
    assert told["og:title"] == 'Ships "wait" & <drift> · Harbour Status' == head(incident.path).findtext("title")
    assert told["og:description"] == told["description"] == "Incident Report for Harbour. Investigating."
    assert told["og:url"] == f"http://localhost:8000{incident.path}"
    assert (told["og:type"], meta("/")["og:type"]) == ("article", "website")
    assert told["og:image"] == "http://localhost:8000/card.png"
    assert told["og:image:alt"] == "The current status of Harbour"
    assert told["twitter:card"] == "summary_large_image"
    assert meta(f"/de{incident.path}")["og:url"] == f"http://localhost:8000/de{incident.path}"


def test_pages_name_their_feeds(make_incident):
    incident = make_incident()
    publish()
    for path, more in (("/", []), ("/de/history", []), (incident.path, [f"{incident.path}.atom"])):
        links = [link for link in head(path).iterfind("link") if link.get("rel") == "alternate" and link.get("type")]
        assert [link.get("href") for link in links] == ["/history.atom", "/history.rss", "/feed.json", *more]
        assert all(link.get("title") and store.find(link.get("href")) for link in links)


class TestStructuredData:
    """What an incident is, in the words of schema.org."""

    def of(self, incident):
        [data] = [one for one in head(incident.path).findall("script") if one.get("type") == "application/ld+json"]
        return json.loads(data.text)

    def test_an_incident_is_a_report_written_while_it_goes_on(self, make_incident):
        incident = make_incident(name="</script><b>", body="</script>\u2028 & <!--")
        publish()
        told = self.of(incident)
        assert (told["@type"], told["headline"]) == ("LiveBlogPosting", "</script><b>")
        assert told["liveBlogUpdate"][0]["articleBody"] == "</script>\u2028 & <!--"
        assert "coverageEndTime" not in told
        post_update(incident, status="resolved", body="Over.", affected={}, author=None, at=NOW + HOUR)
        publish_owed()
        assert self.of(incident)["coverageEndTime"] == "2026-11-21T10:00:00Z"

    def test_maintenance_is_an_event(self, page):
        window = {"scheduled_for": NOW + HOUR, "scheduled_until": NOW + 2 * HOUR}
        maintenance = schedule_maintenance(name="Paint", body="Wet.", components=[], author=None, at=NOW, **window)
        publish()
        told = self.of(maintenance)
        assert (told["@type"], told["startDate"]) == ("Event", "2026-11-21T10:00:00Z")
        assert told["eventStatus"] == "https://schema.org/EventScheduled"
