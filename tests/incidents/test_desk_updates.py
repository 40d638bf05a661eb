"""The next update of an incident, posted at the desk by one or by two."""

from datetime import timedelta

import pytest
from django.utils import timezone

from statuspage.components.status import Status
from statuspage.incidents.overview import overview
from statuspage.incidents.services import post_update
from statuspage.publishing import store
from statuspage.publishing.press import publish
from tests.conftest import NOW
from tests.incidents.desk import HTMX, pick, url


def test_posting_appends_and_shows_on_the_public_page_at_once(desk, staff, make_component, make_incident, commits):
    website = make_component()
    incident = make_incident({website: Status.MAJOR_OUTAGE})
    publish()
    with commits():
        response = desk.post(
            url("post_update", incident.code),
            {"status": "monitoring", "body": "It *recovers*."} | pick(website, "degraded_performance"),
        )
    assert response.url == url("incident", incident.code)
    incident.refresh_from_db()
    assert (incident.status, incident.timeline()[0].author) == ("monitoring", staff)
    assert b"It <em>recovers</em>." in store.find("/")
    assert overview(timezone.now()).status_of(website) == Status.DEGRADED_PERFORMANCE


def test_reopening_without_a_component_says_that_the_headline_stays(desk, make_component, make_incident):
    website = make_component()
    incident = make_incident({website: Status.MAJOR_OUTAGE})
    post_update(incident, status="resolved", body="Over.", affected={}, author=None)
    last = incident.updates.latest("created_at", "id").code
    again = {"status": "investigating", "body": "Again.", "seen": last}
    answer = desk.post(url("post_update", incident.code), again, follow=True)
    assert "says of no component that it is broken" in answer.content.decode()


def test_what_is_not_chosen_is_not_said_again(desk, make_component, make_incident):
    website = make_component()
    incident = make_incident({website: Status.MAJOR_OUTAGE})
    desk.post(url("components"), pick(website, "operational"))
    desk.post(url("post_update", incident.code), {"status": "identified", "body": "Found."} | pick(website, ""))
    assert overview(timezone.now()).status_of(website) == Status.OPERATIONAL


def test_the_form_begins_with_the_present_status_and_what_the_incident_said(desk, make_component, make_incident):
    website = make_component()
    make_component("API")
    incident = make_incident({website: Status.MAJOR_OUTAGE}, status="identified")
    form = desk.get(url("incident", incident.code)).context["form"]
    assert form["status"].value() == "identified"
    assert form["notify"].value()
    [group] = form.touched()
    assert [(line.component, line.said.new_status) for line in group.lines] == [(website, "major_outage")]
    assert [line.component.name for group in form.untouched() for line in group.lines] == ["API"]


def test_resolving_takes_one_click_and_the_usual_button(desk, make_incident):
    incident = make_incident()
    form = desk.get(url("incident", incident.code), {"preset": "resolve"}).context["form"]
    sent = {name: form[name].value() for name in ("status", "body", "seen", "form_key")}
    desk.post(url("post_update", incident.code), sent)
    incident.refresh_from_db()
    assert incident.status == "resolved"


def test_filling_in_the_form_to_resolve_keeps_what_was_typed(desk, make_incident):
    incident = make_incident()
    sent = {"preset": "resolve", "status": "identified", "seen": "x", "form_key": "k"}
    form = desk.post(url("post_update", incident.code), sent | {"body": "Typed."}, **HTMX).context["form"]
    assert (form["status"].value(), form["body"].value()) == ("resolved", "Typed.")
    form = desk.post(url("post_update", incident.code), sent | {"body": " "}, **HTMX).context["form"]
    assert form["body"].value() == "This incident has been resolved."
    assert incident.updates.count() == 1


def test_resolving_one_incident_leaves_a_shared_component_broken(desk, make_component, make_incident, commits):
    website = make_component()
    first = make_incident({website: Status.MAJOR_OUTAGE}, name="First")
    make_incident({website: Status.DEGRADED_PERFORMANCE}, name="Second")
    with commits():
        desk.post(url("post_update", first.code), {"status": "resolved", "body": "Over."})
    assert overview(timezone.now()).status_of(website) == Status.DEGRADED_PERFORMANCE
    assert b"Partially Degraded Service" in store.find("/")


