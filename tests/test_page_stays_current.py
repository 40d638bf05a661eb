"""A page left open keeps itself current: it asks, mostly hears that nothing changed, and says how fresh it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from statuspage.incidents.services import open_incident, post_update
from statuspage.publishing import store
from statuspage.publishing.press import publish
from tests.browser import tab

pytestmark = pytest.mark.browser

WAKE = "document.getElementById('live').dispatchEvent(new Event('wake'))"


@pytest.fixture
def answers():
    """The status of each answer that the open page got for itself, as they come."""
    return []


@pytest.fixture
def reader(chromium, site, make_component, answers):
    """Somebody who has the home page open."""
    make_component("Bookings", group="Harbour")
    publish()
    with tab(chromium, site) as page:
        page.goto("/")
        page.on("response", lambda answer: answers.append(answer.status) if answer.url == f"{site}/" else None)
        yield page


def ask(reader):
    with reader.expect_response(lambda answer: answer.url.endswith("/")):
        reader.evaluate(WAKE)


def declare(**said):
    said = {"status": "investigating", "body": "We are looking.", "affected": {}, "author": None} | said
    return open_incident(name="Ships wait", **said)


def test_what_happens_is_shown_without_reloading(reader):
    ask(reader)
    declare()
    ask(reader)
    reader.get_by_role("link", name="Ships wait", exact=True).wait_for()


def test_nothing_new_is_answered_with_304_and_folds_nothing(reader, answers):
    ask(reader)
    reader.locator("summary").first.click()
    ask(reader)
    ask(reader)
    assert answers == [200, 304, 304]
    assert not reader.locator("details").first.evaluate("element => element.open")


def test_what_a_reader_has_folded_stays_folded_when_news_come(reader):
    ask(reader)
    reader.locator("summary").first.click()
    declare()
    ask(reader)
    reader.get_by_role("link", name="Ships wait", exact=True).wait_for()
    assert not reader.locator("details").first.evaluate("element => element.open")


def test_a_group_that_nobody_has_folded_opens_when_something_in_it_breaks(chromium, site, make_component):
    parts = [make_component(f"Crane {number}", group="Harbour") for number in range(8)]
    publish()
    with tab(chromium, site) as reader:
        reader.goto("/")
        group = reader.locator("details").first
        assert not group.evaluate("element => element.open")
        declare(affected={parts[0]: "major_outage"})
        ask(reader)
        reader.get_by_role("link", name="Ships wait", exact=True).wait_for()
        assert group.evaluate("element => element.open")


def test_news_are_said_aloud(reader, make_component):
    declare(affected={make_component("Gates"): "major_outage"})
    ask(reader)
    reader.get_by_role("status").filter(has_text="Partial System Outage").wait_for(state="attached")


def test_a_hidden_tab_asks_for_nothing_and_catches_up_when_it_is_shown(reader, answers):
    reader.evaluate("Object.defineProperty(document, 'hidden', {get: () => window.away, configurable: true})")
    reader.evaluate("window.away = true")
    reader.evaluate(WAKE)
    reader.evaluate("window.away = false")
    with reader.expect_response(lambda answer: answer.url.endswith("/")):
        reader.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert answers == [200]


def test_an_open_incident_is_followed_to_its_end_and_then_left_in_peace(chromium, site, page):
    incident = declare()
    with tab(chromium, site) as reader:
        reader.goto(incident.path)
        post_update(incident, status="resolved", body="All is well.", affected={}, author=None)
        with reader.expect_response(lambda answer: answer.url.endswith(incident.path)):
            reader.evaluate(WAKE)
        reader.get_by_text("All is well.").wait_for()
        assert reader.locator("#live").get_attribute("data-hx-get") is None


def test_it_says_when_it_was_confirmed(reader):
    reader.get_by_text("Confirmed").wait_for()


def test_it_says_calmly_that_nobody_has_confirmed_it_for_long(reader):
    old = (timezone.now() - timedelta(minutes=10)).strftime("%Y-%m-%dT%H:%M:%SZ")
    store.put("/heartbeat.json", f'{{"confirmed_at": "{old}"}}'.encode())
    ask(reader)
    reader.get_by_text("Last confirmed 10 minutes ago. Newer information may be on its way.").wait_for()


def test_what_a_cdn_has_kept_counts_from_when_it_was_asked_for(reader):
    now = timezone.now()
    repeated = {"Date": f"{now:%a, %d %b %Y %H:%M:%S} GMT", "Age": "600", "Content-Type": "application/json"}
    kept = {"body": f'{{"confirmed_at": "{now:%Y-%m-%dT%H:%M:%SZ}"}}', "headers": repeated}
    reader.route("**/heartbeat.json", lambda route: route.fulfill(**kept))
    ask(reader)
    reader.get_by_text("Last confirmed 10 minutes ago.").wait_for()


class TestTimes:
    """The page's zone always; the reader's own, or time ago, on demand."""

    @pytest.fixture
    def reader(self, chromium, site, page):
        """Somebody in Tokyo."""
        declare(at=timezone.now() - timedelta(hours=2, minutes=5))
        publish()
        with tab(chromium, site, timezone_id="Asia/Tokyo") as page:
            page.goto("/")
            yield page

    def test_they_stand_in_the_pages_zone(self, reader):
        assert "WE" in reader.locator(".posted time").inner_text()

    def test_they_can_be_told_in_the_readers_own(self, reader):
        reader.get_by_role("button", name="In my time zone").click()
        assert "GMT+9" in reader.locator(".posted time").inner_text()
        assert "WE" in reader.locator(".posted time").get_attribute("title")

    def test_the_foot_of_the_page_names_the_zone_that_they_are_told_in(self, reader):
        foot = reader.locator(".colophon")
        assert "Times in Europe/Lisbon" in foot.inner_text()
        reader.get_by_role("button", name="In my time zone").click()
        reader.reload()
        assert "Times in Asia/Tokyo" in foot.inner_text()
        reader.get_by_role("button", name="As time ago").click()
        assert "Times in Europe/Lisbon" in foot.inner_text()

    def test_they_can_be_told_as_time_ago(self, reader):
        reader.get_by_role("button", name="As time ago").click()
        assert reader.locator(".posted time").inner_text() == "2 hours ago"

    def test_the_choice_is_remembered_and_can_be_taken_back(self, reader):
        reader.get_by_role("button", name="As time ago").click()
        reader.reload()
        assert reader.locator(".posted time").inner_text() == "2 hours ago"
        reader.get_by_role("button", name="As time ago").click()
        assert "WE" in reader.locator(".posted time").inner_text()

    def test_the_same_again_is_no_news_to_who_has_chosen(self, reader):
        reader.get_by_role("button", name="As time ago").click()
        reader.reload()
        reader.evaluate("document.getElementById('live').dataset.kept = 'yes'")
        ask(reader)
        assert reader.locator("#live").get_attribute("data-kept") == "yes"
        assert reader.locator("#news").text_content() == ""

    def test_news_are_told_in_the_chosen_way_too(self, reader):
        reader.get_by_role("button", name="As time ago").click()
        declare(at=timezone.now() - timedelta(minutes=7))
        reader.evaluate(WAKE)
        reader.get_by_text("7 minutes ago").first.wait_for()
