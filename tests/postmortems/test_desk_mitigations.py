"""The desk's list of promises: what is overdue, whose it is, and how far it is with one press of a button."""

from datetime import date

import html5lib
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from postmortems.models import Mitigation
from postmortems.services import publish_postmortem, withdraw_postmortem
from tests.conftest import NOW
from tests.postmortems.desk import form_in, press, text_of, url
from tests.postmortems.test_publish_postmortem import POSTED
from tests.postmortems.test_publish_postmortem import text_of as public_text

LIST = reverse("mitigations:index")


@pytest.fixture
def desk(client, staff):
    with time_machine.travel(NOW.replace(day=5, month=12), tick=False):
        client.force_login(staff)
        yield client


def named(response):
    """The measures of the list, from the top."""
    tree = html5lib.parse(response.content, namespaceHTMLElements=False)
    rows = [one for one in tree.iter("li") if (one.get("id") or "").startswith("measure-")]
    return ["".join(row.find(".//h3").itertext()) for row in rows]


def turn(desk, measure, **said):
    return desk.post(reverse("mitigations:turn", args=[measure.code]), said)


@pytest.fixture
def several(draft):
    """Besides those of the draft, one settled and one that nobody owns."""
    more = [
        Mitigation(description="A **bell** at the gate.", owner="Works", status="done", settled_at=NOW),
        Mitigation(description="Somebody should look."),
        Mitigation(description="Due today.", owner="Works", due_on=date(2026, 12, 5)),
    ]
    for position, one in enumerate(more, 3):
        one.postmortem, one.position = draft, position
    Mitigation.objects.bulk_create(more)
    return draft


def test_strangers_and_guests_stay_outside(client, draft, django_user_model):
    measure = draft.mitigations.first()
    assert (client.get(LIST).status_code, turn(client, measure, status="done").status_code) == (302, 401)
    client.force_login(django_user_model.objects.create_user("guest@example.com"))
    assert (client.get(LIST).status_code, turn(client, measure, status="done").status_code) == (403, 403)
    measure.refresh_from_db()
    assert measure.status == "open"


def test_what_is_overdue_comes_first_and_what_is_settled_last(desk, several):
    response = desk.get(LIST)
    told = named(response)
    assert set(told[:2]) == {"Tell the desk when a spare is away.", "CANARY sell the spare"}
    assert told[2:] == ["Due today.", "A second spare.", "Somebody should look.", "A bell at the gate."]
    said = text_of(response)
    assert "2 overdue of 5 still to be done" in said
    assert "4 days overdue" in said


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("state=open", 5),
        ("state=overdue", 2),
        ("state=done", 1),
        ("state=given+up", 0),
        ("owner=Works", 4),
        ("owner=Works&state=overdue", 1),
        ("owner=Nobody", 0),
        ("state=kaput&owner=%00&page=nine", 6),
    ],
)
def test_the_address_says_which_are_shown(desk, several, asked, count):
    assert len(named(desk.get(f"{LIST}?{asked}"))) == count


def test_one_press_says_how_far_it_is_and_comes_back_to_the_same_list(desk, draft, django_capture_on_commit_callbacks):
    publish_postmortem(draft, author=None, at=POSTED)
    measure = draft.mitigations.get(description__startswith="Tell")
    with django_capture_on_commit_callbacks(execute=True):
        response = turn(desk, measure, status="done", asked="state=overdue&owner=Harbour+desk")
    assert response["Location"] == f"{LIST}?state=overdue&owner=Harbour+desk"
    assert "Done: Tell the desk when a spare is away. Readers see it." in text_of(desk.get(LIST))
    assert "1 of 2 done" in public_text(draft.path)


def test_whoever_edits_the_text_is_not_disturbed(desk, draft):
    opened = form_in(desk.get(url(draft.incident)))
    turn(desk, draft.mitigations.first(), status="in_progress")
    assert press(desk, draft.incident, opened | {"lessons": ["Mine."]}).status_code == 302
    assert draft.mitigations.first().status == "in_progress"


def test_giving_up_wants_a_reason_and_keeps_what_was_typed(desk, draft):
    measure = draft.mitigations.first()
    response = turn(desk, measure, status="wont_do", reason=" ", asked="state=open")
    assert response.status_code == 422
    assert "Say why it will not be done." in text_of(response)
    long = turn(desk, measure, status="wont_do", reason="x" * 501)
    assert "This has 501 characters; at most 500 fit." in text_of(long)
    assert "x" * 501 in long.content.decode()
    turn(desk, measure, status="wont_do", reason="The spare was sold.")
    measure.refresh_from_db()
    assert (measure.status, measure.reason) == ("wont_do", "The spare was sold.")
    assert "The spare was sold." in text_of(desk.get(f"{LIST}?state=given+up"))


@pytest.mark.parametrize("status", ["kaput", "", None])
def test_a_status_that_is_none_changes_nothing(desk, draft, status):
    measure = draft.mitigations.first()
    assert turn(desk, measure, **({} if status is None else {"status": status})).status_code == 422
    measure.refresh_from_db()
    assert measure.status == "open"


def test_looking_changes_nothing(desk, draft):
    assert desk.get(reverse("mitigations:turn", args=[draft.mitigations.first().code])).status_code == 405
    assert turn(desk, Mitigation(code="nosuchcode12"), status="done").status_code == 404
    assert draft.mitigations.first().status == "open"


def test_a_long_list_comes_in_pages_and_asks_no_more_of_the_database(desk, several, django_assert_num_queries):
    with CaptureQueriesContext(connection) as few:
        desk.get(f"{LIST}?state=open")
    Mitigation.objects.bulk_create(
        Mitigation(postmortem=several, position=10 + number, description=f"Step {number}", owner=f"Team {number}")
        for number in range(70)
    )
    with django_assert_num_queries(len(few)):
        first = desk.get(f"{LIST}?state=open")
    assert len(named(first)) == 30
    assert b'href="?state=open&amp;page=2"' in first.content
    assert len(named(desk.get(f"{LIST}?state=open&page=3"))) == 15


def test_words_of_staff_are_words_and_not_markup(desk, draft):
    Mitigation.objects.update(description="<script>alert(1)</script> &amp; **bold**", owner="<b>", reason="<i>")
    told = desk.get(LIST).content.decode()
    assert "<script>alert" not in told
    assert "<b>" not in told


def test_whose_words_readers_do_not_have_is_said(desk, draft):
    draft.mitigations.filter(position=0).update(public=False)
    assert ("still a draft" in text_of(desk.get(LIST)), "internal" in text_of(desk.get(LIST))) == (True, True)
    publish_postmortem(draft, author=None, unchecked=True)
    assert "still a draft" not in text_of(desk.get(LIST))
    withdraw_postmortem(draft, author=None, reason="Wrong.")
    told = text_of(desk.get(LIST))
    assert ("still a draft" in told, "withdrawn" in told, "internal" in told) == (False, True, True)
