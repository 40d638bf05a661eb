"""A Statuspage moves in: everything it told is here, once, however often it is told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest

from postmortems.models import Postmortem
from postmortems.services import save_draft
from statuspage.components.models import Component, ComponentGroup, ComponentReport
from statuspage.incidents.models import AffectedComponent, Incident, IncidentUpdate
from statuspage.incidents.overview import overview
from statuspage.incidents.services import edit_incident, edit_update, post_update
from statuspage.publishing.models import StatusPage
from tests.importers.documents import (
    DECK,
    GROUP,
    NOON,
    PAGE,
    PIER,
    RADIO,
    affected,
    component,
    document,
    incident,
    maintenance,
    stamp,
    summary,
    update,
    with_postmortem,
)

LATER = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def minutes(count: float) -> datetime:
    return NOON + timedelta(minutes=count)


def counts() -> tuple[int, ...]:
    models = (ComponentGroup, Component, ComponentReport, Incident, IncidentUpdate, AffectedComponent, Postmortem)
    return tuple(model.objects.count() for model in models)


def test_page_groups_and_components_keep_what_they_are(import_sources):
    import_sources(summary())
    page = StatusPage.objects.get()
    assert (page.code, page.name, page.time_zone) == (PAGE, "Ferry Line", "America/New_York")
    pier = Component.objects.get(code=PIER)
    assert (pier.group.code, pier.position, pier.start_date, pier.retired_at) == (GROUP, 2, date(2024, 1, 2), None)
    assert (pier.created_at, pier.updated_at, pier.full_name) == (
        minutes(-10_000),
        minutes(-5000),
        "Tickets - Pier printer",
    )
    assert counts()[:3] == (1, 3, 0)


def test_incidents_keep_codes_moments_and_words(import_sources):
    body = "One\u202e\r\ntwo<br />\nthree<BR>four &amp; *five*"
    updates = [
        update("paperupdate2", "resolved", 60, display_at=stamp(50, offset="-05:00"), deliver_notifications=False),
        update("paperupdate1", "monitoring", 0, affected_components=[affected()], body=body),
    ]
    import_sources(summary(incidents=[incident(updates=updates, monitoring_at=stamp(0), backfilled=True)]))
    told = Incident.objects.get()
    assert (told.code, told.status, told.impact, told.backfilled) == ("papershortag", "resolved", "critical", True)
    assert (told.started_at, told.monitoring_at, told.resolved_at) == (minutes(-10), minutes(0), minutes(60))
    last, first = told.timeline()
    assert (last.code, last.created_at, last.display_at, last.notified) == (
        "paperupdate2",
        minutes(60),
        minutes(50),
        False,
    )
    assert first.body == "One\ntwo\nthree\nfour &amp; *five*"
    assert "<em>five</em>" in first.body_html
    mention = first.affected.get()
    assert (mention.component.code, mention.name, mention.old_status, mention.new_status) == (
        *(PIER, "Tickets - Pier printer", "operational", "major_outage"),
    )


def test_the_same_import_again_changes_nothing(import_sources, everything):
    sources = [
        summary(scheduled_maintenances=[maintenance()]),
        document(incidents=[with_postmortem(), incident("lostcargo000", updates=[], resolved_at=None)]),
    ]
    import_sources(*sources)
    before = everything()
    said = import_sources(*sources)
    assert everything() == before
    assert "unchanged" in said
    assert [line.split()[1:] for line in said.splitlines()[1:7]] == [
        ["1", "0", "0", "1"],
        ["3", "0", "0", "3"],
        ["2", "0", "0", "2"],
        ["1", "0", "0", "1"],
        ["3", "0", "0", "3"],
        ["1", "0", "0", "1"],
    ]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_of_documents_does_not_matter(import_sources, order):
    documents = [
        summary(),
        document(incidents=[incident()]),
        with_postmortem(postmortem_body=None, impact_override="critical"),
    ]
    import_sources(*(documents[one] for one in order))
    assert counts() == (1, 3, 0, 1, 2, 2, 1)
    told = Incident.objects.get()
    assert (told.updated_at, told.impact_override) == (minutes(3000), "critical")


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_one_after_the_other_comes_to_the_same(import_sources, order):
    documents = [summary(), document(incidents=[incident(components=components_told())]), with_postmortem()]
    for one in order:
        import_sources(documents[one])
    assert counts() == (1, 3, 0, 1, 2, 2, 1)
    assert Component.objects.get(code=PIER).group.name == "Tickets"
    assert Component.objects.filter(retired_at=None).count() == 3
    assert StatusPage.objects.get().code == PAGE


def components_told():
    return [component("Pier printer", PIER, group_id=GROUP, position=2)]


def test_of_two_tellings_the_newer_wins_and_the_fuller_fills(import_sources):
    older = incident(name="Old name", impact_override="major", impact="major", updated_at=stamp(30))
    newer = incident(name="New name", impact="critical")
    import_sources({"incident": older}, document(incidents=[newer]))
    told = Incident.objects.get()
    assert (told.name, told.impact, told.impact_override) == ("New name", "critical", "critical")


def test_an_envelope_and_no_page_will_do(import_sources):
    import_sources({"incident": incident()})
    assert Incident.objects.get().name == "No paper"
    assert StatusPage.objects.get().name == "Harbour"


def test_old_shapes_are_understood(import_sources):
    nothing = [{"name": "No components were affected by this update."}]
    updates = [update("paperupdate1", "resolved", 60, affected_components=nothing, display_at=stamp(-900))]
    told = incident(updates=updates, resolved_at=None)
    for key in ("started_at", "monitoring_at", "shortlink"):
        del told[key]
    import_sources(told)
    written = Incident.objects.get()
    assert (written.started_at, written.resolved_at, written.monitoring_at) == (minutes(-900), minutes(-900), None)
    assert not AffectedComponent.objects.exists()


def test_an_open_incident_has_no_end_whatever_the_source_says(import_sources):
    import_sources(incident(updates=[update("paperupdate1", "identified", 0)]))
    assert Incident.objects.get().resolved_at is None


def test_a_component_that_is_only_mentioned_is_kept_as_retired(import_sources):
    mention = affected("gonegonegone", "Tickets - Old printer")
    said = import_sources(
        summary(incidents=[incident(updates=[update("paperupdate1", "resolved", 0, affected_components=[mention])])])
    )
    gone = Component.objects.get(code="gonegonegone")
    assert (gone.name, gone.group.name, gone.retired_at) == ("Old printer", "Tickets", minutes(0))
    assert "gonegonegone" in said
    import_sources(document(components=[component("Older printer", "gonegonegone")]))
    gone.refresh_from_db()
    assert (gone.name, gone.retired_at) == ("Older printer", None)


def test_a_group_that_no_source_describes_is_known_by_its_components_names(import_sources):
    import_sources(document(incidents=[incident(components=components_told())]))
    assert ComponentGroup.objects.get().name == "Tickets"
    import_sources(document(components=[component("Ticketing", GROUP, group=True, position=7)]))
    group = ComponentGroup.objects.get()
    assert (group.name, group.position) == ("Ticketing", 7)


def test_an_incident_without_updates_gets_one(import_sources):
    said = import_sources(summary(incidents=[incident(updates=[])]))
    made = IncidentUpdate.objects.get()
    assert (made.status, made.display_at, made.notified) == ("resolved", minutes(60), False)
    assert "papershortag" in said
    import_sources(incident())
    assert counts()[3:5] == (1, 2)


def test_an_incident_that_no_update_closed_is_closed_as_the_source_says(import_sources):
    import_sources(incident(updates=[update("paperupdate1", "identified", 0)], status="resolved"))
    told = Incident.objects.get()
    assert (told.status, told.resolved_at, told.updates.count()) == ("resolved", minutes(60), 2)


def test_updates_of_one_instant_keep_their_order(import_sources):
    updates = [update(f"paperupdate{9 - number}", "resolved" if not number else "identified", 0) for number in range(9)]
    import_sources(incident(updates=updates))
    assert [one.code for one in Incident.objects.get().timeline()] == [one["id"] for one in updates]


def test_a_component_that_stands_otherwise_is_reported_as_the_source_has_it(import_sources):
    told = components()
    told[2]["status"], told[3]["status"] = "degraded_performance", "major_outage"
    mention = affected(RADIO, "Radio", new="major_outage")
    open_one = incident(updates=[update("paperupdate1", "identified", 0, affected_components=[mention])])
    import_sources(summary(components=told, incidents=[open_one]))
    report = ComponentReport.objects.get()
    assert (report.component.code, report.status, report.source, report.reported_at) == (
        *(DECK, "degraded_performance", "import", minutes(5000)),
    )
    state = overview(LATER)
    assert {one.code: state.status_of(one) for one in state.components} == {
        PIER: "operational",
        DECK: "degraded_performance",
        RADIO: "major_outage",
    }


def components():
    return summary()["components"]


def test_imported_maintenance_runs_by_the_clock_only_once_adopted(import_sources):
    import_sources(summary(scheduled_maintenances=[maintenance()]))
    told = Incident.objects.get()
    assert (told.kind, told.status, told.runs_by_clock) == ("maintenance", "scheduled", False)
    assert (told.scheduled_for, told.scheduled_until) == (minutes(3000), minutes(3060))
    import_sources(summary(scheduled_maintenances=[maintenance()]), adopt=True)
    told.refresh_from_db()
    assert told.runs_by_clock
    import_sources(summary(scheduled_maintenances=[maintenance()]))
    told.refresh_from_db()
    assert told.runs_by_clock


def test_a_postmortem_is_split_into_fields_and_published(import_sources):
    import_sources(summary(incidents=[with_postmortem()]))
    told = Postmortem.objects.get()
    assert (told.incident.status, told.incident.resolved_at, told.posted_at) == ("resolved", minutes(60), minutes(3000))
    assert (told.state, told.version, told.published_revision.created_at) == ("published", 1, minutes(3000))
    facts = [(fact.key, fact.label, fact.typed, fact.source) for fact in told.facts.all()]
    assert facts == [
        ("date", "Date of Incident", "05/03/2024", "imported"),
        ("started", "Time/Date Incident Started", "05/03/2024, 07:50am EST", "imported"),
        ("frequency", "Frequency", "Once", "imported"),
        ("other", "Weather", "Calm", "imported"),
    ]
    date_fact, started, *_ = told.facts.all()
    assert (date_fact.day, started.at) == (date(2024, 5, 3), minutes(50))
    assert told.root_cause == "The paper roll was empty.\n\nThe spare was empty too."
    assert [one.description for one in told.actions_taken.all()] == ["Found a roll.", "Changed it."]
    assert [one.description for one in told.mitigations.all()] == ["Keep three spares."]
    assert "Found a roll." in str(told.published_revision.snapshot)


def test_a_postmortem_comes_with_the_permalink_too(import_sources):
    body = with_postmortem()["incident_updates"][0]["body"]
    told = incident(status="postmortem", postmortem_body=body, postmortem_published_at=stamp(2000))
    import_sources(summary(incidents=[incident()]), told)
    assert Postmortem.objects.get().posted_at == minutes(2000)


def test_a_postmortem_that_was_never_published_is_a_draft(import_sources):
    import_sources(incident(postmortem_body="Just a start.", postmortem_published_at=None))
    assert Postmortem.objects.get().state == "draft"


def test_a_postmortem_without_its_text_is_noted(import_sources):
    assert "papershortag.json" in import_sources(incident(status="postmortem"))
    assert not Postmortem.objects.exists()


def test_a_newer_source_changes_what_changed(import_sources):
    import_sources(summary(incidents=[with_postmortem()]))
    posted, *others = with_postmortem()["incident_updates"]
    posted = posted | {"body": "Root cause: We forgot.", "updated_at": stamp(4000)}
    others[0] = others[0] | {"body": "It is over.", "updated_at": stamp(4000)}
    reopened = update("paperupdate4", "identified", 4000, affected_components=[affected()])
    told = with_postmortem(
        name="No paper at all",
        status="identified",
        updated_at=stamp(4000),
        incident_updates=[reopened, posted, *others],
    )
    import_sources(summary(incidents=[told]))
    written = Incident.objects.get()
    assert (written.name, written.status, written.resolved_at) == ("No paper at all", "identified", None)
    assert [one.body for one in written.timeline()] == ["We are identified.", "It is over.", "We are investigating."]
    assert written.postmortem.root_cause == "We forgot."
    assert written.postmortem.published_revision.number == 1


def test_a_revised_postmortem_is_published_as_the_next_revision(import_sources):
    import_sources(with_postmortem())
    posted, *others = with_postmortem()["incident_updates"]
    posted = posted | {"body": "Root cause: We forgot.", "updated_at": stamp(4000)}
    import_sources(with_postmortem(updated_at=stamp(4000), incident_updates=[posted, *others]))
    told = Postmortem.objects.get()
    assert (told.root_cause, told.published_revision.number, told.posted_at) == ("We forgot.", 2, minutes(3000))
    assert told.facts.count() == told.actions_taken.count() == 0


def test_what_was_edited_here_stays(import_sources, everything, staff):
    import_sources(summary(incidents=[with_postmortem()]))
    written = Incident.objects.get()
    edit_update(written.timeline()[0], body="Our words.", seen=0, editor=staff, at=LATER)
    edit_incident(
        written, name="Our name", impact=None, started_at=NOON, resolved_at=minutes(30), seen=written.version, at=LATER
    )
    save_draft(written.postmortem, texts={"root_cause": "Our cause."}, facts=[], actions=[], mitigations=[])
    before = everything()
    posted, *others = with_postmortem()["incident_updates"]
    others[0] = others[0] | {"body": "Their words.", "updated_at": stamp(4000)}
    import_sources(
        summary(
            incidents=[with_postmortem(name="Their name", updated_at=stamp(4000), incident_updates=[posted, *others])]
        )
    )
    assert everything() == before


def test_an_edited_update_keeps_its_words_even_where_the_source_is_newer(import_sources, staff):
    import_sources(incident())
    edit_update(Incident.objects.get().timeline()[0], body="Our words.", seen=0, editor=staff, at=minutes(70))
    last, first = incident()["incident_updates"]
    last = last | {"body": "Their words.", "display_at": stamp(65), "updated_at": stamp(80)}
    import_sources(incident(updated_at=stamp(80), updates=[last, first]))
    written = Incident.objects.get().timeline()[0]
    assert (written.body, written.display_at) == ("Our words.", minutes(65))


def test_an_update_posted_here_stays_the_last_one(import_sources):
    import_sources(incident(updates=[update("paperupdate1", "investigating", 0)]))
    written = Incident.objects.get()
    post_update(written, status="resolved", body="Done here.", affected={}, author=None, at=LATER)
    import_sources(
        incident(updates=[update("paperupdate2", "identified", 5), update("paperupdate1", "investigating", 0)])
    )
    written.refresh_from_db()
    assert (written.status, written.resolved_at, written.updates.count()) == ("resolved", LATER, 3)


def test_the_page_keeps_the_name_it_was_given_here(import_sources):
    import_sources(summary())
    StatusPage.objects.update(name="Ours", time_zone="Europe/Lisbon")
    import_sources(summary())
    assert StatusPage.objects.get().name == "Ours"


def test_a_long_history_takes_no_more_queries_than_a_short_one(import_sources, django_assert_max_num_queries):
    def told(number):
        updates = [update(f"u{number:03}x{one}", "resolved", 10 - one) for one in range(3)]
        return incident(f"inc{number:03}", updates=updates)

    with django_assert_max_num_queries(44):
        import_sources(summary(incidents=[told(number) for number in range(450)]))
    assert counts()[3:5] == (450, 1350)
