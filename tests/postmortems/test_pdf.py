"""The PDF of a postmortem: readable by people, by screen readers, and in ten years."""

from io import BytesIO

import pikepdf
import pypdf
import pytest
from pikepdf import Array, Dictionary

from postmortems.rendition import json_of, pdf_of
from tests.postmortems.samples import a_report, a_revision

LONG = "A configuration change gave the session service half of the connections that it needs. " * 20


@pytest.fixture(scope="module")
def revision():
    return a_revision(a_report())


@pytest.fixture(scope="module")
def content(revision):
    return pdf_of(revision)


@pytest.fixture(scope="module")
def pdf(content):
    with pikepdf.open(BytesIO(content)) as pdf:
        yield pdf


@pytest.fixture(scope="module")
def long_pdf():
    with pikepdf.open(BytesIO(pdf_of(a_revision(a_report(root_cause=LONG * 6, lessons=LONG))))) as pdf:
        yield pdf


def reader(pdf):
    target = BytesIO()
    pdf.save(target)
    return pypdf.PdfReader(target)


def tags(element):
    """The structure tree in reading order."""
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, Array) else [kids]:
        if isinstance(kid, Dictionary) and "/S" in kid:
            yield kid
            yield from tags(kid)


def tags_of(pdf, kind):
    return [tag for tag in tags(pdf.Root.StructTreeRoot) if str(tag.S) == kind]


def marks(page):
    """Marked content of a page: its kind and, where it belongs to the structure, its number."""
    for instruction in pikepdf.parse_content_stream(page):
        if str(instruction.operator) in {"BDC", "BMC"}:
            properties = instruction.operands[1] if len(instruction.operands) > 1 else {}
            yield str(instruction.operands[0]), properties.get("/MCID")


def outline(items, depth=1):
    for item in items:
        if isinstance(item, list):
            yield from outline(item, depth + 1)
        else:
            yield depth, item.title


def text(pdf):
    return " ".join(" ".join(page.extract_text() for page in reader(pdf).pages).split())


def test_it_says_everything_in_the_order_of_the_page(pdf):
    told = text(pdf)
    parts = [
        "Sign-in failures for some accounts",
        "Incident Report for Fernway.",
        "Date of incident",
        "Nov 20, 2026 - 22:08 WET written as “20/11/2026, 10:08pm”",
        "About 4 % of sign-ins",
        "Incident description Some sign-ins failed or took very long.",
        "Root cause analysis A change halved the pool.",
        "Timeline Action Alerts paged the engineer. Nov 20, 2026 - 22:10 WET",
        "Actions taken",
        "The change was reverted.",
        "Mitigation measures",
        "Done · Prevents it · Platform · due Dec 24, 2026",
        "Lessons learned Weekends are different.",
        "Thanks To the night shift.",
        "Posted Nov 23, 2026 - 17:20 WET",
        "Resolved All is normal. Posted Nov 20, 2026 - 22:50 WET",
        "Monitoring Sign-ins succeed again. Posted Nov 20, 2026 - 22:41 WET",
        "Investigating Some sign-ins fail. Posted Nov 20, 2026 - 22:15 WET",
        "This incident affected: Accounts (Sign-in, Sessions) and API.",
        "Resolved after",
        "Document f4rnw4yq81zz, revision 2",
        "Published Nov 23, 2026 - 17:20 WET",
        "5a" * 32,
        "Permalink https://status.fernway.example/incidents/f4rnw4yq81zz/postmortem",
        "Made with Candor, WeasyPrint",
    ]
    assert [part for part in parts if part not in told] == []
    assert [told.index(part) for part in parts] == sorted(told.index(part) for part in parts)


def test_sections_nobody_wrote_are_left_out(pdf):
    assert "Contributing factors" not in text(pdf)


def test_every_page_says_which_of_how_many_it_is(long_pdf):
    pages = [page.extract_text() for page in reader(long_pdf).pages]
    assert len(pages) > 2
    assert [f"Page {number} of {len(pages)}" in page for number, page in enumerate(pages, 1)] == [True] * len(pages)
    assert all("Sign-in failures for some accounts" in page for page in pages)


def test_only_a_long_one_has_a_table_of_contents(pdf, long_pdf):
    assert "Contents" not in text(pdf)
    assert "Contents Incident description" in text(long_pdf)


