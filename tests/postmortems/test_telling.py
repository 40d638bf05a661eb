"""Subscribers are told of a publication: once each, and last, after its PDF and its pages."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core import mail

from postmortems import rendition as renditions
from postmortems import telling
from postmortems.models import Postmortem, Rendition
from postmortems.pdf import PdfFailed
from postmortems.rendition import LEASE, MOST_ATTEMPTS, render_again
from postmortems.services import publish_postmortem, withdraw_postmortem
from postmortems.tasks import render_due
from postmortems.telling import SUMMARY, tell_due
from statuspage.incidents.services import post_update
from statuspage.publishing import press, store
from statuspage.publishing.press import publish_owed
from statuspage.subscribers import delivery, services
from statuspage.subscribers.models import Notice
from statuspage.subscribers.services import Scope, subscribe_verified
from tests.conftest import NOW
from tests.postmortems.test_publish_postmortem import save

HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW + HOUR, tick=False) as travel:
        yield travel


@pytest.fixture(autouse=True)
def renderer(monkeypatch):
    """One that answers at once, or with the failure that it is given."""

    def answer(failure=None):
        def to_pdf(html, *, at, attachments):
            if failure:
                raise failure
            return b"%PDF made"

        monkeypatch.setattr(renditions, "to_pdf", to_pdf)

    answer()
    return answer


@pytest.fixture
def draft(draft):
    """The draft of an incident whose own updates everybody was told of long ago."""
    Notice.objects.all().delete()
    return draft


@pytest.fixture
def listen(page):
    def subscribe(address="reader@example.com", *, channel="email", **told):
        told = {"scope": Scope(whole_page=True), "contact": "ops@example.com" if channel == "webhook" else ""} | told
        return subscribe_verified(channel=channel, address=address, proof="Paper", at=NOW - HOUR, **told)

    return subscribe


def told():
    return [(notice.key.rpartition(":")[2], notice.letter("en")["subject"]) for notice in Notice.objects.all()]


def deliver(clock):
    clock.shift(MINUTE)
    delivery.fan_out()
    delivery.drain_mail()


def revise(draft, text="Paint in summer.", **said):
    return publish_postmortem(save(draft, lessons=text), author=None, **{"reason": "Another lesson."} | said)


def test_a_publication_is_told_once_its_pdf_and_its_pages_are_there(draft, monkeypatch):
    seen = []
    announce = telling.announce_besides

    def announce_and_look(*said, **more):
        seen.append([store.holds(f"{draft.path}{ending}") for ending in ("", ".pdf")])
        announce(*said, **more)

    monkeypatch.setattr(telling, "announce_besides", announce_and_look)
    publish_postmortem(draft, author=None)
    tell_due()
    assert told() == []
    render_due()
    assert told() == [("1", "Postmortem: Ships wait")]
    assert seen == [[True, True]]


def test_the_mail_says_what_happened_and_leads_to_the_page_and_its_pdf(draft, listen, clock):
    listen()
    publish_postmortem(draft, author=None)
    render_due()
    deliver(clock)
    [letter] = mail.outbox
    html = letter.alternatives[0][0]
    address = f"{settings.SITE_URL}{draft.path}"
    for text in (letter.body, html):
        assert "Ships could not enter." in text
        assert "Posted Nov 21, 2026 - 10:00 WET" in text
        assert "The gate lost its power." not in text
    assert f"\n{address}\nPDF: {address}.pdf\n" in letter.body.replace("\r\n", "\n")
    assert f'<a href="{address}"' in html
    assert f'<a href="{address}.pdf"' in html
    assert letter.extra_headers["References"].startswith(f"<{draft.incident.code}.")


def test_each_reader_is_told_in_their_own_language_and_zone(draft, listen, clock):
    listen(locale="de", time_zone="Asia/Tokyo")
    publish_postmortem(draft, author=None)
    render_due()
    deliver(clock)
    [letter] = mail.outbox
    assert f"/de{draft.path}\n" in letter.body.replace("\r\n", "\n")
    assert "19:00 JST" in letter.body


def test_it_reaches_whom_an_update_of_the_incident_reaches(draft, listen, make_component, clock):
    berths = draft.incident.updates.last().affected.get().component
    listen("page@example.com")
    listen("part@example.com", scope=Scope(components=(berths.code,)))
    listen("one@example.com", scope=Scope(incident=draft.incident.code))
    listen("other@example.com", scope=Scope(components=(make_component("Cranes").code,)))
    listen("planned@example.com", scope=Scope(whole_page=True, incidents=False))
    publish_postmortem(draft, author=None)
    render_due()
    deliver(clock)
    assert {address for letter in mail.outbox for address in letter.to} == {
        "page@example.com",
        "part@example.com",
        "one@example.com",
    }


def test_webhooks_get_the_incident_with_its_postmortem(draft, listen):
    listen("https://hooks.example.net/1", channel="webhook")
    publish_postmortem(draft, author=None)
    render_due()
    document = Notice.objects.get().payload["incident"]
    assert document["status"] == "postmortem"
    assert "Ships could not enter." in document["postmortem_body"]
    assert document["postmortem_published_at"] == "2026-11-21T10:00:00.000+00:00"
    assert document["postmortem_notified_subscribers"] is True
    publish_owed()
    public = json.loads(store.find(f"{draft.incident.path}.json"))
    assert {name: public[name] for name in public if name.startswith("postmortem")} == {
        name: document[name] for name in document if name.startswith("postmortem")
    }


def test_programs_get_its_headings_in_the_language_of_the_page(draft, listen, page):
    listen("https://hooks.example.net/1", channel="webhook")
    page.locale = "de"
    page.save()
    publish_postmortem(draft, author=None)
    render_due()
    publish_owed()
    told = Notice.objects.get().payload["incident"]["postmortem_body"]
    assert told == json.loads(store.find(f"{draft.incident.path}.json"))["postmortem_body"]
    assert "## Root cause analysis" not in told


def test_chats_get_its_beginning_and_are_led_to_its_page(draft):
    publish_postmortem(draft, author=None)
    render_due()
    notice = Notice.objects.get()
    assert notice.letter("en")["brief"] == "Ships could not enter."
    assert notice.url == f"{settings.SITE_URL}{draft.path}"


def test_a_later_revision_is_told_with_what_changed(draft, clock):
    publish_postmortem(draft, author=None)
    render_due()
    deliver(clock)
    revise(draft, reason="Later than <we> thought.")
    render_due()
    assert told() == [("1", "Postmortem: Ships wait"), ("2", "Postmortem revised: Ships wait")]
    letter = Notice.objects.last().letter("en")
    assert "Later than <we> thought.\n\nShips could not enter." in letter["text"]
    assert "<p>Later than &lt;we&gt; thought.</p><p>Ships could not enter.</p>" in letter["html"]


@pytest.mark.parametrize("said", [{"notify": False}, {"unchecked": True}], ids=["unticked", "imported"])
def test_whoever_is_not_to_be_told_is_not(draft, said):
    publish_postmortem(draft, author=None, **said)
    render_due()
    assert told() == []
    assert not Postmortem.objects.get().notified


def test_a_minor_correction_is_told_to_nobody(draft, clock):
    publish_postmortem(draft, author=None)
    render_due()
    deliver(clock)
    revise(draft, minor=True)
    render_due()
    assert [number for number, _ in told()] == ["1"]


def test_only_the_newest_is_told_of_two_that_come_at_once(draft, listen, clock):
    listen()
    publish_postmortem(draft, author=None)
    revise(draft)
    for _ in range(3):
        render_due()
    deliver(clock)
    assert [number for number, _ in told()] == ["2"]
    assert len(mail.outbox) == 1


def test_a_correction_in_the_first_seconds_is_told_in_place_of_what_it_corrects(draft, listen, clock):
    listen()
    publish_postmortem(draft, author=None)
    render_due()
    clock.shift(SECOND)
    revise(draft, minor=True, reason="A comma.")
    render_due()
    deliver(clock)
    [letter] = mail.outbox
    assert letter.subject == "Postmortem: Ships wait"
    assert "A comma." not in letter.body
    assert Notice.objects.get(withdrawn_at=None).key.endswith(":2")


def test_a_correction_of_a_revision_that_nobody_was_told_of_yet_says_why_that_was_made(draft, listen, clock):
    listen()
    publish_postmortem(draft, author=None)
    render_due()
    deliver(clock)
    mail.outbox.clear()
    revise(draft, reason="Paint was not the cause.")
    revise(draft, "Paint in summer!", minor=True, reason="A comma.")
    render_due()
    deliver(clock)
    [letter] = mail.outbox
    assert letter.subject == "Postmortem revised: Ships wait"
    assert "Paint was not the cause." in letter.body
    assert "A comma." not in letter.body


def test_for_some_seconds_it_can_be_withdrawn_as_a_post_can(draft, listen, clock):
    listen()
    publish_postmortem(draft, author=None)
    render_due()
    assert Notice.objects.get().due_at == NOW + HOUR + 10 * SECOND
    assert services.withdraw(Notice.objects.get().cause)
    revise(draft, minor=True)
    render_due()
    deliver(clock)
    assert mail.outbox == []


@pytest.mark.parametrize("said", [{"notify": False}, {"minor": True}], ids=["unticked", "withdrawn first"])
def test_programs_read_that_subscribers_were_told_only_where_some_were(draft, said):
    publish_postmortem(draft, author=None)
    if "minor" in said:
        withdraw_postmortem(draft, author=None, reason="Wrong gate.")
    revise(draft, **said)
    publish_owed()
    assert json.loads(store.find(f"{draft.incident.path}.json"))["postmortem_notified_subscribers"] is False


@pytest.mark.parametrize("made", [False, True], ids=["before its PDF is made", "in the seconds to think it over"])
def test_what_is_withdrawn_before_anybody_was_told_is_told_to_nobody(draft, listen, clock, made):
    listen()
    publish_postmortem(draft, author=None)
    if made:
        render_due()
    withdraw_postmortem(draft, author=None, reason="Wrong gate.")
    render_due()
    deliver(clock)
    assert mail.outbox == []


def test_where_the_pdf_is_given_up_they_are_told_without_it_and_not_again_once_it_is_made(draft, renderer, clock):
    publish_postmortem(draft, author=None)
    renderer(PdfFailed("The PDF was not made: it is too long."))
    render_due()
    letter = Notice.objects.get().letter("en")
    assert f"{draft.path}\n" in letter["text"]
    assert ".pdf" not in letter["text"] + letter["html"]
    renderer()
    render_again(Rendition.objects.get())
    render_due()
    assert store.holds(f"{draft.path}.pdf")
    assert len(told()) == 1


def test_a_pdf_that_kills_its_worker_each_time_keeps_nobody_from_being_told(draft, renderer, clock):
    publish_postmortem(draft, author=None)
    renderer(MemoryError())
    for _ in range(MOST_ATTEMPTS):
        render_due()
        assert told() == []
        clock.shift(LEASE)
    render_due()
    assert len(told()) == 1


def test_nobody_is_told_before_the_pages_can_be_written(draft, monkeypatch, clock):
    publish_postmortem(draft, author=None)
    put = store.put

    def full(location, body):
        if location.endswith("/postmortem"):
            raise OSError("No space left on device")
        put(location, body)

    with monkeypatch.context() as disk:
        disk.setattr(press.store, "put", full)
        render_due()
        clock.shift(HOUR)
        render_due()
    assert told() == []
    clock.shift(telling.LEASE)
    render_due()
    assert len(told()) == 1


def test_whatever_breaks_while_they_are_told_is_done_again_and_told_once(draft, monkeypatch, clock):
    publish_postmortem(draft, author=None)

    def die(*said, **more):
        raise SystemExit

    with monkeypatch.context() as worker:
        worker.setattr(telling, "announce_besides", die)
        with pytest.raises(SystemExit):
            render_due()
    assert told() == []
    render_due()
    assert told() == []
    clock.shift(telling.LEASE)
    for _ in range(3):
        render_due()
    assert len(told()) == 1


def test_of_two_workers_one_tells(draft, monkeypatch):
    publish_postmortem(draft, author=None)
    renditions.render_all()
    rendition = Rendition.objects.select_related("revision__postmortem__incident").get()
    telling._tell(rendition)
    telling._tell(rendition)
    assert len(told()) == 1


def test_a_worker_that_comes_late_with_what_was_superseded_meanwhile_tells_nobody(draft, monkeypatch):
    publish_postmortem(draft, author=None)
    renditions.render_all()

    def publish_slowly(*changed):
        revise(draft)
        return True

    monkeypatch.setattr(telling, "publish_alone", publish_slowly)
    tell_due()
    assert told() == []


def test_while_the_incident_is_open_again_nobody_is_led_to_it(draft, clock):
    publish_postmortem(draft, author=None)
    said = {"affected": {}, "author": None, "notify": False}
    post_update(draft.incident, status="investigating", body="Again.", **said)
    render_due()
    assert told() == []
    post_update(draft.incident, status="resolved", body="Over.", **said)
    render_due()
    assert len(told()) == 1


def test_of_a_long_text_the_first_paragraphs_stand_in_the_mail(draft):
    paragraphs = [f"Paragraph {number} " + "ships wait " * 25 for number in range(9)]
    publish_postmortem(save(draft, description="\n\n".join(paragraphs)), author=None)
    render_due()
    text = Notice.objects.get().letter("en")["text"]
    assert "Paragraph 2 ships" in text
    assert "Paragraph 3" not in text


def test_of_a_long_paragraph_the_first_words_do(draft):
    publish_postmortem(save(draft, description="ships wait " * 500), author=None)
    render_due()
    brief = Notice.objects.get().letter("en")["text"].split("Posted")[0]
    assert " …" in brief
    assert len(brief) < SUMMARY + 100
