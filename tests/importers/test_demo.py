from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from postmortems.checking import check
from postmortems.checklist import Checklist
from postmortems.models import Fact, Mitigation, Postmortem
from postmortems.services import start_postmortem
from statuspage.components.models import Component, ComponentGroup, ComponentReport
from statuspage.components.status import Status
from statuspage.importers.demo.history import NotEmpty, code_of, load
from statuspage.importers.demo.moments import Moments
from statuspage.importers.management.commands import load_demo
from statuspage.incidents.models import AffectedComponent, Incident, IncidentUpdate, UpdateRevision
from statuspage.incidents.overview import overview
from statuspage.publishing import store
from statuspage.publishing.models import StatusPage

MONDAY_NIGHT = datetime(2026, 11, 23, 0, 5, tzinfo=UTC)
SUNDAY_NIGHT_OF_THE_LOST_HOUR = datetime(2027, 3, 28, 22, 58, tzinfo=UTC)


@pytest.fixture(scope="class", params=[MONDAY_NIGHT, SUNDAY_NIGHT_OF_THE_LOST_HOUR], ids=["monday", "sunday"])
def now(request, django_db_setup, django_db_blocker):
    """The moment at which the history was loaded; once for all tests that only read it."""
    with django_db_blocker.unblock(), transaction.atomic():
        StatusPage.objects.get_or_create(only=True, defaults={"name": "Status"})
        load(request.param)
        yield request.param
        transaction.set_rollback(True)


def maintenances():
    return Incident.objects.filter(kind="maintenance")


class TestTheHistory:
    def test_it_has_the_size_of_a_real_page(self, now):
        assert StatusPage.objects.get().name == "Hallmere"
        assert ComponentGroup.objects.count() == 4
        assert Component.objects.filter(group__isnull=False).count() == 12
        assert Component.objects.filter(group=None).count() == 2
        assert Component.objects.filter(only_show_if_degraded=True).count() == 1
        assert Incident.objects.filter(kind="incident").count() == 18
        assert maintenances().count() == 4

    def test_every_row_keeps_every_rule_of_its_model(self, now):
        connection.check_constraints()
        for app in ("publishing", "components", "incidents", "postmortems"):
            for model in apps.get_app_config(app).get_models():
                for row in model.objects.all():
                    row.full_clean()

    def test_an_incident_is_what_its_last_update_says(self, now):
        for incident in Incident.objects.all():
            last = incident.timeline()[0]
            assert incident.status == last.status
            assert incident.is_open == (incident.resolved_at is None)

    def test_nothing_was_said_in_the_future_and_all_of_it_within_ninety_days(self, now):
        assert not IncidentUpdate.objects.filter(created_at__gt=now).exists()
        assert not IncidentUpdate.objects.filter(display_at__lt=now - timedelta(days=92)).exists()
        assert not ComponentReport.objects.filter(reported_at__gt=now).exists()
        assert not Postmortem.objects.filter(posted_at__gt=now).exists()

    def test_its_postmortems_pass_the_checks_and_the_published_one_without_a_warning(self, now):
        page = StatusPage.objects.get()
        found = {one: Checklist(check(one, page=page, at=now)) for one in Postmortem.objects.all()}
        assert [finding for checks in found.values() for finding in checks.errors] == []
        assert [finding for one, checks in found.items() if one.is_published for finding in checks.warnings] == []

    def test_each_impact_occurs(self, now):
        counted = Counter(Incident.objects.filter(kind="incident").values_list("impact", flat=True))
        assert counted.keys() == {"none", "minor", "major", "critical"}

    def test_each_status_of_a_component_occurs(self, now):
        said = {*AffectedComponent.objects.values_list("new_status", flat=True)}
        assert said == set(Status.values)

    def test_one_incident_is_open_and_breaks_part_of_the_page(self, now):
        incident = Incident.objects.get(kind="incident", resolved_at=None)
        state = overview(now)
        assert incident.status == "identified"
        assert state.worst == Status.PARTIAL_OUTAGE
        assert [standing.incident for standing in state.incidents] == [incident]

    def test_one_maintenance_lies_ahead_and_the_past_ones_are_over(self, now):
        upcoming = maintenances().get(status="scheduled")
        assert timedelta(days=1) < upcoming.scheduled_for - now < timedelta(days=9)
        assert maintenances().filter(status="completed", resolved_at__lt=now).count() == 3
        assert maintenances().get(name__endswith="called off").resolved_at < now

    def test_the_clock_began_and_completed_a_maintenance(self, now):
        done = maintenances().get(status="completed", runs_by_clock=True)
        assert [update.status for update in done.updates.all()] == ["scheduled", "in_progress", "completed"]
        assert done.resolved_at == done.scheduled_until

    def test_one_maintenance_was_extended_while_it_ran(self, now):
        extended = maintenances().get(updates__body__contains="longer than planned")
        assert extended.scheduled_until - extended.scheduled_for == timedelta(hours=3, minutes=15)

    def test_one_incident_was_reopened(self, now):
        reopened = [
            incident
            for incident in Incident.objects.filter(kind="incident")
            if "resolved" in [update.status for update in incident.timeline()[1:]]
        ]
        assert [incident.name for incident in reopened] == ["Tickets arrive late by email"]

    def test_two_incidents_overlap_on_one_component(self, now):
        webhooks = Component.objects.get(name="Webhooks")
        longer = Incident.objects.get(name="Webhooks delivered late")
        shorter = Incident.objects.get(name="Errors on the REST API after a deployment")
        assert longer.started_at < shorter.started_at < shorter.resolved_at < longer.resolved_at
        assert overview(shorter.resolved_at - timedelta(minutes=1)).status_of(webhooks) == Status.PARTIAL_OUTAGE
        assert overview(shorter.resolved_at).status_of(webhooks) == Status.DEGRADED_PERFORMANCE

    def test_a_correction_left_the_earlier_wording_public(self, now):
        revision = UpdateRevision.objects.get()
        assert "About 2 %" in revision.body
        assert "About 12 %" in revision.update.body

    def test_one_incident_was_recorded_afterwards(self, now):
        backfilled = Incident.objects.get(backfilled=True)
        assert backfilled.created_at > backfilled.resolved_at

    def test_a_component_was_reported_without_an_incident(self, now):
        turnstiles = Component.objects.get(name="Turnstiles")
        reports = [report.status for report in turnstiles.reports.all()]
        assert reports == ["operational", "degraded_performance", "operational"]
        assert overview(now).status_of(turnstiles) == Status.OPERATIONAL

    def test_one_postmortem_is_published_with_every_field(self, now):
        postmortem = Postmortem.objects.get(state="published")
        assert {fact.key for fact in postmortem.facts.all()} == set(Fact.Key.values) - {"other"}
        assert all((postmortem.description, postmortem.contributing_factors, postmortem.lessons))
        assert postmortem.root_cause.count("\n\n") >= 2
        taken = [action.taken_at for action in postmortem.actions_taken.all()]
        assert taken == sorted(taken)
        promised = postmortem.mitigations.all()
        assert {one.kind for one in promised} == set(Mitigation.Kind.values)
        assert {one.status for one in promised} == set(Mitigation.Status.values)
        assert all(one.owner for one in promised)

    def test_the_facts_of_the_postmortem_are_in_order(self, now):
        facts = {fact.key: fact for fact in Postmortem.objects.get(state="published").facts.all()}
        times = [facts[key].at for key in ("started", "detected", "stable", "resolved")]
        assert times == sorted(times)

    def test_another_postmortem_is_still_a_draft(self, now):
        assert Postmortem.objects.get(state="draft").incident.name == "Tickets arrive late by email"

    def test_its_addresses_are_the_same_at_every_load(self, now):
        incident = Incident.objects.get(name="Checkout unavailable during two large on-sales")
        assert incident.code == "pxioyjtk5r1z"
        assert incident.timeline()[0].code == code_of("checkout-on-sale 5")
        assert incident.postmortem.published_revision.snapshot["code"] == incident.code

    def test_a_second_load_is_refused(self, now):
        with pytest.raises(NotEmpty, match="already has components"):
            load(now)
        assert Incident.objects.count() == 22

    def test_it_can_be_written_on(self, now):
        incident = Incident.objects.get(name="Some webhooks delivered twice")
        assert start_postmortem(incident).facts.exists()