def test_two_who_post_at_once_both_land(desk, make_incident):
    incident = make_incident()
    seen = incident.timeline()[0].code
    for body in ("Mine.", "Yours."):
        desk.post(url("post_update", incident.code), {"status": "identified", "body": body, "seen": seen})
    assert {"Mine.", "Yours."} < {update.body for update in incident.updates.all()}


@pytest.mark.parametrize("htmx", [{}, HTMX])
def test_a_form_that_did_not_know_of_the_closing_asks_before_it_reopens(desk, make_incident, htmx):
    incident = make_incident()
    sent = {"status": "identified", "body": "We found **it**.", "seen": incident.timeline()[0].code, "form_key": "k"}
    post_update(incident, status="resolved", body="Over already.", affected={}, author=None)

    response = desk.post(url("post_update", incident.code), sent, **htmx)
    assert response.status_code == 422
    for shown in ("Over already.", "We found **it**.", "would reopen it"):
        assert shown in response.text
    incident.refresh_from_db()
    assert incident.status == "resolved"

    form = response.context["form"]
    assert form["body"].value() == sent["body"]
    desk.post(url("post_update", incident.code), sent | {"seen": form["seen"].value()}, **htmx)
    incident.refresh_from_db()
    assert (incident.status, incident.timeline()[0].body) == ("identified", "We found **it**.")


def test_adding_to_a_closed_incident_does_not_make_it_last_longer(desk, make_incident):
    incident = make_incident()
    post_update(incident, status="resolved", body="Over.", affected={}, author=None, at=NOW + timedelta(hours=1))
    desk.post(url("post_update", incident.code), {"status": "resolved", "body": "A postmortem follows."})
    incident.refresh_from_db()
    assert incident.resolved_at == NOW + timedelta(hours=1)
    assert incident.updates.count() == 3


def test_with_htmx_the_form_comes_back_empty_and_the_timeline_swaps_itself(desk, make_incident):
    incident = make_incident()
    text = desk.post(url("post_update", incident.code), {"status": "identified", "body": "Found."}, **HTMX).text
    assert "<html" not in text
    assert 'id="update-form"' in text
    assert '<section id="timeline" aria-labelledby="timeline-label" hx-swap-oob="true"' in text
    assert "Posted: Identified." in text
    assert text.count("Found.") == 1


def test_a_broken_post_with_htmx_keeps_the_text(desk, make_incident):
    incident = make_incident()
    response = desk.post(
        url("post_update", incident.code),
        {"status": "identified", "body": "Kept.", "shown_at": "2999-01-01T00:00"},
        **HTMX,
    )
    assert response.status_code == 422
    assert "cannot be posted in the future" in response.text
    assert "Kept." in response.text
    assert incident.updates.count() == 1


def test_the_timeline_asks_for_news_and_mostly_there_are_none(desk, make_incident):
    incident = make_incident()
    stamp = desk.get(url("incident", incident.code)).context["stamp"]
    assert desk.get(url("incident", incident.code), {"since": stamp}, **HTMX).status_code == 204
    post_update(incident, status="identified", body="Found.", affected={}, author=None)
    text = desk.get(url("incident", incident.code), {"since": stamp}, **HTMX).text
    assert "Found." in text
    assert "<textarea" not in text


def test_asking_for_news_reads_nothing_of_the_timeline(desk, make_incident, django_assert_max_num_queries):
    incident = make_incident()
    stamp = desk.get(url("incident", incident.code)).context["stamp"]
    # The session, the account and the incident.
    with django_assert_max_num_queries(3):
        desk.get(url("incident", incident.code), {"since": stamp}, **HTMX)


def test_asking_again_for_the_address_of_a_refused_form_leads_to_the_incident(desk, make_incident):
    incident = make_incident()
    assert desk.get(url("post_update", incident.code)).url == url("incident", incident.code)


def test_a_long_timeline_is_cut_and_can_be_shown_whole(desk, make_incident):
    incident = make_incident()
    for minute in range(40):
        post_update(
            incident,
            status="identified",
            body=f"Word {minute}.",
            affected={},
            author=None,
            at=NOW + timedelta(minutes=minute),
        )
    text = desk.get(url("incident", incident.code)).text
    assert "Show 11 earlier updates" in text
    assert "Word 0." not in text
    assert "Word 0." in desk.get(url("incident", incident.code) + "?all").text
