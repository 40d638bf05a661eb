"""The journal of an incident: what the team notes for itself, at the desk, and nobody else reads."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from statuspage.incidents.services_journal import note_down
from statuspage.publishing.press import publish
from tests.conftest import NOW

LATER = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(LATER, tick=True):
        yield


@pytest.fixture
def incident(make_incident):
    return make_incident()


def address(incident, name="incident", *more):
    return reverse(f"desk:{name}", args=[incident.code, *more])


def note(desk, incident, **said):
    return desk.post(address(incident, "note_down"), {"words": "The spare was away."} | said)


def test_an_entry_has_its_words_its_time_and_its_author(desk, incident, staff):
    assert note(desk, incident, at="2026-11-21T09:12").url == f"{address(incident)}#journal"
    [entry] = incident.journal.all()
    assert (entry.words, entry.by, entry.starred) == ("The spare was away.", staff, False)
    assert entry.at == datetime(2026, 11, 21, 9, 12, tzinfo=UTC)
    assert "The spare was away." in desk.get(address(incident)).content.decode()


def test_without_a_time_it_happened_now(desk, incident):
    note(desk, incident)
    assert abs((incident.journal.get().at - LATER).total_seconds()) < 60


def test_entries_stand_in_the_order_in_which_things_happened(desk, incident):
    note(desk, incident, words="Second", at="2026-11-21T09:20")
    note(desk, incident, words="First", at="2026-11-21T09:10")
    assert [entry.words for entry in incident.journal.all()] == ["First", "Second"]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"words": "  "}, "Say what happened."),
        ({"words": "x" * 2_001}, "An entry may have 2,000 characters; this one has 2,001."),
        ({"words": "[" * 400}, "square brackets"),
        ({"at": "2026-11-22T09:00"}, "not of what is to come"),
        ({"at": "soon"}, "Write it as"),
    ],
)
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_whatever_is_refused_comes_back_with_its_words(desk, incident, said, sentence, headers):
    typed = {"words": "The spare was away.", "starred": "on"} | said
    response = desk.post(address(incident, "note_down"), typed, headers=headers)
    assert (response.status_code, incident.journal.exists()) == (422, False)
    assert sentence in response.content.decode()
    assert typed["words"].strip() in response.content.decode()


def test_a_form_that_is_sent_twice_is_noted_once(desk, incident):
    for _ in range(2):
        note(desk, incident, form_key="a" * 32)
    assert incident.journal.count() == 1


def test_an_entry_is_starred_and_kept_inside_again(desk, incident):
    entry = note_down(incident, words="The spare was away.", by=None)
    for starred in ("yes", "no"):
        desk.post(address(incident, "star", entry.pk), {"starred": starred})
        entry.refresh_from_db()
        assert entry.starred == (starred == "yes")


def test_an_entry_is_struck_and_pressing_twice_does_no_harm(desk, incident, staff):
    entry = note_down(incident, words="The spare was away.", by=None)
    for _ in range(2):
        assert desk.post(address(incident, "strike", entry.pk)).status_code == 302
    assert not incident.journal.exists()
    page = desk.get(address(incident)).content.decode()
    assert "The spare was away." not in page
    assert f"was struck by {staff}" in page


def test_what_was_struck_is_put_back_as_it_stood_and_pressing_twice_does_no_harm(desk, incident, staff):
    entry = note_down(incident, words="The spare was away.", by=staff, starred=True)
    desk.post(address(incident, "strike", entry.pk))
    for _ in range(2):
        assert desk.post(address(incident, "put_back", entry.pk)).status_code == 302
    assert list(incident.journal.values_list("words", "by", "starred", "struck_by")) == [
        ("The spare was away.", staff.pk, True, None)
    ]
    assert "was struck" not in desk.get(address(incident)).content.decode()


def test_an_entry_belongs_to_its_own_incident(desk, incident, make_incident):
    entry = note_down(incident, words="The spare was away.", by=None)
    other = make_incident()
    assert desk.post(address(other, "star", entry.pk), {"starred": "yes"}).status_code == 404
    desk.post(address(other, "strike", entry.pk))
    assert incident.journal.count() == 1


def test_htmx_gets_the_journal_alone(desk, incident):
    response = desk.post(
        address(incident, "note_down"), {"words": "The spare was away."}, headers={"HX-Request": "true"}
    )
    assert response.content.decode().strip().startswith('<section class="card panel" id="journal"')


@pytest.mark.parametrize("name", ["note_down", "star", "strike", "put_back"])
def test_only_staff_come_in(client, incident, name):
    more = [] if name == "note_down" else [1]
    assert client.post(address(incident, name, *more)).status_code == 401


def test_nothing_of_it_is_public_starred_or_not(incident, public):
    note_down(incident, words="CANARY kept inside", by=None)
    note_down(incident, words="CANARY with a star", by=None, starred=True)
    publish()
    files = [path for path in public.rglob("*") if path.is_file() and path.suffix not in {".gz", ".br", ".png"}]
    assert files
    assert not [path for path in files if b"CANARY" in path.read_bytes()]


def test_an_entry_says_something(incident):
    with pytest.raises(ValidationError):
        note_down(incident, words="\N{ZERO WIDTH SPACE}", by=None)


def test_the_page_asks_as_much_however_long_the_journal_is(desk, incident, staff):
    def questions():
        with CaptureQueriesContext(connection) as asked:
            desk.get(address(incident))
        return len(asked)

    note_down(incident, words="One.", by=staff)
    before = questions()
    for number in range(30):
        note_down(incident, words=f"Number {number}.", by=staff, at=NOW)
    assert questions() == before