class TestTheCommand:
    @pytest.fixture(autouse=True)
    def without_pdf(self, monkeypatch):
        self.rendered = []
        monkeypatch.setattr(load_demo, "render_all", lambda: self.rendered.append(True))

    def test_the_whole_history_is_public_afterwards(self, page):
        call_command("load_demo")
        postmortem = Postmortem.objects.get(state="published")
        assert b"Hallmere" in store.find("/")
        assert store.find(postmortem.path)
        assert all(store.find(incident.path) for incident in Incident.objects.all())
        assert self.rendered

    def test_drafts_and_internal_notes_are_not(self, page, public):
        call_command("load_demo")
        texts = [path.read_text() for path in public.rglob("*") if path.suffix in {".html", ".json", ".md"}]
        for postmortem in Postmortem.objects.all():
            assert not any(postmortem.internal_notes[:40] in text for text in texts)
        draft = Postmortem.objects.get(state="draft")
        assert not any(draft.root_cause[:40] in text for text in texts)

    def test_a_page_with_one_component_is_refused(self, make_component):
        make_component()
        with pytest.raises(CommandError, match=r"already has components or incidents.*\.$") as refused:
            call_command("load_demo")
        assert refused.value.returncode == 1
        assert Component.objects.count() == 1


class TestMoments:
    @pytest.fixture
    def moments(self):
        return Moments(datetime(2026, 11, 25, 10, 30, 17, tzinfo=UTC), StatusPage(time_zone="Europe/Lisbon").zone)

    @pytest.mark.parametrize(
        ("told", "day", "meant"),
        [
            ("1 week ago, Tuesday 10:02", "", "2026-11-17T10:02+00:00"),
            ("2 weeks ahead, Sunday 23:00", "", "2026-12-13T23:00+00:00"),
            ("10:02", "6 weeks ago, Wednesday", "2026-10-14T09:02+00:00"),
            ("+1 08:30", "1 week ago, Sunday", "2026-11-23T08:30+00:00"),
            ("-2 08:30", "1 week ago, Sunday", "2026-11-20T08:30+00:00"),
            ("96 minutes ago", "", "2026-11-25T08:54+00:00"),
        ],
    )
    def test_what_is_told_means_one_moment(self, moments, told, day, meant):
        assert moments.at(told, day=day) == datetime.fromisoformat(meant)

    @pytest.mark.parametrize("told", ["soon", "10:02", "1 week ago, Tomorrow 10:02", "3 weeks ago, Tuesday"])
    def test_anything_else_is_an_error(self, moments, told):
        with pytest.raises(ValueError, match="is no"):
            moments.at(told)
