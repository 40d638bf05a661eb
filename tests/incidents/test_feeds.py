"""What a feed says, in the way of Statuspage."""

import json
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.core.management import call_command

from statuspage.incidents.services import edit_update, post_update, schedule_maintenance
from statuspage.publishing import store
from statuspage.publishing.press import publish
from tests.conftest import NOW
from tests.incidents.feeds import read, titles

HOUR = timedelta(hours=1)
DAY = 24 * HOUR
MAIN = ["/history.atom", "/history.rss", "/feed.json"]


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW + 3 * HOUR, tick=False):
        yield


@pytest.fixture
def plan(page):
    """Schedule maintenance in three days, for an hour and a half."""

    def schedule(**said):
        start = NOW + 3 * DAY
        said = {
            "name": "New paint",
            "body": "Wet.",
            "scheduled_for": start,
            "scheduled_until": start + 1.5 * HOUR,
        } | said
        return schedule_maintenance(components=said.pop("components", []), author=None, at=NOW, **said)

    return schedule


def say(incident, body="More.", *, status="investigating", hours=1, **said):
    return post_update(incident, status=status, body=body, affected={}, author=None, at=NOW + hours * HOUR, **said)


def test_an_entry_tells_every_update_the_newest_first_without_the_year(page, make_incident):
    page.time_zone = "America/New_York"
    page.save()
    incident = make_incident(body="Ships wait.")
    say(incident, "Ships move.", status="resolved")
    publish()
    assert read("/history.atom").entries[0].content[0].value == (
        "<p><small>Nov <var>21</var>, <var>05:00</var> EST</small><br /><strong>Resolved</strong> - Ships move.</p>"
        "<p><small>Nov <var>21</var>, <var>04:00</var> EST</small><br /><strong>Investigating</strong> - Ships wait."
        "</p>"
    )
    assert (
        "<p><small>Nov <var data-var='date'>21</var>, <var data-var='time'>05:00</var> EST</small><br>"
        in (read("/feed.json")["items"][0]["content_html"])
    )


def test_news_that_changes_no_status_is_an_update(make_incident):
    incident = make_incident()
    say(incident, "Still.", hours=1)
    say(incident, "Found.", status="identified", hours=2)
    say(incident, "Again.", status="investigating", hours=3)
    publish()
    content = read("/feed.json")["items"][0]["content_html"]
    labels = [part.split("<")[0] for part in content.split("<strong>")[1:]]
    assert labels == ["Investigating", "Identified", "Update", "Investigating"]


def test_paragraphs_become_one_and_line_ends_br(make_incident):
    make_incident(body="First line\nsecond line\n\nAnother paragraph.\n\n- one\n- two\n\nThe end.")
    publish()
    content = read("/feed.json")["items"][0]["content_html"]
    assert " - First line<br />second line<br /><br />Another paragraph.</p>" in content
    assert content.endswith("<li>two</li>\n</ul>\n<p>The end.</p>")


@pytest.mark.parametrize("location", [*MAIN, "own"])
def test_an_edited_message_says_so_behind_its_words(make_incident, location):
    incident = make_incident(body="Ships wait.")
    update = say(incident, "Ships move.\n\n- slowly", status="resolved")
    edit_update(update, body="Ships *move*.\n\n- slowly", seen=0, editor=None, at=NOW + 2 * HOUR)
    publish()
    content = store.find(location if location != "own" else f"{incident.path}.atom").decode()
    content = unescape(json.loads(content)["items"][0]["content_html"] if location.endswith("json") else content)
    assert "<strong>Resolved</strong> - Ships <em>move</em>. <small>(Edited)</small></p><ul>" in content.replace(
        "\n", ""
    )
    assert "<strong>Investigating</strong> - Ships wait.</p>" in content


def test_an_entry_is_dated_by_its_newest_update_and_its_last_edit(make_incident):
    incident = make_incident()
    update = say(incident, shown_at=NOW + 0.5 * HOUR)
    edit_update(update, body="Corrected.", seen=0, editor=None, at=NOW + 2 * HOUR)
    publish()
    entry = read("/history.atom").entries[0]
    assert (entry.published, entry.updated) == ("2026-11-21T09:30:00Z", "2026-11-21T11:00:00Z")
    assert read("/history.atom").feed.updated == "2026-11-21T11:00:00Z"
    assert read("/history.rss").entries[0].published == "Sat, 21 Nov 2026 09:30:00 +0000"


