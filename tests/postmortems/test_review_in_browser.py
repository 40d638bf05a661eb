"""The review, the revisions and the tombstone as a browser has them: accessible, and none wider than its screen."""

import pytest

from postmortems.chain import text_sha256
from postmortems.models import Postmortem
from postmortems.report import assemble
from postmortems.services import publish_postmortem, withdraw_postmortem
from postmortems.services_review import add_comment, approve, ask_for_review, settle_comment
from statuspage.publishing.models import StatusPage
from statuspage.publishing.press import publish
from statuspage.team.models import User
from tests.browser import complaints, tab
from tests.conftest import NOW
from tests.postmortems.conftest import MINUTE
from tests.postmortems.desk import url
from tests.postmortems.test_publish_postmortem import save

pytestmark = pytest.mark.browser
WIDTHS = [360, 768, 1280]
SCHEMES = ["light", "dark"]


@pytest.fixture
def told(site, draft, staff):
    """A postmortem with two revisions, and a third in review with comments, open and dealt with."""
    second = User.objects.create_user("second@example.com", is_staff=True)
    unchecked = {"author": staff, "unchecked": True}
    publish_postmortem(draft, at=NOW + 60 * MINUTE, **unchecked)
    save(draft, description="Ships could not enter or leave.")
    publish_postmortem(draft, at=NOW + 90 * MINUTE, reason="Leaving counts too.", **unchecked)
    draft = save(draft, root_cause="The gate lost its power.\n\nThe spare gate was being painted, and unguarded.")
    ask_for_review(draft, by=staff, words="Please look at the root cause.")
    approve(draft, by=second, sha256=text_sha256(assemble(draft, page=StatusPage.objects.get())), words="Well told.")
    draft = save(draft, lessons="Paint one gate at a time, in summer.")
    add_comment(draft, section="root_cause", words="Which gate? A reader cannot know.", by=second)
    settle_comment(add_comment(draft, section="facts", words="Is it 40 or 41?", by=second), by=staff)
    publish()
    return draft


@pytest.fixture
def look(chromium, site, client, staff, request):
    def look(path, width, scheme):
        client.force_login(staff)
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}
        with tab(chromium, site, viewport={"width": width, "height": 900}, color_scheme=scheme) as page:
            page.context.add_cookies([cookie])
            page.goto(path)
            for one in page.locator("details").all():
                one.evaluate("one => { one.open = true; }")
            wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
            return complaints(page), wide

    return look


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_is_accessible_and_fits(told, look, width, scheme):
    addresses = [url(told.incident, name) for name in ("review", "revisions", "withdraw", "publish", "edit")]
    found = {path: look(path, width, scheme) for path in [*addresses, "/desk/postmortems/", told.path]}
    withdraw_postmortem(told, author=None, reason="It names a supplier that had no part in it.", at=NOW + 99 * MINUTE)
    publish()
    found |= {path: look(path, width, scheme) for path in (told.path, told.incident.path, url(told.incident))}
    assert {path: wrong for path, wrong in found.items() if wrong != ([], False)} == {}


def test_a_comment_and_a_decision_are_made_from_the_keyboard(told, chromium, site, client):
    client.force_login(User.objects.get(email="second@example.com"))
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}
    with tab(chromium, site) as page:
        page.context.add_cookies([cookie])
        page.goto(url(told.incident, "review"))
        page.locator("#said-lessons summary").press("Enter")
        page.locator("#words-lessons").press_sequentially("Why in summer?")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.locator("#said-lessons .pm-said", has_text="Why in summer?").wait_for()
        page.get_by_role("button", name="Approve").press("Enter")
        page.get_by_text("This very text can be published now.").wait_for()
    assert Postmortem.objects.get().state == "approved"
