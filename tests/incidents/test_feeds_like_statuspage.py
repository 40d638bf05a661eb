"""Beside a real feed of Statuspage ours has the same shape, so that whatever reads one reads the other."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
import time_machine
from lxml import etree

from statuspage.incidents.services import post_update
from statuspage.publishing import store
from statuspage.publishing.press import publish
from tests.conftest import NOW

REAL = Path(__file__).parents[2].parent / "shared" / "dumps" / "github-history.atom"
pytestmark = pytest.mark.skipif(not REAL.is_file(), reason="needs ../shared beside the checkout")

PARAGRAPH = re.compile(
    r"<p> ?<small>[A-Z][a-z]{2} <var data-var='date'>[ \d]\d</var>, <var data-var='time'>\d\d:\d\d</var> [A-Z]+</small>"
    r"<br> ?<strong>(Investigating|Identified|Monitoring|Resolved|Update)</strong> - (?:(?!</?p>).)+</p>",
    re.DOTALL,
)


@pytest.fixture
def feeds(page, make_incident):
    """Theirs and ours."""
    with time_machine.travel(NOW, tick=False):
        for number in range(26):
            incident = make_incident(name=f"Incident {number}", body="We look.\nStill.")
            for status in ("investigating", "identified", "resolved"):
                post_update(incident, status=status, body="One.\n\nTwo.", affected={}, author=None)
        publish()
    return etree.parse(REAL).getroot(), etree.fromstring(store.find("/history.atom"))


def shape(element):
    return [child.tag for child in element], sorted(element.attrib)


def test_feed_and_entries_hold_the_same_elements_in_the_same_order(feeds):
    theirs, ours = feeds
    assert shape(ours) == shape(theirs)
    for entry, other in zip(ours[6:], theirs[6:], strict=True):
        assert shape(entry) == shape(other)
        assert [shape(child) for child in entry] == [shape(child) for child in other]


def test_ids_and_times_are_written_alike(feeds):
    for root in feeds:
        ids = [element.text for element in root.iter("{*}id")]
        assert re.fullmatch(r"tag:[a-z0-9.]+,2005:/history", ids[0])
        assert all(re.fullmatch(r"tag:[a-z0-9.]+,2005:Incident/[a-z0-9]+", id) for id in ids[1:])
        times = [element.text for name in ("published", "updated") for element in root.iter(f"{{*}}{name}")]
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", time) for time in times)


def test_contents_are_nothing_but_such_paragraphs(feeds):
    for root in feeds:
        for content in root.iter("{*}content"):
            assert PARAGRAPH.findall(content.text)
            assert PARAGRAPH.sub("", content.text).strip() == ""


def test_the_oldest_label_is_never_update_and_a_status_is_named_once_in_a_row(feeds):
    for root in feeds:
        for content in root.iter("{*}content"):
            labels = PARAGRAPH.findall(content.text)[::-1]
            assert labels[0] != "Update"
            named = [label for label in labels if label != "Update"]
            assert all(one != next for one, next in pairwise(named))