def test_an_update_moves_an_entry_to_the_top(make_incident):
    old = make_incident(name="Older", at=NOW - DAY)
    make_incident(name="Newer")
    publish()
    assert titles("/history.atom") == ["Newer", "Older"]
    say(old)
    publish()
    for location in MAIN:
        assert titles(location) == ["Older", "Newer"]


def test_upcoming_maintenance_comes_first_dated_by_its_start(plan, make_incident):
    plan()
    make_incident()
    publish()
    for location in MAIN:
        assert titles(location) == ["New paint", "Slow answers"]
    entry = read("/history.atom").entries[0]
    assert (entry.published, entry.updated) == ("2026-11-24T09:00:00Z", "2026-11-21T09:00:00Z")
    item = read("/history.rss").entries[0]
    assert item.published == "Tue, 24 Nov 2026 09:00:00 +0000"
    assert item.maintenanceenddate == "Tue, 24 Nov 2026 10:30:00 +0000"
    assert "maintenanceenddate" not in read("/history.rss").entries[1]


def test_the_line_about_the_event_stands_until_it_begins(plan):
    maintenance = plan()
    publish()
    line = (
        "<p><strong>THIS IS A SCHEDULED EVENT Nov <var>24</var>, <var>09:00</var> - <var>10:30</var> WET</strong></p>"
    )
    assert read("/history.atom").entries[0].content[0].value.startswith(line)
    say(maintenance, "We begin.", status="in_progress")
    publish()
    entry = read("/history.atom").entries[0]
    assert "THIS IS" not in entry.content[0].value
    assert entry.published == "2026-11-21T10:00:00Z"


def test_a_window_over_midnight_names_both_days(plan):
    plan(scheduled_until=NOW + 4 * DAY)
    publish()
    assert (
        "THIS IS A SCHEDULED EVENT Nov <var>24</var>, <var>09:00</var>\N{NO-BREAK SPACE}WET"
        " - Nov <var>25</var>, <var>09:00</var>\N{NO-BREAK SPACE}WET"
    ) in read("/history.atom").entries[0].content[0].value


def test_a_feed_ends_after_twenty_five_entries(make_incident):
    for number in range(27):
        make_incident(name=f"Incident {number}", at=NOW - number * HOUR)
    publish()
    for location in MAIN:
        assert titles(location) == [f"Incident {number}" for number in range(25)]


def test_a_feed_of_nothing_is_a_feed(page, make_component):
    component = make_component(group="Harbour")
    publish()
    for location in [*MAIN, "/incidents.atom", "/maintenance.rss", f"/components/{component.code}/history.rss"]:
        assert titles(location) == []


def test_incidents_and_maintenance_can_be_followed_apart(plan, make_incident):
    plan()
    make_incident()
    publish()
    for ending in ("atom", "rss"):
        assert titles(f"/incidents.{ending}") == ["Slow answers"]
        assert titles(f"/maintenance.{ending}") == ["New paint"]


def test_a_feed_speaks_the_language_of_the_page(page, make_incident):
    page.locale = "de"
    page.save()
    make_incident()
    publish()
    assert read("/history.atom").entries[0].content[0].language == "de"
    assert read("/feed.json")["language"] == "de"
    assert store.find("/en/history.atom") is None


def test_feeds_that_nothing_happened_to_stay_the_same_to_the_byte(page, public):
    call_command("load_demo")
    publish()
    endings = {".atom", ".rss", ".ics", ".svg", ".js", ".xml", ".txt", ".png"}
    files = {path: path.stat().st_mtime_ns for path in public.rglob("*") if path.suffix in endings}
    assert len(files) > 50
    with time_machine.travel(NOW + 4 * HOUR, tick=False):
        publish()
    assert {path: path.stat().st_mtime_ns for path in files} == files


def test_drafts_and_notes_for_the_team_reach_no_feed(page, public):
    from postmortems.models import Postmortem

    call_command("load_demo")
    canary = "canary-yellow-4711"
    for postmortem in Postmortem.objects.all():
        postmortem.internal_notes = postmortem.description = postmortem.root_cause = canary
        postmortem.save()
    publish()
    files = [path for path in public.rglob("*") if path.is_file() and path.suffix not in {".gz", ".br"}]
    assert [path for path in files if canary.encode() in path.read_bytes()] == []