def test_it_is_tagged_titled_and_in_a_language(pdf):
    assert pdf.Root.MarkInfo.Marked
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    assert str(pdf.Root.Lang) == "en"
    assert reader(pdf).metadata.title == "Postmortem: Sign-in failures for some accounts · Fernway"
    assert reader(pdf).metadata.author == "Fernway"
    assert reader(pdf).metadata.subject.startswith("Some sign-ins")


def test_its_dates_are_when_it_was_published(pdf):
    assert str(pdf.docinfo.CreationDate) == "D:20261123172005Z"
    assert str(pdf.docinfo.ModDate) == "D:20261123172005Z"


def test_its_outline_is_its_headings(pdf):
    headings = list(outline(reader(pdf).outline))
    assert [title for _, title in headings] == [
        "Sign-in failures for some accounts",
        "Postmortem",
        "Incident description",
        "Root cause analysis",
        "What waits",
        "Timeline",
        "Actions taken",
        "Mitigation measures",
        "Lessons learned",
        "Thanks",
        "Updates",
        "Measured from the record",
    ]


def test_numbered_lists_keep_their_numbers_as_labels(pdf):
    lists = tags_of(pdf, "/L")
    assert [[str(item.S) for item in one.K] for one in lists] == [["/LI", "/LI"], ["/LI", "/LI"]]
    assert {tuple(str(part.S) for part in item.K) for one in lists for item in one.K} == {("/Lbl", "/LBody")}


def test_each_fact_is_a_row_with_its_header(pdf):
    facts = tags_of(pdf, "/Table")[0]
    rows = [tag for tag in tags(facts) if str(tag.S) == "/TR"]
    assert [[str(cell.S) for cell in row.K] for row in rows] == [["/TH", "/TD"]] * 5
    assert all(row.K[1].A.Headers[0] == row.K[0].ID for row in rows)


def test_the_timeline_is_told_in_words_to_those_who_do_not_see_it(pdf):
    figures = tags_of(pdf, "/Figure")
    assert len(figures) == 1
    assert "Started Nov 20, 2026 - 22:08 WET" in str(figures[0].Alt)
    assert "Investigating Nov 20, 2026 - 22:15 WET" in str(figures[0].Alt)


def test_each_link_is_tagged_and_says_where_it_leads(pdf):
    links = [note for page in pdf.pages for note in page.get("/Annots", [])]
    assert [str(link.Contents) for link in links] == [
        "https://fernway.example/limits",
        "https://tracker.example/7",
        "https://status.fernway.example/incidents/f4rnw4yq81zz/postmortem",
    ]


def test_running_headers_and_page_numbers_are_no_part_of_the_text(long_pdf):
    numbers = {page.obj.objgen: set() for page in long_pdf.pages}
    for tag in tags(long_pdf.Root.StructTreeRoot):
        if "/Pg" in tag:
            numbers[tag.Pg.objgen].update(kid for kid in tag.K if isinstance(kid, int))
    for page in long_pdf.pages:
        marked = list(marks(page))
        assert {number for _, number in marked if number is not None} == numbers[page.obj.objgen]
        assert all(kind == "/Artifact" for kind, number in marked if number is None)
        # Beside the drawn lines there are the page's number, its address and, from the second page on, two headers.
        assert sum(kind == "/Artifact" for kind, _ in marked) >= 2


def test_text_in_every_script_that_a_font_is_there_for_can_be_copied():
    words = "→ ✓ ≥ Ελλάδα Привет 日本語 한국어 שלום مرحبا `code`"
    with pikepdf.open(BytesIO(pdf_of(a_revision(a_report(description=words))))) as pdf:
        fonts = [one for one in pdf.objects if isinstance(one, Dictionary) and one.get("/Subtype") == "/Type0"]
        assert len(fonts) >= 7
        told = text(pdf)
    assert all(word in told for word in ("→ ✓ ≥", "Ελλάδα", "Привет", "日本語", "한국어", "code"))


def test_it_carries_its_data(pdf, revision):
    files = pdf.attachments
    assert list(files) == ["postmortem.json"]
    assert files["postmortem.json"].get_file().read_bytes() == json_of(revision)
    assert [str(file.AFRelationship) for file in pdf.Root.AF] == ["/Data"]
    assert files["postmortem.json"].get_file().mime_type == "application/json"
    assert str(pdf.Root.AF[0].EF.F.Params.CreationDate) == "D:20261123172005Z"


def test_the_renderer_has_nothing_to_complain_of(revision, caplog):
    pdf_of(revision)
    assert [record.getMessage() for record in caplog.records] == []
