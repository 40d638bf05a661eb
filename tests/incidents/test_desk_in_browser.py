"""The desk in real Chromium, with and without JavaScript: what is posted is on the public page at once."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from statuspage.components.status import Status
from statuspage.incidents.models import Incident, IncidentUpdate
from statuspage.incidents.services import post_update, schedule_maintenance
from statuspage.publishing.press import publish
from tests.browser import complaints, tab
from tests.incidents.desk import DESK_PAGES, url

pytestmark = pytest.mark.browser


def sign_in(page):
    page.goto("/desk/")
    page.get_by_label("Email").fill("responder@example.com")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/desk/")


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_an_incident_from_declaring_to_resolving_shows_at_once(chromium, site, staff, make_component, javascript):
    website = make_component("Website", group="Shop")
    publish()
    with tab(chromium, site, java_script_enabled=javascript) as page:
        sign_in(page)
        page.get_by_role("link", name="Declare incident").click()
        page.get_by_label("What is happening").fill("Some bookings fail")
        page.get_by_label("Message").fill("We are **looking**.")
        if not javascript:
            page.get_by_role("button", name="Preview").click()
        page.locator(".preview strong").get_by_text("looking").wait_for()
        page.get_by_label("Status of Shop - Website").select_option("Partial outage")
        page.get_by_role("button", name="Declare incident").click()
        page.get_by_text("Declared. The public page shows it.").wait_for()
        desk = page.url

        page.goto("/")
        assert page.get_by_role("heading", level=1).inner_text() == "Minor Service Outage"
        assert page.get_by_text("We are looking.").is_visible()

        page.goto(desk)
        page.get_by_label("Monitoring").check()
        page.get_by_label("Message").fill("It recovers.")
        page.get_by_label("Status of Shop - Website").select_option("Degraded performance")
        page.get_by_role("button", name="Post update").click()
        page.locator("#timeline").get_by_text("It recovers.").wait_for()
        assert page.get_by_text("Posted: Monitoring.").is_visible()
        assert page.get_by_label("Message").input_value() == ""
        assert page.locator("#incident-state").get_by_text("Monitoring").is_visible()

        page.goto("/")
        assert page.get_by_role("heading", level=1).inner_text() == "Partially Degraded Service"
        assert page.get_by_text("It recovers.").is_visible()

        page.goto(desk)
        if javascript:
            page.get_by_label("Message").fill("All is well again.")
        page.get_by_role("link", name="Resolve").click()
        page.get_by_text("Filled in to close it").wait_for()
        said = "All is well again." if javascript else "This incident has been resolved."
        assert page.get_by_label("Message").input_value() == said
        page.get_by_role("button", name="Post update").click()
        page.get_by_text("Posted: Resolved.").wait_for()

        page.goto("/")
        assert page.get_by_role("heading", level=1).inner_text() == "All Systems Operational"
        page.goto(Incident.objects.get().path)
        assert page.locator(".update").count() == 3
    assert list(IncidentUpdate.objects.values_list("author", flat=True)) == [staff.pk] * 3
    assert website.mentions.count() == 3


def test_a_double_click_posts_once(chromium, site, staff, make_incident):
    incident = make_incident()
    for javascript in (True, False):
        with tab(chromium, site, java_script_enabled=javascript) as page:
            sign_in(page)
            page.goto(url("incident", incident.code))
            page.get_by_label("Message").fill(f"Once, {javascript}.")
            page.get_by_role("button", name="Post update").dblclick()
            page.locator("#timeline").get_by_text(f"Once, {javascript}.").wait_for()
            page.wait_for_load_state("networkidle")
    assert incident.updates.count() == 3


def test_what_others_post_appears_and_a_reopening_is_asked_about(chromium, site, staff, make_incident):
    incident = make_incident()
    with tab(chromium, site) as page:
        sign_in(page)
        page.goto(url("incident", incident.code))
        page.get_by_label("Identified").check()
        page.get_by_label("Message").fill("Mine.")
        # As when somebody drags its corner: what replaces it may not copy the inline style.
        page.get_by_label("Message").evaluate("text => text.style.height = '400px'")
        post_update(incident, status="resolved", body="Over already.", affected={}, author=None)
        page.get_by_role("button", name="Post update").click()
        page.get_by_text("Your text would reopen it.").wait_for()
        assert page.get_by_label("Message").input_value() == "Mine."
        assert page.locator("#timeline").get_by_text("Over already.").is_visible()
        page.get_by_role("button", name="Post update").click()
        page.get_by_text("Posted: Identified.").wait_for()
    incident.refresh_from_db()
    assert incident.status == "identified"


def test_whoever_was_signed_out_keeps_the_text_and_posts_after_signing_in_elsewhere(
    chromium, site, staff, make_incident
):
    incident = make_incident()
    with tab(chromium, site) as page:
        sign_in(page)
        page.goto(url("incident", incident.code))
        page.get_by_label("Message").fill("Not lost.")
        page.context.clear_cookies(name="sessionid")
        with page.expect_response(lambda response: response.status == 401):
            page.get_by_role("button", name="Post update").click()
        page.get_by_text("You are signed out, so nothing was posted.").wait_for()
        with page.context.expect_page() as opened:
            page.get_by_role("link", name="sign in in another tab").click()
        sign_in(opened.value)
        opened.value.close()
        page.get_by_role("button", name="Post update").click()
        page.locator("#timeline").get_by_text("Not lost.").wait_for()


def assert_fine(page):
    """Accessible at both widths in both schemes, and nothing sticks out at the side."""
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert (page.url, width, scheme, complaints(page)) == (page.url, width, scheme, [])
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (page.url, width)


def test_every_page_of_an_account_is_accessible(chromium, site, staff):
    names = ["login", "reset_password", "reset_password_done", "inactive", "reset_password_from_key_done"]
    with tab(chromium, site) as page:
        for name in names:
            page.goto(reverse(f"account_{name}"))
            assert_fine(page)
        page.goto(reverse("account_reset_password_from_key", args=["x", "y"]))
        assert_fine(page)
        sign_in(page)
        for name in ("change_password", "logout", "reauthenticate"):
            page.goto(reverse(f"account_{name}"))
            assert_fine(page)


def test_every_page_of_the_desk_is_accessible(chromium, site, staff, make_component, make_incident):
    website, api = make_component("Website"), make_component("API", group="Developers")
    said = {website: Status.PARTIAL_OUTAGE, api: Status.MAJOR_OUTAGE}
    incident = make_incident(said, name="An incident " + "long " * 30)
    body = "A table:\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n`" + "wide" * 40 + "`\n\n    " + "code " * 60
    update = post_update(incident, status="identified", body=body, affected={}, author=staff)
    over = make_incident(status="resolved", name="Over")
    planned = schedule_maintenance(
        name="Upgrade",
        body="Soon.",
        scheduled_for=timezone.now() + timedelta(hours=3),
        scheduled_until=timezone.now() + timedelta(hours=4),
        components=[api],
        author=staff,
    )
    seen = [url(name) for name in DESK_PAGES]
    seen += [url("incident", one.code) for one in (incident, over, planned)]
    seen += [url("edit", over.code), url("edit_update", incident.code, update.code)]
    with tab(chromium, site) as page:
        sign_in(page)
        for address in seen:
            page.goto(address)
            assert_fine(page)


def test_a_refused_form_is_accessible_too(chromium, site, staff, make_component):
    make_component()
    with tab(chromium, site) as page:
        sign_in(page)
        page.goto(url("declare"))
        page.get_by_label("What is happening").fill(" ")
        page.get_by_label("Message").fill("[" * 60)
        page.get_by_label("Began earlier, at").fill("2026-10-25T01:30")
        page.get_by_role("button", name="Declare incident").click()
        page.get_by_text("Not sent yet.").wait_for()
        assert page.get_by_label("Which of the two").is_visible()
        assert_fine(page)
