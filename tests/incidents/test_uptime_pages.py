"""What the public reads of uptime: on the home page, for all components, and for each."""

from datetime import timedelta

import html5lib
import pytest
import time_machine

from statuspage.components.models import Component
from statuspage.incidents.models import Incident
from statuspage.incidents.pages.uptime import ComponentPage
from statuspage.incidents.services import post_update, schedule_maintenance
from statuspage.publishing import store
from statuspage.publishing.press import publish, publish_overviews
from tests.conftest import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONG_AGO = NOW - 400 * DAY


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def api(make_component):
    return make_component("API", group="Shop", created_at=LONG_AGO)


@pytest.fixture
def outage(make_incident):
    """An outage of a component, over after twelve minutes."""

    def make(component, *, at, status="partial_outage", **said):
        incident = make_incident({component: status}, at=at, **said)
        end = at + timedelta(minutes=12)
        post_update(incident, status="resolved", body="Fixed.", affected={}, author=None, at=end)
        return incident

    return make


def parsed(location):
    return html5lib.parse(store.find(location), namespaceHTMLElements=False)


def text_of(location):
    return " ".join("".join(parsed(location).find("body").itertext()).split())


def links_with_bars(location):
    """Where each picture of the page leads, and what it says."""
    return {
        link.get("href"): link.get("aria-label").replace("\N{NO-BREAK SPACE}", " ")
        for link in parsed(location).iterfind(".//a[@class='bars']")
    }


def test_the_home_page_leads_from_the_bars_of_a_component_to_its_days(api, outage):
    outage(api, at=NOW - 3 * DAY)
    publish()
    assert links_with_bars("/") == {
        api.path: "API: 99.99 % over 90 days; trouble on 1 day: Nov 18 Partial outage 12 min",
        f"/uptime#group-{api.group.code}": "Shop: 99.99 % over 90 days; trouble on 1 day: Nov 18 Partial outage",
    }
    assert "90 days ago Whole group: 99.99 % Today" in text_of("/")


def test_a_component_that_is_not_to_show_its_uptime_does_not(make_component, outage):
    shy = make_component("Shy", created_at=LONG_AGO, showcase=False)
    outage(shy, at=NOW - 3 * DAY)
    publish()
    assert links_with_bars("/") == links_with_bars("/uptime") == {}
    assert "%" not in text_of(shy.path)
    assert "Shy Operational" in text_of(shy.path)


def test_the_uptime_page_tells_each_month_and_the_formula_with_the_weights_of_the_page(page, api, outage):
    page.weight_partial = "0.45"
    page.save()
    Component.objects.update(start_date="2026-09-01")
    outage(api, at=NOW - 40 * DAY)
    publish()
    told = text_of("/uptime")
    assert "Nov 2026 100 % Oct 2026 99.98 % Sep 2026 100 % Aug 2026 No data Jul 2026 No data" in told
    assert "uptime = 1 − (1 × time in major outage + 0.45 × time in partial outage + 0 × time in degraded" in told
    assert set(links_with_bars("/uptime")) == {api.path, f"/uptime#group-{api.group.code}"}
    assert parsed("/uptime").find(f".//*[@id='group-{api.group.code}']") is not None


def test_the_page_of_a_component_lists_its_days_of_trouble_with_their_incidents(api, outage):
    first = outage(api, at=NOW - 3 * DAY, name="Slow")
    outage(api, at=NOW - 3 * DAY, status="major_outage", name="Down")
    outage(api, at=NOW - 200 * DAY, name="Long ago")
    publish()
    told = text_of(api.path)
    assert "Shop API Operational" in told
    assert "Wednesday, 18 November 2026 Major outage 12 min Slow Resolved Down Resolved" in told
    assert "Long ago" not in told
    day = parsed(api.path).find(".//*[@id='2026-11-18']")
    assert next(link.get("href") for link in day.iterfind(".//a")) == first.path
    # Four hundred days ago it was October.
    assert "October 2025" in told
    assert "September 2025" not in told


