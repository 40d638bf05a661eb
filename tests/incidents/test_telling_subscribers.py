"""What happens to an incident is told to those who want to hear of it, once, in their own language."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from statuspage.components.models import Component
from statuspage.incidents.models import Incident
from statuspage.incidents.schedule import advance_maintenances, remind_of_maintenances
from statuspage.incidents.selection import Selection
from statuspage.incidents.services import (
    backfill_incident,
    edit_incident,
    edit_update,
    open_incident,
    post_update,
    schedule_maintenance,
)
from statuspage.subscribers.models import Delivery, Kind, Notice, Subscriber
from statuspage.subscribers.services import Scope, subscribe_verified
from tests.conftest import NOW

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def listen(page):
    """Subscribe somebody who agreed long ago."""

    def subscribe(address="reader@example.com", *, channel="email", scope=None, **told):
        scope = scope or Scope(whole_page=True)
        return subscribe_verified(
            channel=channel, address=address, scope=scope, proof="Paper", at=NOW - 100 * HOUR, **told
        )

    return subscribe


@pytest.fixture
def planned(make_component):
    """Planned work, a week ahead."""

    def plan(at=NOW, **said):
        api = make_component("API")
        return schedule_maintenance(
            name="Upgrade",
            body="Slow for a while.",
            scheduled_for=at + 168 * HOUR,
            scheduled_until=at + 170 * HOUR,
            components=[api],
            author=None,
            at=at,
            **said,
        )

    return plan


def subjects():
    return [notice.letter("en")["subject"] for notice in Notice.objects.order_by("pk") if notice.letters]


def test_every_update_is_told_with_what_it_says(make_component, make_incident, listen):
    api = make_component("API", group="Core")
    incident = make_incident({api: "major_outage"}, name="Orders <fail>", body="We are *looking*.")
    post_update(incident, status="resolved", body="All well.", affected={}, author=None)
    assert subjects() == ["Investigating: Orders <fail>", "Resolved: Orders <fail>"]
    first, last = Notice.objects.order_by("pk")
    letter = first.letter("en")
    for words in ("We are *looking*.", "Core - API: Major outage", f"{first.url}\n", "Unsubscribe: http"):
        assert words in letter["text"]
    assert "<em>looking</em>" in letter["html"]
    assert "Orders &lt;fail&gt;" in letter["html"]
    assert (first.thread, first.component_ids) == (incident.code, [api.pk])
    # Closing says of what was broken that it works again.
    assert "Core - API: Operational" in last.letter("en")["text"]


def test_what_is_not_to_be_told_is_not(make_incident, make_component):
    make_incident(notify=False)
    backfill_incident(
        name="Old",
        body="It broke.",
        resolution="Mended.",
        started_at=NOW - HOUR,
        resolved_at=NOW,
        affected={},
        author=None,
    )
    assert not Notice.objects.exists()


def test_an_edit_of_the_wording_tells_nobody_and_changes_no_letter(make_incident):
    incident = make_incident(body="We are lokking.")
    edit_update(incident.updates.get(), body="We are looking.", seen=0, editor=None)
    assert "lokking" in Notice.objects.get().letter("en")["text"]


def test_letters_are_written_in_the_languages_of_the_page_that_somebody_reads(make_incident, listen, page):
    page.translations = ["de", "fr", "es"]
    page.save()
    for number, locale in enumerate(("de", "fr", "ja")):
        listen(f"reader{number}@example.com", locale=locale)
    make_incident()
    letters = Notice.objects.get().letters
    assert set(letters) == {"en", "de", "fr"}
    assert letters["de"]["subject"].startswith("Wird untersucht")
    assert "/de/incidents/" in letters["de"]["text"]


def test_private_marks_in_what_people_write_mean_nothing(make_incident):
    make_incident(name="Slow \ue001answers", body="Since \ue0000\ue000 \ue002.")
    text = Notice.objects.get().letter("en")["text"]
    assert "Slow answers" in text
    assert "Since 0 ." in text


def test_programs_hear_of_each_component_whose_status_changed(make_component, make_incident, listen):
    api, web = make_component("API"), make_component("Website")
    listen("https://hooks.example.net/1", channel="webhook", contact="ops@example.com")
    incident = make_incident({api: "major_outage", web: "operational"})
    told = Notice.objects.get(kind=Kind.COMPONENT)
    assert told.thread == api.code
    assert told.payload["component_update"] | {"id": "", "created_at": ""} == {
        "id": "",
        "component_id": api.code,
        "component_type": "Component",
        "old_status": "operational",
        "new_status": "major_outage",
        "created_at": "",
    }
    assert told.payload["component"]["status"] == "major_outage"
    document = Notice.objects.get(kind=Kind.INCIDENT).payload["incident"]
    assert document["id"] == incident.code
    assert document["incident_updates"][0]["body"] == "We are looking."


def test_a_chat_is_told_the_words_without_their_marks_and_of_which_components(make_component, make_incident):
    make_incident(
        {make_component("API"): "major_outage"}, body="The **scanners** wait.\n\nSee [here](https://a.example/)."
    )
    assert Notice.objects.get().letter("en")["brief"] == "The scanners wait.\nSee here.\nAPI: Major outage"


class TestPlannedWork:
    def test_its_end_ends_no_outage(self, planned, make_component, make_incident, listen):
        listen("https://hooks.example.net/1", channel="webhook", contact="ops@example.com")
        with time_machine.travel(NOW, tick=False):
            work = planned()
            api = Component.objects.get(name="API")
        with time_machine.travel(NOW + 90 * HOUR, tick=False):
            make_incident({api: "major_outage"}, at=NOW + 90 * HOUR)
            Notice.objects.all().delete()
        for at in (work.scheduled_for, work.scheduled_until):
            with time_machine.travel(at, tick=False):
                advance_maintenances(at)
        begun, over = Notice.objects.filter(kind=Kind.MAINTENANCE).order_by("pk")
        assert "API: Major outage" in begun.letter("en")["text"]
        assert "API: Major outage" in over.letter("en")["text"]
        assert not Notice.objects.filter(kind=Kind.COMPONENT).exists()

    def test_it_is_told_when_planned_moved_near_begun_and_over(self, planned, listen, page):
        with time_machine.travel(NOW, tick=False):
            work = planned()
        moved = {"scheduled_for": NOW + 200 * HOUR, "scheduled_until": NOW + 202 * HOUR}
        with time_machine.travel(NOW + HOUR, tick=False):
            edit_incident(
                work,
                name=work.name,
                impact=None,
                started_at=work.started_at,
                resolved_at=None,
                seen=work.version,
                notify=True,
                **moved,
            )
        for at in (NOW + 199 * HOUR - MINUTE, NOW + 199 * HOUR, NOW + 199 * HOUR + MINUTE):
            with time_machine.travel(at, tick=False):
                remind_of_maintenances(at)
        for at in (NOW + 200 * HOUR, NOW + 202 * HOUR):
            with time_machine.travel(at, tick=False):
                advance_maintenances(at)
        assert subjects() == [
            "Scheduled: Upgrade",
            "Rescheduled: Upgrade",
            "Starting soon: Upgrade",
            "In progress: Upgrade",
            "Completed: Upgrade",
        ]
        assert {notice.kind for notice in Notice.objects.all()} == {Kind.MAINTENANCE}
        for early in ("update:", "change:", "reminder:"):
            text = Notice.objects.filter(key__startswith=early).earliest("pk").letter("en")["text"]
            assert "- API\n" in text, early
        assert Notice.objects.earliest("pk").letter("en")["brief"].splitlines()[1:] == ["Slow for a while.", "API"]
        rescheduled = Notice.objects.get(key__startswith="change:")
        assert rescheduled.moments == [moment.isoformat() for moment in moved.values()]

    def test_what_was_planned_at_short_notice_needs_no_reminder(self, make_component, page):
        api = make_component("API")
        with time_machine.travel(NOW, tick=False):
            schedule_maintenance(
                name="Now",
                body="Soon.",
                scheduled_for=NOW + 30 * MINUTE,
                scheduled_until=NOW + HOUR,
                components=[api],
                author=None,
            )
            remind_of_maintenances(NOW + MINUTE)
        assert subjects() == ["Scheduled: Now"]

    def test_a_page_that_wants_no_reminders_gets_none(self, planned, page):
        page.remind_minutes = 0
        page.save()
        planned()
        remind_of_maintenances(NOW + 168 * HOUR - MINUTE)
        assert subjects() == ["Scheduled: Upgrade"]

    def test_a_start_that_the_clock_caught_up_on_too_late_is_told_to_nobody(self, planned, listen):
        planned(notify=False)
        advance_maintenances(NOW + 171 * HOUR)
        assert not Notice.objects.exists()


SCOPES = {
    "page": lambda berths, web, incident: (Scope(whole_page=True), Selection()),
    "page, incidents": lambda berths, web, incident: (
        Scope(whole_page=True, maintenance=False),
        Selection(kind=Incident.Kind.INCIDENT),
    ),
    "page, maintenance": lambda berths, web, incident: (
        Scope(whole_page=True, incidents=False),
        Selection(kind=Incident.Kind.MAINTENANCE),
    ),
    "group": lambda berths, web, incident: (Scope(groups=(berths.group.code,)), Selection(berths.group)),
    "component": lambda berths, web, incident: (Scope(components=(web.code,)), Selection(web)),
    "incident": lambda berths, web, incident: (Scope(incident=incident.code), Selection(incident)),
}


@pytest.mark.parametrize("name", SCOPES)
def test_whoever_subscribes_is_told_of_just_what_a_feed_of_the_same_would_tell(
    name, make_component, make_incident, planned
):
    """One meaning of a scope: by mail as by feed, components that joined a group later included."""
    berths, web = make_component("Berths", group="Harbour"), make_component("Website")
    first = make_incident({berths: "major_outage"}, name="First")
    scope, selection = SCOPES[name](berths, web, first)
    subscriber = subscribe_verified(channel="email", address="a@example.com", scope=scope, proof="x", at=NOW - HOUR)
    Component.objects.create(name="Cranes", group=berths.group, created_at=NOW - HOUR)
    for component in Component.objects.all():
        make_incident({component: "partial_outage"}, name=f"{component} broken")
    planned()
    make_incident(name="Of nothing")
    told = {
        notice.thread
        for notice in Notice.objects.exclude(kind=Kind.COMPONENT)
        if Subscriber.objects.interested_in(notice).filter(pk=subscriber.pk).exists()
    }
    assert told == {incident.code for incident in selection.incidents()}
    assert told


def test_whoever_confirmed_after_the_post_has_read_it_on_the_page(make_incident, listen):
    subscribe_verified(
        channel="email",
        address="late@example.com",
        scope=Scope(whole_page=True),
        proof="x",
        at=timezone.now() + HOUR,
    )
    listen()
    make_incident()
    found = Subscriber.objects.interested_in(Notice.objects.get())
    assert [subscriber.address for subscriber in found] == ["reader@example.com"]


def test_posting_asks_no_more_of_the_database_for_a_thousand_subscribers(
    make_component, listen, django_assert_max_num_queries, django_capture_on_commit_callbacks
):
    api = make_component("API")

    def cost():
        with django_assert_max_num_queries(200) as asked:
            open_incident(
                name="Slow", status="investigating", body="Looking.", affected={api: "major_outage"}, author=None
            )
        return len(asked)

    listen()
    cost()
    few = cost()
    Subscriber.objects.bulk_create(
        Subscriber(channel="email", address=f"r{number}@example.com") for number in range(1000)
    )
    assert cost() == few
    assert not Delivery.objects.exists()
