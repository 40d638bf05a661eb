"""Badges on other people's pages, and the picture beside a link."""

from io import BytesIO

import pytest
from lxml import etree
from PIL import Image

from statuspage.incidents.badge import COLOURS
from statuspage.incidents.services import post_update
from statuspage.publishing import store
from statuspage.publishing.press import publish, publish_owed

SVG = "{http://www.w3.org/2000/svg}"


def read(location="/badge.svg"):
    root = etree.fromstring(store.find(location))
    texts = root.findall(f"{SVG}g/{SVG}text")
    boxes = root.findall(f"{SVG}g[@clip-path]/{SVG}rect")
    return root, [text.text for text in texts], boxes[1].get("fill"), texts


def light(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_badge_of_the_page_says_the_verdict(make_component, make_incident):
    publish()
    assert read()[1:3] == (["Harbour", "All Systems Operational"], COLOURS["is-ok"])
    incident = make_incident({make_component(): "partial_outage", make_component("Other"): "operational"})
    publish()
    assert read()[1:3] == (["Harbour", "Minor Service Outage"], COLOURS["is-partial"])
    post_update(incident, status="resolved", body="Over.", affected={}, author=None)
    publish_owed()
    assert read()[1] == ["Harbour", "All Systems Operational"]


def test_a_component_has_a_badge_until_it_is_retired(make_component, make_incident):
    component = make_component("Berths", group="Harbour")
    location = f"/components/{component.code}/badge.svg"
    publish()
    assert read(location)[1] == ["Berths", "Operational"]
    make_incident({component: "degraded_performance"})
    publish_owed()
    assert read(location)[1:3] == (["Berths", "Degraded performance"], COLOURS["is-degraded"])
    component.retired_at = component.created_at
    component.save()
    publish(component)
    assert store.find(location) is None


@pytest.mark.parametrize(("impact", "look"), [("none", "is-quiet"), ("minor", "is-degraded"), ("critical", "is-major")])
def test_beside_an_open_incident_that_touches_no_component_nothing_is_green(
    make_component, make_incident, impact, look
):
    make_component()
    make_incident(impact=impact)
    publish()
    assert read()[1:3] == (["Harbour", "All Systems Operational"], COLOURS[look])
    band = Image.open(BytesIO(store.find("/card.png"))).getpixel((600, 5))
    assert band == tuple(bytes.fromhex(COLOURS[look][1:]))
    assert f'<main class="{look}">' in store.find("/embed").decode()
    assert f'class="verdict {look} is-live"' in store.find("/").decode()


def test_a_badge_can_be_heard(page):
    publish()
    root, *_ = read()
    assert root.get("role") == "img"
    title = root.find(f"{SVG}title")
    assert title.text == "Harbour: All Systems Operational"
    assert root.get("aria-labelledby") == title.get("id")


@pytest.mark.parametrize("name", ["W" * 100, "波止場" * 33, "i" * 100, "שלום " * 20, "<b>&\"'" * 16, "\x01\x02"])
def test_any_name_is_cut_politely_and_fits_its_box(page, name):
    page.name = name
    page.save()
    publish()
    root, (label, _), _, texts = read()
    assert int(root.get("width")) <= 480
    left = int(root.findall(f"{SVG}g/{SVG}rect")[0].get("width"))
    assert int(texts[0].get("textLength")) + 14 == left
    assert label is None or label == name or (label.endswith("…") and name.startswith(label[:-1]))
    spoken = root.find(f"{SVG}title").text
    assert name in spoken or "\x01" in name


def test_white_words_can_be_read_on_every_colour():
    for colour in COLOURS.values():
        assert 1.05 / (light(colour) + 0.05) >= 4.5


def test_the_picture_beside_a_link_has_the_size_that_is_promised(page, make_component, make_incident):
    publish()
    calm = store.find("/card.png")
    picture = Image.open(BytesIO(calm))
    assert (picture.format, picture.size) == ("PNG", (1200, 630))
    home = store.find("/").decode()
    assert '<meta property="og:image:width" content="1200">' in home
    assert len(calm) < 100_000
    make_incident({make_component(): "major_outage"})
    publish_owed()
    broken = store.find("/card.png")
    assert broken != calm
    assert Image.open(BytesIO(broken)).getpixel((600, 5)) == tuple(bytes.fromhex(COLOURS["is-major"][1:]))


def test_the_same_words_give_the_same_picture_and_no_name_breaks_it():
    from statuspage.incidents.card import card

    for name in ("Harbour", "شركة الميناء", "波止場" * 30, "\x01", "x" * 100):
        told = {"look": "is-ok", "accent": "#aa0066", "host": "status.example.com"}
        first = card.__wrapped__(name, "All Systems Operational", **told)
        assert first == card.__wrapped__(name, "All Systems Operational", **told)
