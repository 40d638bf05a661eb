"""The page of a postmortem, printed from the browser: all of its words, and none of its buttons."""

from io import BytesIO

import pypdf
import pytest

from postmortems.services import publish_postmortem
from statuspage.publishing.press import publish
from tests.browser import tab
from tests.conftest import NOW
from tests.postmortems.conftest import MINUTE

pytestmark = pytest.mark.browser


@pytest.fixture
def postmortem(chromium, site, draft):
    """Its page, in a browser on a dark screen."""
    publish_postmortem(draft, author=None, at=NOW + 60 * MINUTE)
    publish()
    with tab(chromium, site, color_scheme="dark") as page:
        page.goto(draft.path)
        yield page


def printed(page):
    pages = pypdf.PdfReader(BytesIO(page.pdf(format="A4"))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_it_says_all_also_what_is_folded_on_the_screen(postmortem):
    told = printed(postmortem)
    for words in ("Ships wait", "The gate lost its power.", "Longest time between updates", "Ships wait outside."):
        assert words in told


def test_nothing_is_printed_that_only_a_screen_can_use(postmortem):
    told = printed(postmortem)
    for words in ("Subscribe", "Markdown", "JSON", "In my time zone", "Deutsch"):
        assert words not in told


def test_paper_is_white_where_the_screen_is_dark(postmortem):
    def colour():
        return postmortem.evaluate("getComputedStyle(document.querySelector('.card')).backgroundColor")

    assert colour() != "rgb(255, 255, 255)"
    postmortem.emulate_media(media="print")
    assert colour() == "rgb(255, 255, 255)"
