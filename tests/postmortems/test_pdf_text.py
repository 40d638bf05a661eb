"""Characters that no font can draw are said in words; nothing disappears, nothing becomes an empty box."""

from xml.etree import ElementTree

import pytest

from postmortems.pdf_text import PLACE_TO_BREAK, breakable, make_settable, settle_directions
from postmortems.templatetags.postmortem import cut_to


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


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("Plain words", "ltr"),
        ("فشلت بعض العمليات", "rtl"),
        ("12:08 שלום", "rtl"),
        ("<b>API</b> تعذّر", "ltr"),
        ("10:08, 4 %", "rtl"),
    ],
)
def test_a_text_runs_the_way_of_its_first_letter_and_numbers_with_the_page(text, runs):
    root = ElementTree.fromstring(f'<html dir="rtl"><p dir="auto">{text}</p></html>')
    settle_directions(root)
    assert root.find("p").get("dir") == runs


def test_a_name_in_a_sentence_keeps_its_direction_to_itself():
    root = ElementTree.fromstring('<html dir="ltr"><p>For <bdi>ميناء</bdi>, and <bdi>Haven</bdi>.</p></html>')
    settle_directions(root)
    assert "".join(root.itertext()) == "For \u2068ميناء\u2069, and Haven."


@pytest.mark.parametrize(("columns", "longest"), [(1, 80), (2, 40), (12, 6)])
def test_the_more_columns_a_table_has_the_sooner_its_words_break(columns, longest):
    row = f"<tr>{'<td>1234567890123456789012345678901234567890</td>' * columns}</tr>"
    table = ElementTree.fromstring(f"<table>{row * 2}</table>")
    make_settable(table)
    for cell in table.iter("td"):
        assert cell.text.replace(PLACE_TO_BREAK, "") == "1234567890" * 4
        assert (PLACE_TO_BREAK in cell.text) == (longest <= 40)
        assert max(map(len, cell.text.split(PLACE_TO_BREAK))) <= longest


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("Short", "Short"),
        ("Exactly 10", "Exactly 10"),
        ("Longer than ten", "Longer th…"),
        ("日本語のとても長い題", "日本語の…"),
    ],
)
def test_what_runs_along_the_edge_is_cut_to_the_room_there_is(text, cut):
    assert cut_to(text, 10) == cut
