"""What a year of incidents teaches at the desk: how long they take, whether promises are kept, what is owed."""

from datetime import date, timedelta

import html5lib
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from postmortems.charts import draw_pace, draw_promises
from postmortems.learning import Kept, Stage, last_months, owed, paces, promises, recurring
from postmortems.models import Fact, Mitigation
from postmortems.services import publish_postmortem, save_draft, start_postmortem
from statuspage.components.status import Status
from statuspage.incidents.services import post_update
from statuspage.incidents.services_tags import tag_incident
from tests.conftest import NOW
from tests.postmortems.desk import page_of, text_of

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LEARNING = reverse("postmortems:learning")
SVG = "{http://www.w3.org/2000/svg}svg"


@pytest.fixture
def had(make_component, make_incident):
    """An incident that was noticed, stable and resolved so many minutes after its start."""
    berths = make_component("Berths")

    def make(start=NOW, notice=10, stable=40, resolved=90, status=Status.MAJOR_OUTAGE):
        incident = make_incident({berths: status}, started_at=start, at=start + notice * MINUTE)
        for name, minutes in (("monitoring", stable), ("resolved", resolved)):
            post_update(incident, status=name, body="So.", affected={}, author=None, at=start + minutes * MINUTE)
        incident.refresh_from_db()
        return incident

    return make


def measured(page, at=NOW + DAY):
    return {pace.stage: pace for pace in paces(at, page)}


def minutes(found):
    return found.length and found.length / MINUTE


def test_the_middle_of_each_month_and_of_all_of_them(had, page):
    for notice in (5, 6, 30):
        had(notice=notice)
    had(start=NOW - 40 * DAY, notice=20, stable=25, resolved=31)
    found = measured(page)
    assert [(month.short_name, minutes(one), one.count) for month, one in found[Stage.NOTICE].months][-3:] == [
        ("Sep 2026", None, 0),
        ("Oct 2026", 20, 1),
        ("Nov 2026", 6, 3),
    ]
    assert minutes(found[Stage.NOTICE].overall) == 13
    assert minutes(found[Stage.STABLE].months[-2][1]) == 25
    assert minutes(found[Stage.RESOLVED].months[-1][1]) == 90


def test_what_the_postmortem_corrects_counts_as_corrected(had, page):
    incident = had()
    postmortem = start_postmortem(incident)
    typed = {"started": 2, "detected": 5, "stable": 20, "resolved": 32}
    facts = [Fact(key=key, at=NOW + at * MINUTE, source="typed") for key, at in typed.items()]
    save_draft(postmortem, texts={}, facts=facts, actions=[], mitigations=[])
    found = measured(page)
    assert [minutes(found[stage].overall) for stage in Stage] == [3, 18, 30]


def test_only_incidents_of_the_last_twelve_months_count(had, page, make_incident):
    had(start=NOW - 400 * DAY)
    make_incident(at=NOW)
    assert measured(page)[Stage.RESOLVED].overall.count == 0
    months = last_months(NOW, page)
    assert (len(months), months[0].short_name, months[-1].short_name) == (12, "Dec 2025", "Nov 2026")


def test_a_month_is_one_of_the_pages_zone(had, page):
    page.time_zone = "Asia/Tokyo"
    page.save()
    had(start=NOW.replace(month=10, day=31, hour=16))
    assert measured(page)[Stage.NOTICE].months[-1][1].count == 1


def test_what_took_no_time_or_ended_before_it_began_breaks_nothing(had, page):
    had(notice=0, stable=0, resolved=0)
    postmortem = start_postmortem(had(start=NOW + 2 * MINUTE))
    facts = [Fact(key="stable", at=NOW - DAY, source="typed")]
    save_draft(postmortem, texts={}, facts=facts, actions=[], mitigations=[])
    found = measured(page)
    assert (found[Stage.STABLE].overall.count, found[Stage.RESOLVED].overall.count) == (1, 2)
    assert draw_pace(found[Stage.STABLE]).paths


