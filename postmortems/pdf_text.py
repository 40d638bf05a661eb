"""Text that can be set: what no font can draw is said in words, and what cannot break gets places to break."""

from __future__ import annotations

import logging
import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from xml.etree.ElementTree import Element

from fontTools.ttLib import TTCollection, TTFont, TTLibError  # type: ignore[import-untyped]

logger = logging.getLogger("weasyprint.text")

# Longer than any line. Left whole, such a word costs time that grows with the square of its length.
LONGEST_WORD = 160
# About as many fit beside each other in a table, whatever its columns: each gets its share of them.
TABLE_LETTERS = 80
PLACE_TO_BREAK = "\u200b"
# Signs people use in status messages, as the symbol fonts have them.
LIKENESSES = {"✅": "✔", "❌": "✘", "❎": "✘", "❗": "!", "❓": "?", "➡": "→", "⬅": "←", "⬆": "↑", "⬇": "↓"}
# Controls, and what only changes the look of the character before it.
NEVER_DRAWN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0000-\U000e01ef]")
# Ends of lines and paragraphs, which no font draws either; left alone they come out as a box.
SEPARATORS = {0x2028: " ", 0x2029: " "}
MAIN_FONT = "NotoSans-Regular.ttf"
NOT_SET = {"style", "script", "title", "{http://www.w3.org/2000/svg}title"}
FIRST_FLAG_LETTER, LAST_FLAG_LETTER = "\U0001f1e6", "\U0001f1ff"
UNKNOWN = "\ufffd"
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"


def settle_directions(root: Element) -> None:
    """Say which way each text runs that leaves it to its first letter, as browsers find out by themselves.

    Of names within a sentence the renderer knows nothing: they get the signs that keep their direction to themselves.
    """
    for element in root.iter():
        if element.get("dir") == "auto":
            element.set("dir", _direction(element) or root.get("dir", "ltr"))
        elif element.tag == "bdi" and _direction(element) not in {"", root.get("dir", "ltr")}:
            element.text = f"{FIRST_STRONG_ISOLATE}{element.text or ''}"
            element.tail = f"{POP_ISOLATE}{element.tail or ''}"


def make_settable(root: Element) -> None:
    """Rewrite every text of a document so that the fonts at hand can set it.

    An emoji becomes its name in brackets, a passage in a script without a font the name of the script; what was
    rewritten is logged. The document's title and the names of figures stay: they are read out, not drawn.
    """
    texts = [(element, part, text) for element in root.iter() for part, text in _texts(element)]
    characters = {character for _, _, text in texts for character in NEVER_DRAWN.sub("", text)}
    undrawable = without_glyph(characters, added=Path(os.environ["XDG_DATA_HOME"]))
    if undrawable:
        codes = " ".join(f"U+{ord(character):04X}" for character in sorted(undrawable))
        logger.warning("Said in words, as no font can draw it: %s", codes)
    room = {element: TABLE_LETTERS // _columns(table) for table in root.iter("table") for element in table.iter()}
    for element, part, text in texts:
        longest = room.get(element, LONGEST_WORD)
        setattr(element, part, breakable(in_words(text, undrawable=undrawable), longest=longest))


def said_in_words(text: str, *, added: Path) -> set[str]:
    """The characters of a text for which paper has only a name, as no font can draw them, nor anything like them."""
    return without_glyph(set(NEVER_DRAWN.sub("", text)) - LIKENESSES.keys(), added=added)


def without_glyph(characters: set[str], *, added: Path) -> set[str]:
    """Those that no font at hand can draw: neither ours, nor one of the folder `fonts` that an installation added."""
    left = {
        one for one in characters if not one.isascii() and unicodedata.category(one) not in {"Cc", "Cf", "Zl", "Zp"}
    }
    # What most is set in comes first, the largest last: it is seldom needed, and takes the longest to read.
    files = sorted((file.name != MAIN_FONT, file.stat().st_size, file) for file in _font_files(added))
    for _, size, file in files:
        if not left:
            break
        left = {one for one in left if ord(one) not in _drawn_by(file, size)}
    return left


@lru_cache(maxsize=64)
def _drawn_by(file: Path, size: int) -> frozenset[int]:
    """The characters of a font, as numbers; read once as long as the file keeps its size."""
    try:
        fonts = TTCollection(file, lazy=True) if file.suffix == ".ttc" else [TTFont(file, lazy=True)]
        return frozenset(code for font in fonts for code in font.getBestCmap() or {})
    except TTLibError as error:
        logger.warning("%s cannot be read: %s", file.name, error)
        return frozenset()


def in_words(text: str, *, undrawable: set[str]) -> str:
    """The text with something drawable in place of each undrawable character."""
    text = NEVER_DRAWN.sub("", text).translate(SEPARATORS)
    if undrawable.isdisjoint(text):
        return text
    scripts: dict[str, str] = defaultdict(str)
    signs = {}
    for character in undrawable.intersection(text):
        if script := _script(character):
            scripts[script] += character
        else:
            signs[ord(character)] = _sign_in_words(character)
    for script, characters in scripts.items():
        some = f"[{re.escape(characters)}]"
        # One remark for a passage, not one for each of its words.
        text = re.sub(rf"{some}(?:[^\w<>]*{some})*", f"[{script} text]", text)
    return text.translate(signs)


def breakable(text: str, *, longest: int = LONGEST_WORD) -> str:
    """The text with places to break in words longer than any line; East Asian text breaks anywhere as it is."""
    return re.sub(
        rf"[^\s\u2e80-\U0003ffff]{{{longest},}}",
        lambda word: PLACE_TO_BREAK.join(re.findall(rf".{{1,{longest // 4 or 1}}}", word[0])),
        text,
    )


def _columns(table: Element) -> int:
    return max((len(row) for row in table.iter("tr")), default=1) or 1


def _direction(element: Element) -> str:
    """Of the first letter that has one; empty where none has."""
    for sign in "".join(element.itertext()):
        if (found := unicodedata.bidirectional(sign)) in {"L", "R", "AL"}:
            return "ltr" if found == "L" else "rtl"
    return ""


def _texts(element: Element) -> Iterator[tuple[str, str]]:
    # Comments and processing instructions have a function for a tag.
    if element.text and isinstance(element.tag, str) and element.tag not in NOT_SET:
        yield "text", element.text
    if element.tail:
        yield "tail", element.tail


def _font_files(added: Path) -> Iterator[Path]:
    for folder in (Path(__file__).parent / "fonts", added / "fonts"):
        yield from (file for file in folder.rglob("*") if file.suffix in {".ttf", ".otf", ".ttc"})


def _script(character: str) -> str:
    """“Tamil” for a letter of that script, nothing for a sign."""
    if unicodedata.category(character)[0] not in "LM" or unicodedata.normalize("NFKD", character) != character:
        return ""
    return unicodedata.name(character, "").partition(" ")[0].capitalize()


def _sign_in_words(character: str) -> str:
    if character in LIKENESSES:
        return LIKENESSES[character]
    if FIRST_FLAG_LETTER <= character <= LAST_FLAG_LETTER:
        return chr(ord(character) - ord(FIRST_FLAG_LETTER) + ord("A"))
    plain = unicodedata.normalize("NFKD", character)
    if plain != character and plain.isascii():
        return plain
    name = unicodedata.name(character, "").lower()
    return f"[{name}]" if name else UNKNOWN