def test_the_page_of_a_component_tells_what_is_open_and_planned(api, make_incident):
    make_incident({api: "degraded_performance"}, name="Slow answers")
    make_incident(name="Of something else")
    schedule_maintenance(
        name="New pipes",
        body="Soon.",
        scheduled_for=NOW + DAY,
        scheduled_until=NOW + DAY + HOUR,
        components=[api],
        author=None,
        at=NOW,
    )
    publish()
    told = text_of(api.path)
    assert "Degraded performance Open incidents Slow answers Investigating" in told
    assert "Planned New pipes Scheduled · Nov 22, 2026, 09:00 – 10:00 WET" in told
    assert "Of something else" not in told


def test_the_page_of_a_retired_component_stays_and_says_so(make_component, outage):
    fax = make_component("Fax", created_at=LONG_AGO)
    outage(fax, at=NOW - 3 * DAY, name="Paper jam")
    Component.objects.update(retired_at=NOW - DAY)
    publish()
    assert "Fax Retired on Nov 20, 2026; what happened before stays here." in text_of(fax.path)
    assert "Paper jam" in text_of(fax.path)
    assert fax.path not in links_with_bars("/")


def test_a_component_that_is_to_be_retired_is_as_it_is_until_then(make_component):
    fax = make_component("Fax", created_at=LONG_AGO, retired_at=NOW + DAY)
    publish()
    assert "Fax Operational" in text_of(fax.path)
    assert "Retired" not in text_of(fax.path)


def test_a_planned_retirement_takes_effect_with_the_next_minute_though_nobody_changes_anything(make_component):
    fax = make_component("Fax", created_at=LONG_AGO, retired_at=NOW + HOUR)
    publish()
    assert store.holds(f"{fax.path}/badge.svg")
    with time_machine.travel(NOW + HOUR, tick=False):
        publish_overviews()
    assert "Fax Retired on Nov 21, 2026" in text_of(fax.path)
    assert fax.path not in links_with_bars("/") | links_with_bars("/uptime")
    assert not store.holds(f"{fax.path}/badge.svg")


def test_pages_of_components_are_published_anew_when_they_are_told_of(make_component, outage):
    calm, mentioned = (make_component(name, created_at=LONG_AGO) for name in ("a", "b"))
    outage(calm, at=NOW - 2 * DAY)
    long_over = outage(mentioned, at=NOW - 100 * DAY)
    kind = ComponentPage()
    assert list(kind.concerned(Incident.objects.get(pk=long_over.pk))) == [mentioned]
    assert list(kind.concerned(calm)) == [calm]
    assert list(kind.concerned(make_component("e", group="Shop").group)) == [Component.objects.get(name="e")]


def test_components_have_their_pages_in_every_language_of_the_site(page, api):
    publish()
    assert page.translations
    for language in page.translations[1:]:
        assert f"/{language}{api.path}" in links_with_bars(f"/{language}/")
        assert store.find(f"/{language}{api.path}")
        assert store.find(f"/{language}/uptime")


def test_feeds_of_a_component_are_linked_from_its_page(api):
    publish()
    links = {link.get("href") for link in parsed(api.path).iterfind(".//a")}
    assert {f"{api.path}/history.atom", f"{api.path}/history.rss"} <= links


def test_hostile_names_stay_words(make_component, make_incident):
    name = '<script>alert(1)</script> "x" onload=y'
    part = make_component(name, group=name, description=name, created_at=LONG_AGO)
    make_incident({part: "major_outage"}, name=name)
    publish()
    for location in ("/", "/uptime", part.path):
        tree = parsed(location)
        assert not [script for script in tree.findall(".//script") if script.text or not script.get("src")]
        assert not [element for element in tree.iter() if any(name.startswith("on") for name in element.attrib)]
        html5lib.HTMLParser(strict=True).parse(store.find(location))
