"""The lists of the desk stay short and quick, however long the history is."""

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from statuspage.components.status import Status
from statuspage.incidents.services import post_update
from statuspage.subscribers.models import Notice
from tests.conftest import NOW
from tests.incidents.desk import DESK_PAGES, url


def test_the_desk_tells_what_is_open_planned_and_over(desk, make_component, make_incident):
    website = make_component("Website")
    make_incident({website: Status.PARTIAL_OUTAGE}, name="Open one", body="It is **bad** & <b>loud</b>.")
    make_incident(name="Closed one", status="resolved")
    text = desk.get(url("index")).text
    assert text.index("Open one") < text.index("<bdi>Website</bdi> · open for") < text.index("Closed one")
    assert "It is bad &amp; &lt;b&gt;loud&lt;/b&gt;." in text
    assert "All quiet." not in text


def test_with_nothing_open_the_desk_says_so(desk, make_component):
    make_component()
    assert "All quiet." in desk.get(url("index")).text


def test_closed_incidents_are_listed_by_pages(desk, make_incident):
    for number in range(35):
        make_incident(name=f"Trouble {number}", status="resolved", at=NOW + timedelta(minutes=number))
    text = desk.get(url("past")).text
    assert "Page 1 of 2" in text
    assert "Trouble 34" in text
    assert "Trouble 4<" not in text
    assert "Trouble 4<" in desk.get(url("past"), {"page": 2}).text


def some_history(make_incident, components):
    """Six incidents, half of them over; the last is open."""
    for number in range(6):
        incident = make_incident(dict.fromkeys(components, Status.PARTIAL_OUTAGE))
        for status in ("identified", "monitoring" if number % 2 else "resolved"):
            post_update(incident, status=status, body="So.", affected={}, author=None)
    return incident


def test_no_page_of_the_desk_asks_more_of_the_database_as_the_history_grows(
    desk, make_component, make_incident, django_assert_num_queries
):
    components = [make_component(f"Part {number}", group=f"Group {number % 2}") for number in range(4)]
    incident = some_history(make_incident, components[:2])
    addresses = [url(name) for name in DESK_PAGES]
    addresses += [url("incident", incident.code), url("edit", incident.code)]
    addresses += [url("edit_update", incident.code, incident.updates.first().code)]
    Notice.objects.update(fanned_out_at=timezone.now(), counts={})
    before = {}
    for address in addresses:
        with CaptureQueriesContext(connection) as queries:
            desk.get(address)
        before[address] = len(queries)

    for _ in range(3):
        some_history(make_incident, components)
    for word in range(20):
        said = {components[3]: Status.PARTIAL_OUTAGE}
        post_update(incident, status="identified", body=f"Word {word}.", affected=said, author=None)
    # Told long ago, as nearly all of a history is.
    Notice.objects.update(fanned_out_at=timezone.now(), counts={})
    for address in addresses:
        with django_assert_num_queries(before[address]):
            desk.get(address)
