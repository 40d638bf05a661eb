"""Ninety bars need room: a narrow screen shows the last thirty, and says so."""

import pytest

from statuspage.publishing.press import publish
from tests.browser import tab

SAID = "On a narrow screen, bars show the last 30 days"
# How many frames wide a picture of bars is, and whether its last day ends where its frame ends.
MEASURED = """picture => {
  const frame = picture.parentElement.getBoundingClientRect(), drawn = picture.getBoundingClientRect();
  const end = document.dir === "rtl" ? "left" : "right";
  return [Math.round(drawn.width / frame.width), Math.abs(frame[end] - drawn[end]) < 1];
}"""


@pytest.mark.browser
@pytest.mark.parametrize(("width", "frames"), [(320, 3), (360, 3), (768, 1), (1280, 1)])
def test_bars_of_ninety_days_show_the_last_thirty_where_there_is_no_room(site, chromium, make_component, width, frames):
    component = make_component("Website")
    publish()
    with tab(chromium, site, viewport={"width": width, "height": 900}) as page:
        for path in ("/", "/uptime", component.path):
            page.goto(path)
            for direction in ("ltr", "rtl"):
                page.evaluate("direction => { document.documentElement.dir = direction; }", direction)
                picture = page.locator(".bars[aria-label] svg").first
                assert (path, direction, picture.evaluate(MEASURED)) == (path, direction, [frames, True])
                assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
            assert (path, page.get_by_text(SAID).is_visible()) == (path, frames == 3)
        # A month has room for all of its days.
        assert page.locator(".by-month svg").first.evaluate(MEASURED)[0] <= 1
