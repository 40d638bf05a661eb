"""A PDF looks as the page did when it was published: its paper, its colour, its language; and stays so."""

from datetime import timedelta
from io import BytesIO

import pikepdf
import pypdf
import pytest
from django.core.exceptions import ValidationError

from postmortems.models import Revision
from postmortems.rendition import html_of, pdf_of
from postmortems.report import Look, Report, assemble, same_text
from postmortems.services import publish_postmortem
from statuspage.publishing.models import StatusPage
from tests.conftest import NOW
from tests.postmortems.samples import a_report, a_revision

HOUR = timedelta(hours=1)
MILLIMETRES = {"A4": (210, 297), "letter": (216, 279)}


def pdf_in(**look):
    return pdf_of(a_revision(a_report(look=Look(**look))))


@pytest.fixture
def published(draft) -> Revision:
    StatusPage.objects.update(paper="letter", accent="#8a1c4a", locale="de")
    return publish_postmortem(draft, author=None, at=NOW + HOUR)


@pytest.mark.parametrize("paper", MILLIMETRES)
def test_it_is_laid_out_for_the_paper_that_the_page_chose(paper):
    for page in pypdf.PdfReader(BytesIO(pdf_in(paper=paper))).pages:
        size = tuple(round(float(length) / 72 * 25.4) for length in page.mediabox[2:])
        assert size == MILLIMETRES[paper]


def test_it_keeps_the_look_that_it_was_published_with(published):
    before = html_of(published)
    StatusPage.objects.update(paper="A4", accent="", locale="en", name="Haven")
    assert html_of(Revision.objects.get(pk=published.pk)) == before
    assert Report.from_snapshot(published.snapshot).look == Look("de", "letter", "#8a1c4a")
    assert "size: letter" in before
    assert "#8a1c4a" in before


def test_another_look_is_no_other_text(published):
    StatusPage.objects.update(paper="A4", accent="", locale="en")
    report = assemble(published.postmortem, page=StatusPage.objects.get())
    assert same_text(published.snapshot, report.snapshot())
    with pytest.raises(ValidationError, match="Nothing has changed"):
        publish_postmortem(published.postmortem, author=None, at=NOW + 2 * HOUR)


def test_its_labels_and_times_are_in_the_language_of_the_page(published):
    html = html_of(published)
    assert '<html lang="de" dir="ltr">' in html
    for words in ("Ursachenanalyse", "Beginn der Störung", "21.11.2026, 08:50 WET", "Behoben", "Meldungen"):
        assert words in html
    assert "The gate lost its power." in html


def test_a_language_that_runs_from_right_to_left_turns_the_page_round():
    assert '<html lang="ar" dir="rtl">' in html_of(a_revision(a_report(look=Look("ar"))))
    with pikepdf.open(BytesIO(pdf_in(language="ar"))) as pdf:
        assert str(pdf.Root.Lang) == "ar"


def test_what_was_published_before_there_was_a_choice_is_in_english_on_a4(published):
    published.snapshot.pop("look")
    assert Report.from_snapshot(published.snapshot).look == Look("en", "A4", "")
    html = html_of(published)
    assert "size: A4" in html
    assert "Root cause analysis" in html
