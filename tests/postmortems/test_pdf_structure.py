"""Every PDF, whatever it tells, is built as archives and screen readers need it; and each check of that can fail."""

import shutil
import subprocess
from io import BytesIO

import pikepdf
import pytest
from django.core.management import call_command
from pikepdf import Array, Dictionary, Name

from postmortems.models import Postmortem
from postmortems.rendition import pdf_of
from tests.postmortems.documents import DOCUMENTS
from tests.postmortems.pdf_structure import CHECKS, complaints, tags_of
from tests.postmortems.samples import a_report, a_revision


@pytest.fixture(scope="module", params=DOCUMENTS)
def revision(request):
    return a_revision(DOCUMENTS[request.param]())


@pytest.fixture(scope="module")
def content(revision):
    return pdf_of(revision)


@pytest.fixture(scope="module")
def healthy():
    return pdf_of(a_revision(a_report()))


def found_in(content: bytes) -> list[str]:
    with pikepdf.open(BytesIO(content)) as pdf:
        return complaints(pdf)


def test_it_passes_every_check(content):
    assert found_in(content) == []


def test_its_syntax_is_clean(content, tmp_path):
    if not shutil.which("qpdf"):
        pytest.skip("qpdf is not there to look at the syntax")
    (tmp_path / "postmortem.pdf").write_bytes(content)
    looked = subprocess.run(["qpdf", "--check", tmp_path / "postmortem.pdf"], capture_output=True, text=True)
    assert (looked.returncode, looked.stderr) == (0, "")


def test_another_process_makes_the_same_bytes(content, revision):
    assert pdf_of(revision) == content


def test_the_demos_postmortem_passes_too(page):
    call_command("load_demo", verbosity=0)
    revisions = [one.published_revision for one in Postmortem.objects.exclude(published_revision=None)[:1]]
    assert revisions
    assert [found_in(pdf_of(revision)) for revision in revisions] == [[]]


def first(pdf, kind):
    return tags_of(pdf, kind)[0]


def a_link(pdf):
    return next(note for page in pdf.pages for note in page.get("/Annots", []))


def a_font(pdf):
    return next(iter(pdf.pages[0].resources.Font.values()))


def rewrite_metadata(pdf, old, new):
    said = pdf.Root.Metadata.read_bytes()
    assert old in said
    pdf.Root.Metadata = pdf.make_stream(said.replace(old, new))


def rewrite_first_page(pdf, old, new):
    page = pdf.pages[0]
    page.contents_coalesce()
    said = page.Contents.read_bytes()
    assert old in said
    page.Contents = pdf.make_stream(said.replace(old, new, 1))


def forget(thing, key):
    del thing[key]


def rename(thing, key, value):
    thing[key] = value


def attach_twice(pdf):
    pdf.Root.AF = Array([*pdf.Root.AF, pdf.Root.AF[0]])


def draw_unmarked(pdf):
    page = pdf.pages[0]
    page.contents_add(pdf.make_stream(b"0 0 10 10 re f"))


def draw_nothing_known(pdf):
    page = pdf.pages[0]
    page.contents_add(pdf.make_stream(b"/P <</MCID 999>> BDC 0 0 10 10 re f EMC"))


def mark_as_nothing(pdf):
    page = pdf.pages[0]
    page.contents_add(pdf.make_stream(b"/Span <<>> BDC 0 0 10 10 re f EMC"))


def an_empty_box(pdf):
    name = next(iter(pdf.pages[0].resources.Font.keys()))
    text = f"/Artifact BMC BT {name} 9 Tf <0000> Tj ET EMC".encode()
    pdf.pages[0].contents_add(pdf.make_stream(text))


def a_meaningless_glyph(pdf):
    font = a_font(pdf)
    font.ToUnicode = pdf.make_stream(b"0 beginbfchar endbfchar")


def a_second_description(pdf):
    rewrite_metadata(
        pdf, b"</rdf:RDF>", b'</rdf:RDF><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>'
    )


def a_link_without_text(pdf):
    tag = first(pdf, "/Link")
    tag.K = Array([kid for kid in tag.K if isinstance(kid, Dictionary) and "/Obj" in kid])


def a_link_of_another(pdf):
    tag = first(pdf, "/Link")
    tag.K = Array([kid for kid in tag.K if isinstance(kid, int)])


def lose_an_entry(pdf):
    with pdf.open_outline() as outline:
        outline.root[0].children.pop()


