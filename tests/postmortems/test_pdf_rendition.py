"""A PDF is owed from publishing on, made by whoever comes first, and kept; a failed one says why and can be retried."""

import hashlib
from datetime import timedelta

import pytest
from django.urls import reverse

from postmortems import rendition as renditions
from postmortems.models import Rendition
from postmortems.pdf import Limits, PdfFailed
from postmortems.rendition import LEASE, MOST_ATTEMPTS, claim, render_again, render_all, render_due, stored_bytes
from postmortems.services import publish_postmortem, save_draft, start_postmortem
from postmortems.tasks import render_due as render_due_task
from statuspage.publishing import store
from statuspage.publishing.press import publish
from tests.conftest import NOW
from tests.postmortems.desk import url

HOUR = timedelta(hours=1)


@pytest.fixture
def owed(draft) -> Rendition:
    return publish_postmortem(draft, author=None, at=NOW + HOUR).pdf


@pytest.fixture
def quick(monkeypatch):
    """A renderer that answers at once; gives what it was asked."""
    asked = []

    def to_pdf(html, *, at, attachments):
        asked.append((html, at))
        return b"%PDF made"

    monkeypatch.setattr(renditions, "to_pdf", to_pdf)
    return asked


def failing(monkeypatch, error):
    def to_pdf(html, *, at, attachments):
        raise error

    monkeypatch.setattr(renditions, "to_pdf", to_pdf)


def test_the_worker_makes_stores_and_publishes_it(owed):
    render_due_task()
    owed.refresh_from_db()
    assert owed.state == Rendition.State.READY
    content = stored_bytes(owed)
    assert content.startswith(b"%PDF")
    assert owed.sha256 == hashlib.sha256(content).hexdigest()
    postmortem = owed.revision.postmortem
    assert store.find(f"{postmortem.path}.pdf") == content
    assert f"{postmortem.path}.pdf".encode() in store.find(postmortem.path)
    assert f"{postmortem.path}.pdf".encode() in store.find(postmortem.incident.path)


def test_the_desk_calls_it_ready_only_once_readers_can_open_it(client, staff, owed, quick, monkeypatch):
    client.force_login(staff)
    postmortem = owed.revision.postmortem
    asked = []

    def publish_late(*changed):
        postmortem.refresh_from_db()
        asked.extend([client.get(url(postmortem.incident)).text, client.get(reverse("postmortems:index")).text])
        assert client.get(url(postmortem.incident, "pdf")).status_code == 204
        publish(*changed)

    monkeypatch.setattr(renditions, "publish", publish_late)
    render_due_task()
    assert [("PDF being made" in text, "PDF ready" in text) for text in asked] == [(True, False)] * 2
    assert "Open the PDF" in client.get(url(postmortem.incident, "pdf")).text


def test_internal_words_are_in_no_part_of_it(owed, quick, monkeypatch):
    attached = []
    monkeypatch.setattr(renditions, "to_pdf", lambda html, *, at, attachments: attached.extend(attachments) or b"%PDF")
    assert "CANARY" not in renditions.html_of(owed.revision)
    renditions.pdf_of(owed.revision)
    assert [b"CANARY" in one.content for one in attached] == [False]


def test_it_is_dated_by_its_revision(owed, quick):
    render_due()
    assert [at for _, at in quick] == [NOW + HOUR]


def test_nothing_owed_nothing_made(db, quick):
    render_due()
    assert quick == []


def test_whoever_keeps_time_makes_one_at_a_time_the_newest_first(owed, quick, make_incident):
    second = start_postmortem(make_incident(status="resolved"))
    save_draft(
        second, texts={"description": "No light.", "root_cause": "A cable."}, facts=[], actions=[], mitigations=[]
    )
    newer = publish_postmortem(second, author=None, at=NOW).pdf
    states = []
    for _ in range(3):
        render_due_task()
        states.append([Rendition.objects.get(pk=one.pk).state for one in (owed, newer)])
    assert states == [["owed", "ready"], ["ready", "ready"], ["ready", "ready"]]


def test_a_revision_that_was_superseded_before_its_turn_is_not_made(owed, quick, django_capture_on_commit_callbacks):
    newer = revised(owed.revision.postmortem, django_capture_on_commit_callbacks).pdf
    render_all()
    assert [Rendition.objects.get(pk=one.pk).state for one in (owed, newer)] == ["owed", "ready"]
    assert len(quick) == 1


def test_two_workers_never_make_the_same_one(owed):
    assert claim(at=NOW) == owed
    assert claim(at=NOW) is None


