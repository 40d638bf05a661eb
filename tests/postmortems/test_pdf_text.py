"""Characters that no font can draw are said in words; nothing disappears, nothing becomes an empty box."""

from xml.etree import ElementTree

import pytest

from postmortems.pdf_text import PLACE_TO_BREAK, breakable, make_settable


@pytest.fixture(autouse=True)
def no_other_fonts(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))


def settable(text):
    element = ElementTree.Element("p")
    element.text = text
    make_settable(element)
    return element.text


@pytest.mark.parametrize(
    "text",
    ["Plain words", "Ελλάδα, Привет, žluťoučký", "→ ← ⇒ ✓ ✗ ● ▲ ≥ ≤ − × … € ₹", "日本語 汉字 한국어", "שלום مرحبا 123"],
)
def test_what_the_bundled_fonts_can_draw_is_left_alone(text):
    assert settable(text) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Solved 🎉", "Solved [party popper]"),
        ("✅ done, ❌ failed", "✔ done, ✘ failed"),
        ("⚠️ careful", "⚠ careful"),
        ("🙌🏽", "[person raising both hands in celebration]"),
        ("from 🇵🇹", "from PT"),
        ("step ①", "step 1"),
        ("தமிழ் மொழி: yes", "[Tamil text]: yes"),
        ("हिन्दी and தமிழ்", "[Devanagari text] and [Tamil text]"),
        ("private \ue000 use", "private \ufffd use"),
        ("one\u2028two\u2029three", "one two three"),
        ("bell \x07 and escape \x1b[0m", "bell  and escape [0m"),
    ],
)
def test_what_they_cannot_draw_is_said_in_words(text, said):
    assert settable(text) == said


def test_what_is_read_out_rather_than_drawn_stays():
    root = ElementTree.fromstring("<html><title>Solved 🎉</title><p>a<b>b</b> 🎉</p></html>")
    make_settable(root)
    assert root.find("title").text == "Solved 🎉"
    assert root.find("p/b").tail == " [party popper]"


def test_fonts_put_into_the_data_directory_are_used(monkeypatch, tmp_path):
    fonts = tmp_path / "fonts"
    fonts.mkdir()
    (fonts / "broken.ttf").write_bytes(b"no font at all")
    assert settable("🎉") == "[party popper]"


def test_a_word_longer_than_a_line_gets_places_to_break():
    word = "x" * 1000
    assert breakable(f"before {word} after").replace(PLACE_TO_BREAK, "") == f"before {word} after"
    assert max(map(len, breakable(word).split(PLACE_TO_BREAK))) <= 40
    assert breakable("x" * 100) == "x" * 100
    assert breakable("日" * 1000) == "日" * 1000
