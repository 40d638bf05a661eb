"""The page that tells people how programs can read the others."""

import html
import json
import re

import pytest

from statuspage.publishing import store
from statuspage.publishing.pages import Overview, registry
from statuspage.publishing.press import publish
from tests.incidents.public_format import DOCUMENTS


@pytest.fixture
def guide(make_component, make_incident):
    page_of = {}
    make_incident({make_component("Berths"): "partial_outage", make_component("Crane"): "operational"})
    publish()
    page_of["en"], page_of["de"] = (store.find(location).decode() for location in ("/api", "/de/api"))
    return page_of


def test_its_example_is_what_the_page_really_answers(guide):
    [example] = re.findall(r"<pre tabindex=\"0\"><code>({.*?})</code></pre>", guide["en"], re.DOTALL)
    assert json.loads(html.unescape(example)) == json.loads(store.find("/api/v2/status.json"))


def test_every_document_is_named_and_there_in_every_language(guide):
    for text in guide.values():
        named = set(re.findall(r'href="(/api/v2/[^"]+)\.json"', text))
        assert named == {f"/api/v2/{name}" for name in DOCUMENTS}
    assert all(store.find(f"{address}.json") for address in named)


def test_feeds_are_named_where_the_site_has_them(guide, monkeypatch):
    there = [kind.location(None) for kind in registry if isinstance(kind, Overview)]
    named = {one for one in ("/history.atom", "/history.rss", "/maintenance.ics", "/badge.svg") if one in there}
    assert set(re.findall(r'href="(/[\w.]+\.(?:atom|rss|ics|svg))"', guide["en"])) == named

    class Badge(Overview):
        path = "/badge.svg"

        def body(self, subject, page):
            return b"<svg/>"

    monkeypatch.setattr("statuspage.incidents.pages.guide.registry", [Badge()])
    publish()
    assert 'href="/badge.svg"' in store.find("/api").decode()


def test_the_words_of_the_verdict_are_told_as_documents_have_them(guide):
    for text in guide.values():
        assert re.findall(r'<td><code>(\w+)</code></td><td lang="en">([^<]+)</td>', text) == [
            ("critical", "Major System Outage"),
            ("major", "Partial System Outage"),
            ("minor", "Minor Service Outage"),
            ("minor", "Partially Degraded Service"),
            ("maintenance", "Service Under Maintenance"),
            ("none", "All Systems Operational"),
        ]


def test_every_page_leads_to_it(guide):
    assert '<a href="/api">Feeds and API</a>' in store.find("/").decode()
    assert '<a href="/de/api">' in store.find("/de/").decode()
