"""Whatever people type, every feed and calendar stays one that strict readers take."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import etree

from statuspage.incidents.models import Incident
from statuspage.incidents.services import open_incident, schedule_maintenance
from statuspage.publishing import store
from statuspage.publishing.models import StatusPage
from statuspage.publishing.press import publish, publish_overviews
from statuspage.publishing.wording import is_visible
from tests.conftest import NOW
from tests.incidents.feeds import check, events, read

HOUR = timedelta(hours=1)
HOSTILE = (
    "\x00\x01\x0b\x1b\x7f\x9f\ufffe\uffff]]><!-- <script>alert(1)</script> & \"'\\;,\n\r\u2028\U0001f6f3 𝒽 ﷽ \u202eRTL"
)
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=200)


def test_every_feed_of_a_real_history_is_valid(page, public):
    call_command("load_demo")
    publish()
    paths = sorted(f"/{path.relative_to(public)}" for path in public.rglob("*") if path.is_file())
    feeds = [path for path in paths if path.endswith((".atom", ".rss")) or path == "/feed.json"]
    assert len(feeds) > 40
    for path in feeds:
        read(path)
    calendars = [path for path in paths if path.endswith(".ics")]
    assert len(calendars) > 10
    for path in calendars:
        events(path)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=words.filter(is_visible), body=words.filter(is_visible), owner=words)
@example(name=HOSTILE, body=HOSTILE, owner=HOSTILE[1:90])
@example(name="x" * 300, body="ü€🚢" * 200, owner="🚢" * 100)
def test_hostile_words_break_no_format(page, name, body, owner):
    Incident.objects.all().delete()
    StatusPage.objects.update(name=owner[:100], translations=[])
    with time_machine.travel(NOW, tick=False):
        open_incident(name=name, status="investigating", body=body, affected={}, author=None, at=NOW)
        window = {"scheduled_for": NOW + HOUR, "scheduled_until": NOW + 2 * HOUR}
        schedule_maintenance(name=name, body=body, components=[], author=None, at=NOW, **window)
        publish_overviews()
        for location in ("/history.atom", "/history.rss", "/feed.json"):
            told = read(location)
            assert len(told.get("entries") or told["items"]) == 2
        assert len(events()) == 1
        etree.fromstring(store.find("/badge.svg"))


def test_hostile_words_stay_words_in_a_feed(make_incident):
    make_incident(name="<b>&amp;</b>", body="<script>alert(1)</script>")
    publish()
    entry = read("/feed.json")["items"][0]
    assert entry["title"] == "<b>&amp;</b>"
    assert "&lt;script&gt;" in entry["content_html"]
    assert read("/history.rss").entries[0].title == "<b>&amp;</b>"


@pytest.mark.parametrize(
    ("format", "broken"),
    [
        ("atom", b"<feed xmlns='http://www.w3.org/2005/Atom'><id>x</id></feed>"),
        ("rss", b"<rss version='2.0'><channel><title/><link>http://a/</link><description/><end/></channel></rss>"),
    ],
)
def test_the_strict_check_is_strict(format, broken):
    with pytest.raises(AssertionError):
        check(broken, format)
