"""The whole past for programs: three months a page, until there are none."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from statuspage.incidents.models import Incident
from statuspage.incidents.services import backfill_incident, post_update, schedule_maintenance
from statuspage.publishing import store
from statuspage.publishing.press import publish, publish_owed
from statuspage.publishing.serving import PublicFiles
from tests.incidents.public_format import HISTORY, check

TODAY = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _now(page):
    page.time_zone = "America/New_York"
    page.save()
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def make_past(page):
    """Record an incident that is over."""

    def make(start, end, **said) -> Incident:
        said = {"name": "Slow answers", "body": "It broke.", "resolution": "Mended.", "affected": {}} | said
        return backfill_incident(started_at=start, resolved_at=end, author=None, at=TODAY, **said)

    return make


@pytest.fixture
def ask(client, public):
    """Ask as clients do, through the server of public files."""

    def django(environ, start_response):
        answer = client.get(environ["PATH_INFO"], query_params=dict([environ["QUERY_STRING"].split("=")]))
        start_response(f"{answer.status_code} Said", list(answer.headers.items()))
        return [answer.content]

    def ask(number):
        told = []
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/history.json", "QUERY_STRING": f"page={number}"}
        body = b"".join(PublicFiles(django, root=public)(environ, lambda *said: told.append(said)))
        return int(told[0][0].split()[0]), dict(told[0][1]), body

    return ask


def at(*parts):
    return datetime(*parts, tzinfo=UTC)


def months_of(number):
    body = store.find("/history.json" if number == 1 else f"/history/page-{number}.json")
    return body and json.loads(body)["months"]


def text(months):
    """The marks taken out, as clients do."""
    return [re.sub(r"<var[^>]*>(.*?)</var>", r"\1", one["timestamp"]) for month in months for one in month["incidents"]]


def test_the_past_is_told_three_months_a_page_to_the_first(make_past, ask):
    now = make_past(at(2026, 11, 20, 10), at(2026, 11, 20, 11))
    old = make_past(at(2026, 5, 3, 10), at(2026, 5, 3, 11))
    publish()
    names = [[(month["name"], month["year"]) for month in months_of(number)] for number in (1, 2, 3)]
    assert names == [
        [("November", 2026), ("October", 2026), ("September", 2026)],
        [("August", 2026), ("July", 2026), ("June", 2026)],
        [("May", 2026)],
    ]
    assert [list(check({"months": months_of(number)}, HISTORY)) for number in (1, 2, 3)] == [[], [], []]
    assert [one["code"] for one in months_of(1)[0]["incidents"]] == [now.code]
    assert [one["code"] for one in months_of(3)[0]["incidents"]] == [old.code]
    assert months_of(4) is None


def test_whoever_reads_page_after_page_comes_to_an_end(make_past, ask):
    make_past(at(2026, 5, 3, 10), at(2026, 5, 3, 11))
    publish()
    found, number = [], 1
    while months := json.loads(ask(number)[2])["months"]:
        found += months
        number += 1
    assert (number, len(found)) == (4, 7)


def test_a_page_beyond_the_last_asks_no_database(ask, django_assert_num_queries):
    with django_assert_num_queries(0):
        status, headers, body = ask(7)
    assert (status, json.loads(body)) == (200, {"months": []})
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("number", ["0", "1", "-2", "x", "", "2²"])
def test_what_is_no_page_is_not_found(ask, number):
    assert ask(number)[0] == 404


@pytest.mark.parametrize(
    ("start", "end", "told", "month"),
    [
        (at(2026, 7, 30, 13, 7), at(2026, 7, 30, 14, 12), "Jul 30, 09:07 - 10:12 EDT", "July"),
        (at(2026, 7, 30, 13, 7), at(2026, 8, 2, 14, 12), "Jul 30, 09:07 - Aug 2, 10:12 EDT", "August"),
        (at(2026, 7, 31, 13, 7), at(2026, 8, 1, 3, 0), "Jul 31, 09:07 - 23:00 EDT", "July"),
        (at(2025, 12, 31, 20, 0), at(2026, 1, 1, 20, 0), "Dec 31, 15:00 - Jan 1, 15:00 EST", "January"),
        # Over the change of clocks: both in the offset that the abbreviation stands for.
        (at(2026, 11, 1, 2, 0), at(2026, 11, 1, 20, 0), "Oct 31, 21:00 - Nov 1, 15:00 EST", "November"),
    ],
)
def test_an_incident_is_told_under_the_month_in_which_it_ended(make_past, start, end, told, month):
    make_past(start, end)
    publish()
    months = [month for number in range(1, 5) for month in months_of(number) or [] if month["incidents"]]
    assert (text(months), [one["name"] for one in months]) == ([told], [month])


def test_date_and_times_carry_the_marks_of_the_format(make_past):
    make_past(at(2026, 11, 20, 14, 7), at(2026, 11, 20, 15, 12))
    publish()
    assert months_of(1)[0]["incidents"][0]["timestamp"] == (
        "Nov <var data-var='date'>20</var>, <var data-var='time'>09:07</var> - <var data-var='time'>10:12</var> EST"
    )


def test_a_maintenance_is_told_by_its_window_and_one_that_ended_before_by_its_end(page):
    said = {"components": [], "author": None, "at": TODAY - 40 * HOUR, "body": "Wet."}
    window = {"scheduled_for": TODAY - 10 * HOUR, "scheduled_until": TODAY - 5 * HOUR}
    for name, hours in (("Paint", 6), ("Called off", 20)):
        one = schedule_maintenance(name=name, **window, **said)
        post_update(one, status="completed", body="Done.", affected={}, author=None, at=TODAY - hours * HOUR)
    publish()
    [paint, off] = json.loads(store.find("/history.json"))["months"][0]["incidents"]
    assert [one["impact"] for one in (paint, off)] == ["maintenance"] * 2
    assert text([{"incidents": [paint, off]}]) == ["Nov 20, 21:00 - Nov 21, 01:00 EST", "Nov 20, 11:00 EST"]


def test_names_of_months_are_english_whatever_the_page_speaks(page, make_past):
    page.locale = "de"
    page.save()
    make_past(at(2026, 10, 1, 14), at(2026, 10, 2, 15))
    publish()
    months = json.loads(store.find("/history.json"))["months"]
    assert [month["name"] for month in months] == ["November", "October"]
    assert text(months) == ["Oct 1, 10:00 - Oct 2, 11:00 EDT"]


@pytest.mark.django_db(transaction=True)
def test_what_is_put_down_before_everything_else_is_reached_page_by_page(make_past):
    make_past(at(2026, 10, 1, 14), at(2026, 10, 2, 15))
    publish()
    make_past(at(2025, 10, 1, 14), at(2025, 10, 2, 15))
    publish_owed()
    assert [len(months_of(number)) for number in (1, 2, 3, 4, 5)] == [3, 3, 3, 3, 2]


def test_open_incidents_are_not_past_yet(make_incident):
    make_incident(at=TODAY - HOUR)
    publish()
    assert months_of(1) == [{"name": "November", "year": 2026, "incidents": []}]
