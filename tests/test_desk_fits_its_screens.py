"""What stands at the desk fits where it stands: no word broken, no tab cut off, no field too narrow for its value."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from postmortems.services import start_postmortem
from statuspage.publishing.press import publish
from statuspage.subscribers import delivery
from statuspage.subscribers.models import Notice, Subscriber
from tests.browser import tab
from tests.conftest import LONG_AGO
from tests.incidents.desk import url

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(chromium, site, staff, client):
    """Opens a tab in which somebody of the staff is signed in."""
    client.force_login(staff)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}

    @contextmanager
    def signed_in(width):
        with tab(chromium, site, viewport={"width": width, "height": 900}) as page:
            page.context.add_cookies([cookie])
            yield page

    return signed_in


def heights(page, selector):
    return page.eval_on_selector_all(selector, "found => found.map(one => one.offsetHeight)")


def test_a_phone_shows_every_tab_and_every_status_whole(desk, make_component, make_incident):
    broken = {make_component("Payments"): "degraded_performance", make_component("Transfers"): "major_outage"}
    incident = make_incident(broken, name="Payments are slow", at=timezone.now())
    with desk(360) as page:
        for address in (url("declare"), url("incident", incident.code), url("components")):
            page.goto(address)
            nav = page.locator(".desk-nav")
            assert nav.evaluate("nav => nav.scrollWidth <= nav.clientWidth")
            assert [height for height in heights(page, ".choices label") if height > 45] == []
            wider = page.eval_on_selector_all(
                ".picks tr > *", "cells => cells.filter(one => one.getBoundingClientRect().right > 360 - 16 - 15)"
            )
            assert wider == []


def test_a_time_with_seconds_has_room_for_its_calendar(desk, make_incident):
    incident = make_incident(started_at=timezone.now() - timedelta(hours=1, seconds=17), at=timezone.now())
    start_postmortem(incident)
    with desk(1280) as page:
        page.goto(f"/desk/postmortems/{incident.code}/")
        field = page.get_by_label("Incident started, picked")
        assert len(field.input_value()) == len("2026-11-21T09:12:34")
        # As wide as the browser itself would make it.
        assert field.evaluate(
            "one => { const given = one.offsetWidth; one.style.inlineSize = 'auto'; return one.offsetWidth <= given; }"
        )


def test_a_time_with_a_long_zone_stays_in_its_column(chromium, site, page, make_incident):
    page.time_zone = "Asia/Kathmandu"
    page.save()
    incident = make_incident()
    publish()
    with tab(chromium, site, viewport={"width": 1280, "height": 900}) as opened:
        for path in ("/", incident.path):
            opened.goto(path)
            right = opened.locator(".posted time").first.evaluate("time => time.getBoundingClientRect().right")
            assert right <= opened.locator(".update > .prose").first.evaluate("one => one.getBoundingClientRect().left")


def test_the_ledger_and_the_list_of_subscribers_fit_a_phone(desk, make_incident):
    Subscriber.objects.create(
        channel="webhook", address="https://hooks.example.net/" + "long/" * 20, confirmed_at=LONG_AGO
    )
    update = make_incident(at=timezone.now()).updates.get()
    Notice.objects.update(due_at=timezone.now())
    delivery.fan_out()
    with desk(360) as page:
        for address in (reverse("subscribers:ledger", args=[update.code]), reverse("subscribers:index")):
            page.goto(address)
            assert page.evaluate("document.documentElement.scrollWidth") == 360
            bar = page.locator(".desk-actions")
            assert bar.evaluate("bar => bar.scrollWidth <= bar.clientWidth")
            assert bar.locator(".button").first.evaluate("one => one.getBoundingClientRect().left") >= 0
