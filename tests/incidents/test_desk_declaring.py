"""Declaring an incident at the desk: what is asked, what is refused, and that nothing typed is lost."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from statuspage.components.status import Status
from statuspage.incidents.models import Incident, IncidentUpdate
from statuspage.publishing import store
from tests.incidents.desk import HTMX, declaration, pick, url


def test_a_declared_incident_is_on_the_public_page_before_the_desk_answers(desk, staff, make_component, commits):
    website = make_component()
    with commits():
        response = desk.post(url("declare"), declaration(**pick(website, "partial_outage")))
    incident = Incident.objects.get()
    assert response.url == url("incident", incident.code)
    assert (incident.impact, incident.updates.get().author) == ("major", staff)
    assert b"Some bookings fail" in store.find("/")
    assert b"We are looking." in store.find(incident.path)


def test_components_are_grouped_and_say_how_they_are_now(desk, make_component, make_incident):
    checkout = make_component("Checkout", group="Shop")
    make_component("Mail")
    make_incident({checkout: Status.MAJOR_OUTAGE}, at=timezone.now())
    text = desk.get(url("declare")).text
    assert text.index("Shop") < text.index("Checkout") < text.index("Major outage") < text.index("Others")
    assert text.index("Others") < text.index("Mail")


def test_an_earlier_start_is_read_in_the_zone_of_the_page(desk, page):
    page.time_zone = "America/New_York"
    page.save()
    desk.post(url("declare"), declaration(started_at="2026-07-01T09:30"))
    assert Incident.objects.get().started_at == datetime(2026, 7, 1, 13, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"name": " "}, "Give it a name that readers understand."),
        ({"name": "x" * 301}, "The name is too long"),
        ({"body": " \n "}, "Write a message"),
        ({"body": "[" * 60}, "square brackets"),
        ({"status": "kaput"}, "This is none of the choices; please choose again."),
        ({"status": ""}, "Please fill this in."),
        ({"name": "a\0b"}, "a character that no text may contain"),
        ({"started_at": "0000-01-01T00:00"}, "Check the year: it must lie between 1970 and 9998."),
        ({"started_at": "0001-01-01T00:00"}, "Check the year"),
        ({"started_at": "9999-12-31T23:59"}, "Check the year"),
        ({"started_at": "20260-01-01T00:00"}, "Check the year"),
        ({"started_at": "2999-01-01T00:00"}, "cannot start in the future"),
        ({"started_at": "yesterday"}, "Write it as 2026-11-21T09:30"),
        ({"started_at": "2026-03-29T01:30"}, "the clocks went forward past it"),
        ({"started_at": "2026-10-25T01:30"}, "showed 01:30 twice"),
        ({"status": "resolved", "component": "major_outage"}, "cannot leave Website broken"),
    ],
)
def test_bad_input_is_answered_with_a_sentence_and_loses_nothing(desk, make_component, said, sentence):
    website = make_component()
    if status := said.pop("component", ""):
        said |= pick(website, status)
    sent = declaration() | {"body": "Kept **word** for word."} | said
    response = desk.post(url("declare"), sent)
    assert response.status_code == 422
    assert sentence in response.text.replace("&#x27;", "'")
    assert sent["body"] in response.text
    assert sent["name"].replace("\0", "") in response.text.replace("\0", "")
    assert not Incident.objects.exists()


def test_the_hour_that_comes_twice_is_asked_about_and_then_accepted(desk):
    text = desk.post(url("declare"), declaration(started_at="2026-10-25T01:30")).text
    assert "the first 01:30, WEST" in text
    assert "the second 01:30, WET" in text
    desk.post(url("declare"), declaration(started_at="2026-10-25T01:30", started_at_again="1"))
    assert Incident.objects.get().started_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_the_same_form_sent_twice_declares_once(desk):
    sent = declaration(form_key="a" * 32)
    first, second = (desk.post(url("declare"), sent) for _ in range(2))
    assert first.url == second.url
    assert Incident.objects.count() == IncidentUpdate.objects.count() == 1


def test_a_used_form_with_other_words_is_a_new_message(desk, make_incident):
    incident = make_incident()
    for body in ("First.", "Second."):
        desk.post(url("post_update", incident.code), {"status": "identified", "body": body, "form_key": "k"})
    assert [update.body for update in incident.updates.all()][1:] == ["First.", "Second."]


def test_a_preview_shows_the_message_and_declares_nothing(desk):
    response = desk.post(url("declare"), declaration(name="", body="Kept **word** for word.", preview="1"))
    assert response.status_code == 200
    assert "Kept <strong>word</strong> for word." in response.text
    assert "Kept **word** for word." in response.text
    assert "Give it a name" not in response.text
    assert not Incident.objects.exists()


def test_the_live_preview_is_as_safe_as_what_is_stored(desk):
    text = desk.post(url("preview"), {"body": "<script>alert(1)</script> *there*"}, **HTMX).text
    assert "<em>there</em>" in text
    assert "<script" not in text


def test_the_live_preview_says_why_a_text_cannot_be_shown(desk):
    assert "square brackets" in desk.post(url("preview"), {"body": "[" * 60}, **HTMX).text


def test_a_name_that_is_markup_is_shown_as_text(desk, make_incident):
    incident = make_incident(name="<img src=x onerror=alert(1)>", at=timezone.now())
    for address in (url("index"), url("incident", incident.code), url("edit", incident.code)):
        assert "<img" not in desk.get(address).text
