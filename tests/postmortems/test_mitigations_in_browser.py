"""What was promised, followed with the keyboard alone: from the desk's list to what readers see."""

from contextlib import contextmanager

import pytest

from postmortems.services import publish_postmortem
from statuspage.publishing.press import publish
from tests.browser import complaints, tab
from tests.postmortems.test_publish_postmortem import POSTED

pytestmark = pytest.mark.browser
PAGES = ["/desk/mitigations/", "/desk/mitigations/?state=done&owner=Works", "/desk/postmortems/learning/"]


@pytest.fixture
def published(draft):
    publish_postmortem(draft, author=None, at=POSTED)
    publish()
    return draft


@pytest.fixture
def desk(chromium, site, staff, client):
    """Opens a tab in which somebody of the staff is signed in."""
    client.force_login(staff)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}

    @contextmanager
    def signed_in(width=1280, **options):
        with tab(chromium, site, viewport={"width": width, "height": 900}, **options) as page:
            page.context.add_cookies([cookie])
            yield page

    return signed_in


def test_a_measure_is_done_at_the_desk_and_readers_see_it(desk, published):
    with desk() as page:
        page.goto("/desk/mitigations/")
        page.get_by_role("button", name="Done: Tell the desk when a spare is away.").focus()
        page.keyboard.press("Enter")
        page.get_by_text("Readers see it.").wait_for()
        page.goto(published.path)
        assert page.get_by_text("1 of 2 done").is_visible()


def test_giving_up_asks_why_and_enter_says_so(desk, published):
    with desk(360) as page:
        page.goto("/desk/mitigations/?state=open")
        measure = page.locator("li", has_text="A second spare.")
        measure.locator("summary").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_text("Say why it will not be done.").wait_for()
        # The field that was refused has the focus.
        page.keyboard.type("The gate is gone.")
        page.keyboard.press("Enter")
        page.get_by_text("Will not be done: A second spare.").wait_for()
        assert page.url.endswith("?state=open&owner=&page=1")
    published.refresh_from_db()
    measure = published.mitigations.get(description="A second spare.")
    assert (measure.status, measure.reason) == ("wont_do", "The gate is gone.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_anybody_can_read_what_is_followed_and_learned(desk, published, width, scheme):
    with desk(width, color_scheme=scheme) as page:
        for address in [*PAGES, published.path]:
            page.goto(address)
            for closed in page.locator("summary").all():
                closed.click()
            assert complaints(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_scripts_everything_works(desk, published):
    with desk(java_script_enabled=False) as page:
        page.goto("/desk/mitigations/")
        page.get_by_role("button", name="In progress: Tell the desk").click()
        assert page.get_by_role("button", name="Not in progress: Tell the desk").is_visible()
