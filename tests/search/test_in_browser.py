"""Both pages of the search in real Chromium: narrow and wide, light and dark, with and without JavaScript."""

from contextlib import contextmanager

import pytest
from django.core.management import call_command

from statuspage.incidents.models import Incident
from statuspage.incidents.services_tags import tag_incident
from statuspage.publishing.press import publish
from tests.browser import complaints, tab
from tests.incidents.desk import url

pytestmark = pytest.mark.browser
READERS = ["/search", "/search?q=bank+card", "/search?tag=our-own-change", f"/search?q={101 * 'x'}", "/de/search?q=x"]
DESK = ["/desk/search/", "/desk/search/?q=bank", "/desk/search/?q=elephants"]


@pytest.fixture
def desk(chromium, site, staff, client):
    """Opens a tab in which somebody of the staff is signed in."""
    client.force_login(staff)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}

    @contextmanager
    def signed_in(**options):
        with tab(chromium, site, **options) as page:
            page.context.add_cookies([cookie])
            yield page

    return signed_in


def test_both_pages_are_accessible_and_fit_the_screen(desk, page):
    call_command("load_demo")
    tagged = Incident.objects.filter(tags__public=True).first()
    for scheme in ("light", "dark"):
        for width in (320, 360, 1280):
            size = {"width": width, "height": 900}
            with desk(color_scheme=scheme, viewport=size, bypass_csp=True) as opened:
                for path in [*READERS, *DESK, url("incident", tagged.code)]:
                    opened.goto(path)
                    assert (path, width, opened.evaluate("document.documentElement.scrollWidth <= innerWidth")) == (
                        (path, width, True)
                    )
                    if width > 320:
                        assert (path, width, scheme, complaints(opened)) == (path, width, scheme, [])


def test_readers_search_without_javascript_and_come_to_the_incident(chromium, site, make_incident):
    make_incident(name="Ships wait", body="The gate is stuck.")
    publish()
    with tab(chromium, site, java_script_enabled=False) as page:
        page.goto("/history")
        page.get_by_role("link", name="Search the history").click()
        page.get_by_label("Words").fill("gate stuck")
        page.get_by_role("button", name="Search").click()
        assert page.locator("mark").all_inner_texts() == ["gate", "stuck"]
        page.get_by_role("link", name="Ships wait").click()
        assert page.get_by_role("heading", name="Ships wait").is_visible()


def test_tags_are_given_and_suggested_without_leaving_the_page(desk, make_incident):
    tag_incident(make_incident(), names="third party, DNS")
    incident = make_incident(name="Ships wait")
    with desk() as page:
        page.goto(url("incident", incident.code))
        page.get_by_label("Message").fill("Half a sentence")
        page.get_by_label("Tags").press_sequentially("gates, th")
        suggested = page.eval_on_selector_all("#known-tags option", "found => found.map(one => one.value)")
        assert suggested == ["gates, DNS", "gates, third party"]
        page.get_by_label("Tags").fill("gates, third party")
        page.get_by_role("button", name="Save tags").click()
        page.get_by_text("Saved.").wait_for()
        assert page.get_by_label("Tags").input_value() == "gates, third party"
        assert page.get_by_label("Message").input_value() == "Half a sentence"
    assert [tag.name for tag in incident.tags.all()] == ["gates", "third party"]
