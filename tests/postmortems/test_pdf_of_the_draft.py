"""A PDF of the draft: for those who write it, and for nobody else."""

from datetime import timedelta

import pytest
from django.utils import timezone

from postmortems import proofs, rendition
from postmortems.models import Proof
from postmortems.pdf import PdfFailed
from postmortems.proofs import ask_for_proof, forget_proofs, make_due
from postmortems.services import publish_postmortem, save_draft
from postmortems.tasks import render_due
from statuspage.publishing.press import publish
from tests.postmortems.desk import text_of, url
from tests.postmortems.test_publish_postmortem import POSTED


@pytest.fixture
def desk(client, staff):
    client.force_login(staff)
    return client


@pytest.fixture
def laid_out(monkeypatch):
    """What would be laid out, instead of a PDF."""
    told = []

    def to_pdf(html, **options):
        told.append(html)
        return b"%PDF-"

    monkeypatch.setattr(proofs, "to_pdf", to_pdf)
    return told


def test_it_is_made_by_a_worker_and_opened_at_the_desk(desk, draft):
    assert desk.get(url(draft.incident, "proof_pdf")).status_code == 404
    assert desk.post(url(draft.incident, "proof")).status_code == 302
    assert "The PDF is being made." in text_of(desk.get(url(draft.incident, "preview")))
    assert desk.get(url(draft.incident, "proof")).status_code == 204
    assert desk.get(url(draft.incident, "proof_pdf")).status_code == 404
    render_due()
    assert "Open the PDF of the draft" in text_of(desk.get(url(draft.incident, "proof")))
    response = desk.get(url(draft.incident, "proof_pdf"))
    assert response["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")


def test_it_says_that_it_is_a_draft_and_nothing_internal(draft, laid_out):
    ask_for_proof(draft)
    assert make_due()
    [html] = laid_out
    assert "Draft. Incident Report for" in html
    assert "it stood" in html
    assert "SHA-256" not in html
    assert "Ships could not enter." in html
    assert "CANARY" not in html


def test_nothing_of_it_is_ever_public(draft, laid_out, public):
    ask_for_proof(draft)
    make_due()
    publish()
    assert [file for file in public.rglob("*postmortem*") if file.parent.name != "schemas"] == []
    assert not [file for file in public.parent.rglob("*") if file.is_file() and b"%PDF-" in file.read_bytes()]


@pytest.mark.parametrize("name", ["proof", "proof_pdf", "pane"])
def test_only_staff_come_near_it(client, draft, django_user_model, laid_out, name):
    ask_for_proof(draft)
    make_due()
    assert client.get(url(draft.incident, name)).status_code == 302
    client.force_login(django_user_model.objects.create_user("guest@example.com"))
    assert client.get(url(draft.incident, name)).status_code == 403


def test_readers_come_first(draft, laid_out, monkeypatch):
    monkeypatch.setattr(rendition, "to_pdf", lambda html, **options: b"%PDF-")
    revision = publish_postmortem(draft, author=None, at=POSTED)
    ask_for_proof(draft)
    render_due()
    revision.pdf.refresh_from_db()
    assert (revision.pdf.state, Proof.objects.get().is_owed) == ("ready", True)
    render_due()
    assert not Proof.objects.get().is_owed


def test_it_is_older_than_the_draft_once_that_is_saved_again(desk, draft, laid_out):
    ask_for_proof(draft)
    make_due()
    assert "The draft has changed since" not in text_of(desk.get(url(draft.incident, "proof")))
    save_draft(draft, texts={"lessons": "New."}, facts=[], actions=[], mitigations=[])
    assert "The draft has changed since" in text_of(desk.get(url(draft.incident, "proof")))


def test_it_is_gone_after_an_hour_and_once_readers_have_the_text(draft, laid_out):
    ask_for_proof(draft)
    make_due()
    forget_proofs(at=timezone.now() + timedelta(minutes=59))
    assert Proof.objects.exists()
    forget_proofs(at=timezone.now() + timedelta(minutes=61))
    assert not Proof.objects.exists()
    ask_for_proof(draft)
    publish_postmortem(draft, author=None, at=POSTED)
    assert not Proof.objects.exists()


def test_a_text_that_is_too_much_for_it_gets_a_sentence(desk, draft, monkeypatch):
    def fail(html, **options):
        raise PdfFailed("The PDF was not made: shorten its tables.")

    monkeypatch.setattr(proofs, "to_pdf", fail)
    ask_for_proof(draft)
    make_due()
    assert "shorten its tables" in text_of(desk.get(url(draft.incident, "proof")))
    assert not make_due()


def test_one_that_breaks_its_worker_each_time_is_given_up(draft, monkeypatch):
    def crash(html, **options):
        raise OSError("disk full")

    monkeypatch.setattr(proofs, "to_pdf", crash)
    ask_for_proof(draft)
    for _ in range(rendition.MOST_ATTEMPTS):
        assert make_due()
        assert not make_due()
        Proof.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert not make_due()
    assert Proof.objects.get().error == rendition.BROKEN_OFF


def test_asking_anew_while_it_is_made_makes_it_anew(draft, monkeypatch):
    def to_pdf(html, **options):
        ask_for_proof(draft)
        return b"%PDF-old"

    monkeypatch.setattr(proofs, "to_pdf", to_pdf)
    ask_for_proof(draft)
    make_due()
    assert Proof.objects.get().is_owed


def test_the_pane_stands_in_the_editor_and_nowhere_else(desk, draft):
    pane = desk.get(url(draft.incident, "pane"))
    assert "frame-ancestors 'self'" in pane["Content-Security-Policy"]
    assert pane["X-Frame-Options"] == "SAMEORIGIN"
    assert "Ships could not enter." in text_of(pane)
    assert desk.get(url(draft.incident))["Content-Security-Policy"].endswith("frame-src 'self'")
    assert desk.get(url(draft.incident, "preview"))["X-Frame-Options"] == "DENY"