def rename_an_entry(pdf):
    with pdf.open_outline() as outline:
        outline.root[0].title = "Something else"


DAMAGE = [
    ("says_what_it_is_made_to", "PDF/A-3a", lambda pdf: rewrite_metadata(pdf, b'conformance="A"', b'conformance="U"')),
    ("says_what_it_is_made_to", "PDF/UA-1", lambda pdf: rewrite_metadata(pdf, b'pdfuaid:part="1"', b"")),
    ("says_what_it_is_made_to", "explains", lambda pdf: rewrite_metadata(pdf, b"namespaceURI>", b"other>")),
    ("says_what_it_is_made_to", "2 descriptions", a_second_description),
    ("is_tagged_titled_and_in_a_language", "tagged", lambda pdf: rename(pdf.Root.MarkInfo, "/Marked", False)),
    ("is_tagged_titled_and_in_a_language", "no language", lambda pdf: forget(pdf.Root, "/Lang")),
    ("is_tagged_titled_and_in_a_language", "window", lambda pdf: forget(pdf.Root, "/ViewerPreferences")),
    ("is_tagged_titled_and_in_a_language", "no title", lambda pdf: forget(pdf.docinfo, "/Title")),
    ("says_what_its_colours_mean", "profile", lambda pdf: forget(pdf.Root.OutputIntents[0], "/DestOutputProfile")),
    ("has_an_identifier", "identifier", lambda pdf: forget(pdf.trailer, "/ID")),
    ("pictures_are_told_in_words", "alternative", lambda pdf: forget(first(pdf, "/Figure"), "/Alt")),
    ("headings_go_down_step_by_step", "level 4", lambda pdf: rename(first(pdf, "/H3"), "/S", Name.H4)),
    ("headings_go_down_step_by_step", "level 2 after", lambda pdf: rename(first(pdf, "/H1"), "/S", Name.P)),
    ("links_are_told_and_tagged", "no description", lambda pdf: forget(a_link(pdf), "/Contents")),
    ("links_are_told_and_tagged", "no tag", lambda pdf: forget(a_link(pdf), "/StructParent")),
    ("links_are_told_and_tagged", "no text", a_link_without_text),
    ("links_are_told_and_tagged", "own tag", a_link_of_another),
    ("nothing_is_drawn_unmarked", "draws with f", draw_unmarked),
    ("every_mark_is_in_the_tree_or_an_artifact", "no tag has", draw_nothing_known),
    ("every_mark_is_in_the_tree_or_an_artifact", "neither", mark_as_nothing),
    (
        "every_mark_is_in_the_tree_or_an_artifact",
        "does not draw",
        lambda pdf: rewrite_first_page(pdf, b"/MCID 0", b"/MCIT 0"),
    ),
    (
        "fonts_are_embedded_and_can_be_read",
        "embedded",
        lambda pdf: forget(a_font(pdf).DescendantFonts[0], "/FontDescriptor"),
    ),
    ("fonts_are_embedded_and_can_be_read", "read as text", lambda pdf: forget(a_font(pdf), "/ToUnicode")),
    ("every_glyph_is_drawn_and_means_something", "empty box", an_empty_box),
    ("every_glyph_is_drawn_and_means_something", "means nothing", a_meaningless_glyph),
    ("carries_its_data_once", "2 associated", attach_twice),
    ("carries_its_data_once", "0 associated", lambda pdf: forget(pdf.Root, "/AF")),
    ("carries_its_data_once", "data", lambda pdf: rename(pdf.Root.AF[0], "/AFRelationship", Name.Source)),
    ("carries_its_data_once", "JSON", lambda pdf: rename(pdf.Root.AF[0].EF.F, "/Subtype", Name("/text/plain"))),
    ("outline_is_the_headings", "agree", lose_an_entry),
    ("outline_is_the_headings", "agree", rename_an_entry),
]


@pytest.mark.parametrize(("check", "said", "damage"), DAMAGE, ids=[f"{check}: {said}" for check, said, _ in DAMAGE])
def test_a_check_sees_what_is_broken(healthy, check, said, damage):
    with pikepdf.open(BytesIO(healthy)) as pdf:
        assert list(CHECKS[check](pdf)) == []
        damage(pdf)
        found = list(CHECKS[check](pdf))
    assert any(said in one for one in found), found


def test_each_check_was_seen_to_fail():
    assert {check for check, _, _ in DAMAGE} == CHECKS.keys()