def test_one_whose_worker_died_is_taken_up_again_when_the_lease_is_over(owed):
    claim(at=NOW)
    assert claim(at=NOW + LEASE - timedelta(seconds=1)) is None
    assert claim(at=NOW + LEASE) == owed


def test_one_that_kills_its_worker_each_time_is_given_up(owed):
    for attempt in range(MOST_ATTEMPTS):
        assert claim(at=NOW + attempt * LEASE) == owed
    assert claim(at=NOW + MOST_ATTEMPTS * LEASE) is None
    owed.refresh_from_db()
    assert owed.state == Rendition.State.FAILED
    assert owed.error == "The PDF was not made: 3 attempts were broken off. The worker's log has the details."


def revised(postmortem, commits):
    """Publish the postmortem again, with another text."""
    rows = {"facts": postmortem.facts, "actions": postmortem.actions_taken, "mitigations": postmortem.mitigations}
    save_draft(
        postmortem, texts={"lessons": "Ask before you paint."}, **{name: list(one.all()) for name, one in rows.items()}
    )
    with commits(execute=True):
        return publish_postmortem(postmortem, author=None, at=NOW + HOUR)


def test_readers_of_a_new_revision_never_get_the_paper_of_the_last(owed, quick, django_capture_on_commit_callbacks):
    postmortem = owed.revision.postmortem
    render_due()
    assert store.find(f"{postmortem.path}.pdf")
    revision = revised(postmortem, django_capture_on_commit_callbacks)
    assert store.find(f"{postmortem.path}.pdf") is None
    assert f"{postmortem.path}.pdf".encode() not in store.find(postmortem.path)
    render_due()
    revision.pdf.refresh_from_db()
    assert store.find(f"{postmortem.path}.pdf") == stored_bytes(revision.pdf) == b"%PDF made"
    assert f"{postmortem.path}.pdf".encode() in store.find(postmortem.path)
    assert len(quick) == 2


def test_a_revision_whose_pdf_fails_leaves_none_to_readers(
    owed, quick, monkeypatch, django_capture_on_commit_callbacks
):
    postmortem = owed.revision.postmortem
    render_due()
    revised(postmortem, django_capture_on_commit_callbacks)
    failing(monkeypatch, PdfFailed("The PDF was not made: it is too long."))
    render_due()
    publish()
    assert store.find(f"{postmortem.path}.pdf") is None


def test_a_text_that_is_too_much_fails_with_its_sentence_while_the_html_stays(owed, monkeypatch):
    postmortem = owed.revision.postmortem
    failing(monkeypatch, PdfFailed("The PDF was not made: it is too long."))
    renditions.publish(postmortem)
    render_due()
    owed.refresh_from_db()
    assert (owed.state, owed.error) == (Rendition.State.FAILED, "The PDF was not made: it is too long.")
    assert stored_bytes(owed) is None
    assert store.find(postmortem.path)
    assert store.find(f"{postmortem.path}.pdf") is None


def test_a_failed_one_can_be_owed_again(owed, monkeypatch, quick):
    failing(monkeypatch, PdfFailed("The PDF was not made: it is too long."))
    render_due()
    owed.refresh_from_db()
    render_again(owed)
    monkeypatch.setattr(renditions, "to_pdf", lambda html, *, at, attachments: b"%PDF made")
    render_due()
    owed.refresh_from_db()
    assert (owed.state, owed.error, owed.attempts) == (Rendition.State.READY, "", 1)


def test_a_finished_one_is_not_owed_again(owed, quick):
    render_due()
    owed.refresh_from_db()
    render_again(owed)
    render_due()
    assert len(quick) == 1


def test_trouble_of_the_machine_is_no_fault_of_the_text(owed, monkeypatch, caplog):
    failing(monkeypatch, OSError("No space left on device"))
    render_due()
    owed.refresh_from_db()
    assert owed.state == Rendition.State.OWED
    assert "No space left on device" in caplog.text


def test_who_comes_back_too_late_changes_nothing(owed, quick):
    late = claim(at=NOW)
    Rendition.objects.filter(pk=owed.pk).update(attempts=2)
    renditions.make(late)
    owed.refresh_from_db()
    assert owed.state == Rendition.State.OWED


def test_a_real_text_that_is_too_much_says_so(owed, monkeypatch):
    real = renditions.to_pdf
    monkeypatch.setattr(renditions, "to_pdf", lambda html, **named: real(html, limits=Limits(characters=100), **named))
    render_due()
    owed.refresh_from_db()
    assert owed.error.startswith("The PDF was not made: the text comes to ")