def test_promises_are_counted_by_what_became_of_them(draft, page):
    day = date(2026, 11, 10)
    said = [
        {"status": "done", "settled_at": NOW - 12 * DAY},
        {"status": "done"},
        {"status": "done", "settled_at": NOW},
        {"status": "wont_do"},
        {"status": "open"},
        {"status": "in_progress", "due_on": date(2026, 11, 30)},
        {"status": "open", "due_on": date(2025, 10, 1)},
        {"status": "open", "due_on": None},
    ]
    Mitigation.objects.all().delete()
    Mitigation.objects.bulk_create(
        Mitigation(postmortem=draft, position=number, **{"due_on": day} | one) for number, one in enumerate(said)
    )
    found = promises(NOW, page)
    assert found.totals == {Kept.DONE: 2, Kept.LATE: 1, Kept.OVERDUE: 1, Kept.GIVEN_UP: 1, Kept.AHEAD: 1}
    assert found.due == 5
    chart = draw_promises(found)
    assert chart.told == "2 done, 1 done late, 1 overdue, 1 will not be done, 1 still ahead, from Dec 2025 to Nov 2026."
    # The bars of a month stand upon each other, up to the top.
    feet = [line.split("V")[0] for _, line in chart.paths]
    assert feet == [f"M11.14 {foot}" for foot in ("0", "-33.33", "-50", "-66.67", "-83.33")]
    assert "V-100h" in chart.paths[-1][1]


def test_a_grave_incident_owes_its_postmortem_after_five_days(had):
    incident = had(resolved=90)
    over = NOW + 90 * MINUTE
    assert list(owed(over + 5 * DAY)) == []
    assert list(owed(over + 5 * DAY + MINUTE)) == [incident]
    postmortem = save_draft(
        start_postmortem(incident), texts={"description": "It broke."}, facts=[], actions=[], mitigations=[]
    )
    assert list(owed(over + 6 * DAY)) == [incident]
    publish_postmortem(postmortem, author=None, at=over, unchecked=True)
    assert list(owed(over + 6 * DAY)) == []


def test_a_small_one_owes_none(had):
    had(status=Status.DEGRADED_PERFORMANCE)
    assert list(owed(NOW + 90 * DAY)) == []


@pytest.fixture
def desk(client, staff):
    with time_machine.travel(NOW + 10 * DAY, tick=False):
        client.force_login(staff)
        yield client


def test_the_page_says_in_words_and_numbers_what_its_pictures_show(desk, had, draft):
    had(notice=5, stable=40, resolved=65)
    response = desk.get(LEARNING)
    told = text_of(response)
    for part in ("Time to notice 7 min median of 2 incidents", "Nov 2026 2 7 min 40 min 57 min", "Start postmortem"):
        assert part in told
    pictures = [one for one in page_of(response).iter(SVG) if one.get("role") == "img"]
    assert len(pictures) == 4
    for picture in pictures:
        named = picture.get("aria-labelledby").split()
        assert [one.get("id") for one in picture][:2] == named
        assert all("".join(one.itertext()).strip() for one in list(picture)[:2])
    assert b" style=" not in response.content


def test_an_empty_house_has_a_page_too(desk, page):
    told = text_of(desk.get(LEARNING))
    assert "Nothing with a day fell due yet." in told
    assert "Every major incident that ended more than 5 days ago has its postmortem." in told


def test_it_asks_no_more_of_the_database_however_much_there_is(desk, had):
    start_postmortem(had(start=NOW - DAY))
    with CaptureQueriesContext(connection) as few:
        desk.get(LEARNING)
    for number in range(12):
        start_postmortem(had(start=NOW - number * 20 * DAY))
    with CaptureQueriesContext(connection) as many:
        response = desk.get(LEARNING)
    assert len(many) == len(few)
    assert html5lib.parse(response.content) is not None


def test_only_staff_come_in(client, page, django_user_model):
    assert client.get(LEARNING).status_code == 302
    client.force_login(django_user_model.objects.create_user("guest@example.com"))
    assert client.get(LEARNING).status_code == 403


def test_what_several_incidents_of_the_year_had_in_common_recurs(had, page, client, staff):
    for number, (start, names) in enumerate(
        [
            (NOW, "DNS, deploy"),
            (NOW - 40 * DAY, "dns"),
            (NOW - 60 * DAY, "deploy, dns, once"),
            (NOW - 500 * DAY, "once"),
        ]
    ):
        tag_incident(had(start=start + number * MINUTE), names=names)
    assert [(tag.name, tag.times) for tag in recurring(NOW + DAY, page)] == [("DNS", 3), ("deploy", 2)]
    client.force_login(staff)
    with time_machine.travel(NOW + DAY, tick=False):
        shown = text_of(client.get(LEARNING))
    assert "3 incidents that began in the last twelve months" in shown
    assert "once" not in shown.split("What recurs")[1].split("Postmortems owed")[0]
