"""What the public reads: complete, the same for everybody, and well-formed."""

from datetime import timedelta

import html5lib
import pytest
import time_machine

from statuspage.incidents.schedule import advance_maintenances
from statuspage.incidents.services import post_update, schedule_maintenance
from statuspage.publishing import store
from statuspage.publishing.press import publish
from tests.conftest import NOW

HOUR = timedelta(hours=1)
HOSTILE = '<script>alert(1)</script> & "quotes" <b onclick=x>'


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW + 2 * HOUR, tick=False):
        yield


def text_of(location):
    tree = html5lib.parse(store.find(location), namespaceHTMLElements=False)
    return " ".join("".join(tree.find("body").itertext()).split())


def test_an_incident_is_told_newest_first_with_its_times_in_the_pages_zone(page, make_component, make_incident):
    page.time_zone = "America/New_York"
    page.save()
    berths = make_component("Berths", group="Harbour")
    incident = make_incident({berths: "major_outage"}, body="Ships wait.")
    post_update(incident, status="resolved", body="Ships move.", affected={}, author=None, at=NOW + HOUR)
    publish()
    told = text_of(incident.path)
    parts = [
        "Slow answers",
        "Incident Report for Harbour",
        "Resolved Ships move. Posted Nov 21, 2026 - 05:00 EST",
        "Investigating Ships wait. Posted Nov 21, 2026 - 04:00 EST",
        "This incident affected: Harbour (Berths).",
    ]
    assert [part for part in parts if part not in told] == []
    assert [told.index(part) for part in parts] == sorted(told.index(part) for part in parts)
    assert b'<time datetime="2026-11-21T10:00:00Z">' in store.find(incident.path)


def test_a_name_from_right_to_left_stands_by_itself_in_a_sentence_and_is_told_as_it_was_typed(
    make_component, make_incident
):
    parts = [make_component(name) for name in ("מעגן <b>", "Gates")]
    incident = make_incident(dict.fromkeys(parts, "major_outage"))
    publish()
    names = "<bdi>מעגן &lt;b&gt;</bdi> and <bdi>Gates</bdi>"
    assert f"This incident affected: {names}." in store.find(incident.path).decode()
    home = store.find("/").decode()
    assert [f"Affected: {names}." in home, f"Affects {names}<" in home] == [True, True]


def test_an_open_incident_tells_its_peak_apart_from_the_headline(make_component, make_incident):
    berths, another = make_component("Berths"), "The headline of the status page tells another thing"
    incident = make_incident({berths: "partial_outage"})
    publish()
    assert "Minor Service Outage" in text_of("/")
    assert f"Impact at its worst: Major. {another}" in text_of(incident.path)
    post_update(incident, status="resolved", body="Over.", affected={}, author=None, at=NOW + HOUR)
    publish(incident)
    assert "Impact at its worst: Major." in text_of(incident.path)
    assert another not in text_of(incident.path)


def test_the_home_page_says_what_is_open_what_is_planned_and_what_is_past(make_component, make_incident):
    berths, web = make_component("Berths", group="Harbour"), make_component("Website")
    make_incident({berths: "partial_outage"}, name="Ships wait")
    make_incident(name="Long over", status="resolved", at=NOW - 30 * HOUR)
    schedule_maintenance(
        name="New paint",
        body="Wet on Friday.",
        scheduled_for=NOW + 50 * HOUR,
        scheduled_until=NOW + 51 * HOUR,
        components=[web],
        author=None,
        at=NOW,
    )
    publish()
    told = text_of("/")
    for part in (
        "Minor Service Outage Affected: Harbour.",
        "Ships wait Investigating Affects Harbour (Berths)",
        "Berths Partial outage",
        "Website Operational",
        "New paint Nov 23, 2026, 11:00 – 12:00 WET",
        "Long over Resolved",
        "Nothing to report.",
    ):
        assert part in told


def test_an_empty_site_still_has_something_to_say(page):
    publish()
    assert "All Systems Operational No components are listed yet." in text_of("/")
    assert "Nothing to report." in text_of("/history")
    assert "There is nothing here" in text_of("/404")


def test_hostile_words_stay_words_everywhere(page, make_component, make_incident):
    page.name = page.about = HOSTILE
    page.save()
    part = make_component(HOSTILE, group=f"Group {HOSTILE}", description=HOSTILE)
    incident = make_incident({part: "major_outage"}, name=HOSTILE, body=HOSTILE)
    make_incident(name=HOSTILE, status="resolved", body=HOSTILE)
    publish()
    for location in ("/", "/history", "/history/2026-11", incident.path):
        tree = html5lib.parse(store.find(location), namespaceHTMLElements=False)
        own = [script for script in tree.findall(".//script") if script.get("type") != "application/ld+json"]
        assert not [script for script in own if script.text or not script.get("src")]
        assert not [element for element in tree.iter() if any(name.startswith("on") for name in element.attrib)]
        assert "<script>" in " ".join(tree.itertext())


def test_components_shown_only_when_degraded_hide_while_they_work(make_component, make_incident):
    shy = make_component("Fallback line", only_show_if_degraded=True)
    publish()
    assert "Fallback line" not in text_of("/")
    make_incident({shy: "degraded_performance"})
    publish()
    assert "Fallback line Degraded performance" in text_of("/")


def test_a_group_of_nothing_but_such_hides_with_them(make_component, make_incident):
    shy = make_component("Fallback line", group="Emergency", only_show_if_degraded=True)
    make_component("Spare line", group="Emergency", only_show_if_degraded=True)
    publish()
    assert "Emergency" not in text_of("/")
    make_incident({shy: "degraded_performance"})
    publish()
    assert "Emergency Degraded performance Fallback line Degraded performance" in text_of("/")
    assert "Spare line" not in text_of("/")


def test_maintenance_under_way_is_told_like_an_incident(make_component):
    maintenance = schedule_maintenance(
        name="New paint",
        body="Wet now.",
        scheduled_for=NOW,
        scheduled_until=NOW + 3 * HOUR,
        components=[make_component("Website")],
        author=None,
        at=NOW - HOUR,
    )
    advance_maintenances(NOW)
    publish()
    assert "Service Under Maintenance Affected: Website." in text_of("/")
    assert "New paint In progress Nov 21, 2026, 09:00 – 12:00 WET" in text_of("/")
    assert "This scheduled maintenance affects: Website." in text_of(maintenance.path)


@pytest.mark.parametrize("location", ["/", "/history", "/history/2026-11", "/404"])
def test_pages_are_strictly_well_formed_html(make_component, make_incident, location):
    make_incident({make_component("API", group="Shop"): "major_outage"})
    make_incident(status="resolved", body="1. a\n2. b\n\n| a | b |\n|--|--|\n| 1 | 2 |\n")
    publish()
    html5lib.HTMLParser(strict=True).parse(store.find(location))
