"""Bars cost little: few bytes for many components, and the same few questions whatever the history."""

import gzip
from datetime import timedelta

import html5lib
import pytest
import time_machine

from statuspage.components.models import Component, ComponentGroup
from statuspage.incidents.pages.html import HomePage
from statuspage.incidents.pages.uptime import ComponentPage, UptimePage
from statuspage.incidents.services import post_update
from tests.conftest import NOW

COMPONENTS, GROUPED = 250, 200


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def many_components(page):
    groups = [ComponentGroup.objects.create(name=f"Region {number}") for number in range(GROUPED // 10)]
    return Component.objects.bulk_create(
        Component(
            name=f"Service number {number}",
            group=groups[number // 10] if number < GROUPED else None,
            created_at=NOW - timedelta(days=400),
        )
        for number in range(COMPONENTS)
    )


def trouble(make_incident, components, *, days_ago):
    start = NOW - timedelta(days=days_ago)
    incident = make_incident(dict.fromkeys(components, "partial_outage"), at=start)
    end = start + timedelta(minutes=12)
    post_update(incident, status="resolved", body="Fixed.", affected={}, author=None, at=end)


def test_a_home_page_of_250_components_stays_small(page, many_components, make_incident):
    for number in range(15):
        trouble(make_incident, many_components[number * 16 : number * 16 + 12], days_ago=3 + number * 5)
    home = HomePage().body(None, page)
    assert home.count(b"<svg") > COMPONENTS
    assert len(home) < 150_000
    assert len(gzip.compress(home, 9)) < 20_000


def test_it_stays_small_where_names_are_long_and_much_is_open(page, make_incident):
    areas = ("Checkout and payments", "Search and recommendations", "Customer accounts", "Warehouse and delivery")
    places = ("Europe (Frankfurt)", "Europe (Dublin)", "North America", "Asia Pacific", "South America")
    listed = []
    for number, (place, area) in enumerate((place, area) for place in places for area in (*areas, "Partner API")):
        group = ComponentGroup.objects.create(name=f"{area}, {place}", position=number)
        listed += Component.objects.bulk_create(
            Component(
                name=f"{area} service {part}, {place}",
                group=group,
                position=part,
                created_at=NOW - timedelta(days=400),
            )
            for part in range(10)
        )
    for number in range(25):
        trouble(make_incident, listed[number * 9 : number * 9 + 6], days_ago=3 + number * 3)
    for number in range(3):
        told = f"Some customers see errors in part {number}. " * 6
        affected = dict.fromkeys(listed[number * 40 : number * 40 + 12], "partial_outage")
        incident = make_incident(affected, at=NOW - timedelta(hours=5 + number), body=told)
        for status in ("identified", "monitoring"):
            post_update(incident, status=status, body=told, affected={}, author=None, at=NOW - timedelta(hours=1))
    home = HomePage().body(None, page)
    assert len(home) < 140_000
    assert len(gzip.compress(home, 9)) < 20_000


def test_bars_are_a_path_for_each_look_of_a_day_and_not_an_element_for_each_day(page, make_component, make_incident):
    api = make_component("API", created_at=NOW - timedelta(days=400))
    calm = html5lib.parse(HomePage().body(None, page), namespaceHTMLElements=False)
    trouble(make_incident, [api], days_ago=30)
    trouble(make_incident, [api], days_ago=10)
    troubled = html5lib.parse(HomePage().body(None, page), namespaceHTMLElements=False)
    assert [drawn.get("d") for drawn in paths(calm)] == ["M0 0h90"]
    assert [drawn.get("d") for drawn in paths(troubled)] == ["M0 0h59M60 0h19M80 0h10", "M59 0h1M79 0h1"]


def paths(tree):
    return tree.findall(".//a[@class='bars']//{*}path")


@pytest.mark.parametrize("kind", [HomePage, UptimePage, ComponentPage])
def test_the_number_of_questions_does_not_grow(
    page, many_components, make_incident, django_assert_max_num_queries, kind
):
    subject = many_components[0] if kind is ComponentPage else None
    for days_ago in (1, 20, 40, 300, 800):
        trouble(make_incident, many_components[:40], days_ago=days_ago)
    with django_assert_max_num_queries(18):
        kind().body(subject, page)
    with django_assert_max_num_queries(8):
        assert len(ComponentPage().current()) == 0
