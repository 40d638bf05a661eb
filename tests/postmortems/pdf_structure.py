"""What a PDF must be to be archival (PDF/A-3a) and accessible (PDF/UA-1), as far as its objects can tell.

Each check looks at one demand and yields a sentence for each thing that falls short of it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise
from xml.etree import ElementTree

from pikepdf import Array, Dictionary, Name, Object, Page, Pdf, String, parse_content_stream

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
PDFA = "{http://www.aiim.org/pdfa/ns/id/}"
PDFUA = "{http://www.aiim.org/pdfua/ns/id/}"
SCHEMA = "{http://www.aiim.org/pdfa/ns/schema#}"
TITLE = "{http://purl.org/dc/elements/1.1/}title"
PAINTING = {"f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "Tj", "TJ", "'", '"', "Do", "sh", "INLINE IMAGE"}
SHOWING = {"Tj", "TJ", "'", '"'}
INVISIBLE = re.compile(r"[\s\u200b\u2066-\u2069]")

Check = Callable[[Pdf], Iterator[str]]
CHECKS: dict[str, Check] = {}


def check(function: Check) -> Check:
    """Make it one of those that every PDF has to pass."""
    CHECKS[function.__name__] = function
    return function


def complaints(pdf: Pdf) -> list[str]:
    """Everything that any check finds."""
    return [f"{name}: {found}" for name, one in CHECKS.items() for found in one(pdf)]


@check
def says_what_it_is_made_to(pdf: Pdf) -> Iterator[str]:
    rdf = _metadata(pdf).findall(f"{RDF}RDF")
    if len(rdf) != 1:
        yield f"{len(rdf)} descriptions, where readers look at one"
    said = {key: value for one in rdf[0].iter(f"{RDF}Description") for key, value in one.attrib.items()}
    if (said.get(f"{PDFA}part"), said.get(f"{PDFA}conformance")) != ("3", "A"):
        yield "not identified as PDF/A-3a"
    if said.get(f"{PDFUA}part") != "1":
        yield "not identified as PDF/UA-1"
    explained = {one.text for one in rdf[0].iter(f"{SCHEMA}namespaceURI")}
    if PDFUA.strip("{}") not in explained:
        yield "PDF/A knows no PDF/UA, and nothing explains it"


@check
def is_tagged_titled_and_in_a_language(pdf: Pdf) -> Iterator[str]:
    if not pdf.Root.get("/MarkInfo", {}).get("/Marked"):
        yield "not marked as tagged"
    if not str(pdf.Root.get("/Lang", "")):
        yield "in no language"
    if not pdf.Root.get("/ViewerPreferences", {}).get("/DisplayDocTitle"):
        yield "the title is not what a window shows"
    titles = ["".join(one.itertext()).strip() for one in _metadata(pdf).iter(TITLE)]
    if titles != [str(pdf.docinfo.get("/Title", "")).strip()] or not titles[0]:
        yield "no title, or two that differ"


@check
def says_what_its_colours_mean(pdf: Pdf) -> Iterator[str]:
    intents = [one for one in pdf.Root.get("/OutputIntents", []) if one.S == Name.GTS_PDFA1]
    if not any("/DestOutputProfile" in one for one in intents):
        yield "no output intent with a profile"


@check
def has_an_identifier(pdf: Pdf) -> Iterator[str]:
    if len(pdf.trailer.get("/ID", [])) != 2:
        yield "no file identifier"


@check
def pictures_are_told_in_words(pdf: Pdf) -> Iterator[str]:
    for figure in tags_of(pdf, "/Figure"):
        if not str(figure.get("/Alt", "")).strip():
            yield "a figure without alternative text"


@check
def headings_go_down_step_by_step(pdf: Pdf) -> Iterator[str]:
    levels = [0, *(level for level, _ in _headings(pdf))]
    for before, after in pairwise(levels):
        if after > before + 1:
            yield f"a heading of level {after} after one of level {before}"


@check
def links_are_told_and_tagged(pdf: Pdf) -> Iterator[str]:
    parents = _parents(pdf)
    texts = _texts(pdf)
    for page in pdf.pages:
        for link in page.get("/Annots", []):
            where = str(link.get("/A", {}).get("/URI", "")) or "a link within the document"
            if not str(link.get("/Contents", "")):
                yield f"{where} has no description"
            tag = parents.get(int(link.get("/StructParent", -1)))
            if not isinstance(tag, Dictionary) or tag.get("/S") != Name.Link:
                yield f"{where} belongs to no tag"
                continue
            if not any(kid.get("/Obj", kid).objgen == link.objgen for kid in _objects(tag)):
                yield f"{where} is not in its own tag"
            if not _told(tag, texts).strip():
                yield f"{where} has no text in its tag"


@check
def nothing_is_drawn_unmarked(pdf: Pdf) -> Iterator[str]:
    for number, page in enumerate(pdf.pages, 1):
        depth = 0
        for instruction in parse_content_stream(page):
            operator = str(instruction.operator)
            depth += (operator in {"BDC", "BMC"}) - (operator == "EMC")
            if not depth and operator in PAINTING:
                yield f"page {number} draws with {operator} outside every mark"


@check
def every_mark_is_in_the_tree_or_an_artifact(pdf: Pdf) -> Iterator[str]:
    known: dict[tuple[int, int], list[int]] = defaultdict(list)
    for tag, page in _tags(pdf.Root.StructTreeRoot):
        for kid in _kids(tag):
            if isinstance(kid, int):
                known[page.objgen].append(kid)
    for number, page in enumerate(pdf.pages, 1):
        marks = list(_marks(page))
        if any(mark is None and kind != "/Artifact" for kind, mark in marks):
            yield f"page {number} has a mark that is neither text nor artifact"
        drawn = [mark for _, mark in marks if mark is not None]
        if Counter(drawn) != Counter(known[page.obj.objgen]):
            yield f"page {number} draws what no tag has, or the tags have what it does not draw"


@check
def fonts_are_embedded_and_can_be_read(pdf: Pdf) -> Iterator[str]:
    for font in _fonts(pdf):
        inner = font.DescendantFonts[0] if "/DescendantFonts" in font else font
        descriptor = inner.get("/FontDescriptor", {})
        if not any(f"/FontFile{kind}" in descriptor for kind in ("", "2", "3")):
            yield f"{font.BaseFont} is not embedded"
        if "/ToUnicode" not in font:
            yield f"{font.BaseFont} cannot be read as text"


@check
def every_glyph_is_drawn_and_means_something(pdf: Pdf) -> Iterator[str]:
    meanings = {font.objgen: _meanings(font) for font in _fonts(pdf)}
    found: set[str] = set()
    for page in pdf.pages:
        for font, glyphs, _ in _shown(page):
            found |= {f"{font.BaseFont} draws an empty box" for glyph in glyphs if glyph == 0}
            unknown = set(glyphs) - meanings[font.objgen].keys() - {0}
            found |= {f"glyph {glyph} of {font.BaseFont} means nothing" for glyph in unknown}
    yield from sorted(found)


@check
def carries_its_data_once(pdf: Pdf) -> Iterator[str]:
    files = list(pdf.Root.get("/AF", []))
    if len(files) != 1 or len(pdf.attachments) != 1:
        yield f"{len(files)} associated files, {len(pdf.attachments)} embedded, where there is one"
    for file in files:
        if file.get("/AFRelationship") != Name.Data:
            yield "the attachment is not said to be the document's data"
        if file.EF.F.get("/Subtype") != Name("/application/json"):
            yield "the attachment is not said to be JSON"


@check
def outline_is_the_headings(pdf: Pdf) -> Iterator[str]:
    told = [(level, _letters(text)) for level, text in _headings(pdf)]
    listed = [(level, _letters(title)) for level, title in _outline(pdf)]
    if told != listed:
        yield f"{len(listed)} entries, {len(told)} headings, and they do not agree"


def _metadata(pdf: Pdf) -> ElementTree.Element:
    return ElementTree.fromstring(pdf.Root.Metadata.read_bytes().split(b"?>", 1)[1].rsplit(b"<?xpacket", 1)[0])


def _tags(element: Object, page: Object | None = None) -> Iterator[tuple[Object, Object]]:
    """Every tag in reading order, with the page that it is on."""
    for kid in _kids(element):
        if isinstance(kid, Dictionary) and "/S" in kid:
            on = kid.get("/Pg", page)
            yield kid, on
            yield from _tags(kid, on)


def tags_of(pdf: Pdf, kind: str) -> list[Object]:
    """Every tag of a kind, in reading order."""
    return [tag for tag, _ in _tags(pdf.Root.StructTreeRoot) if str(tag.S) == kind]


def _kids(element: Object) -> list[Object]:
    kids = element.get("/K", [])
    return list(kids) if isinstance(kids, Array) else [kids]


def _objects(tag: Object) -> list[Object]:
    return [kid for kid in _kids(tag) if isinstance(kid, Dictionary)]


def _parents(pdf: Pdf) -> dict[int, Object]:
    numbers = pdf.Root.StructTreeRoot.ParentTree.Nums
    return {int(numbers[at]): numbers[at + 1] for at in range(0, len(numbers), 2)}


def _marks(page: Page) -> Iterator[tuple[str, int | None]]:
    """What a page marks: the kind and, where it belongs to the tree, its number."""
    for instruction in parse_content_stream(page):
        if str(instruction.operator) in {"BDC", "BMC"}:
            properties = instruction.operands[1] if len(instruction.operands) > 1 else {}
            number = properties.get("/MCID") if isinstance(properties, Dictionary) else None
            yield str(instruction.operands[0]), None if number is None else int(number)


def _fonts(pdf: Pdf) -> list[Object]:
    fonts = {font.objgen: font for page in pdf.pages for font in page.resources.get("/Font", {}).values()}
    forms = [
        one
        for page in pdf.pages
        for one in page.resources.get("/XObject", {}).values()
        if one.get("/Subtype") == Name.Form
    ]
    fonts |= {font.objgen: font for form in forms for font in form.get("/Resources", {}).get("/Font", {}).values()}
    return list(fonts.values())


def _meanings(font: Object) -> dict[int, str]:
    """What each glyph of a font is read as."""
    if "/ToUnicode" not in font:
        return {}
    pairs = re.findall(rb"<([0-9a-fA-F]{4})> <([0-9a-fA-F]*)>", font.ToUnicode.read_bytes())
    return {int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in pairs}


def _shown(page: Page) -> Iterator[tuple[Object, list[int], int | None]]:
    """Each piece of text: its font, its glyphs, and the number of the mark that it stands in."""
    yield from _shown_in(page, page.resources, None)


def _shown_in(
    stream: Page | Object, resources: Object, inside: int | None
) -> Iterator[tuple[Object, list[int], int | None]]:
    font, marks = None, [inside]
    for instruction in parse_content_stream(stream):
        operator, operands = str(instruction.operator), instruction.operands
        if operator in {"BDC", "BMC"}:
            properties = operands[1] if len(operands) > 1 else {}
            number = properties.get("/MCID") if isinstance(properties, Dictionary) else None
            marks.append(marks[-1] if number is None else int(number))
        elif operator == "EMC":
            marks.pop()
        elif operator == "Tf":
            font = resources.Font[str(operands[0])]
        elif operator == "Do" and resources.XObject[str(operands[0])].get("/Subtype") == Name.Form:
            form = resources.XObject[str(operands[0])]
            yield from _shown_in(form, form.get("/Resources", resources), marks[-1])
        elif operator in SHOWING:
            pieces = operands[-1] if operator == "TJ" else [operands[-1]]
            raw = b"".join(bytes(one) for one in pieces if isinstance(one, String))
            yield font, [int.from_bytes(raw[at : at + 2]) for at in range(0, len(raw), 2)], marks[-1]


def _texts(pdf: Pdf) -> dict[tuple[tuple[int, int], int], str]:
    """What each mark of each page says."""
    meanings = {font.objgen: _meanings(font) for font in _fonts(pdf)}
    texts: dict[tuple[tuple[int, int], int], str] = defaultdict(str)
    for page in pdf.pages:
        for font, glyphs, mark in _shown(page):
            if mark is not None:
                known = meanings[font.objgen]
                texts[page.obj.objgen, mark] += "".join(known.get(glyph, "") for glyph in glyphs)
    return texts


def _told(tag: Object, texts: dict[tuple[tuple[int, int], int], str]) -> str:
    """All that a tag says."""
    page = tag.get("/Pg")
    own = "".join(texts.get((page.objgen, kid), "") for kid in _kids(tag) if isinstance(kid, int))
    inner = [(kid, on) for kid, on in _tags(tag, page)]
    return own + "".join(
        texts.get((on.objgen, number), "") for kid, on in inner for number in _kids(kid) if isinstance(number, int)
    )


def _headings(pdf: Pdf) -> list[tuple[int, str]]:
    """Level and text of each."""
    texts = _texts(pdf)
    tags = [tag for tag, _ in _tags(pdf.Root.StructTreeRoot) if re.fullmatch("/H[1-6]", str(tag.S))]
    return [(int(str(tag.S)[2:]), _told(tag, texts)) for tag in tags]


def _outline(pdf: Pdf) -> list[tuple[int, str]]:
    with pdf.open_outline() as outline:
        pending = [(1, item) for item in reversed(outline.root)]
        found = []
        while pending:
            level, item = pending.pop()
            found.append((level, item.title))
            pending += [(level + 1, child) for child in reversed(item.children)]
    return found


def _letters(text: str) -> Counter[str]:
    """Which letters a text has, in whatever order: glyphs from right to left are drawn from left to right."""
    return Counter(INVISIBLE.sub("", text))
