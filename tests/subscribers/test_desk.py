"""Subscribers at the desk: found, added, suspended, removed, imported and exported."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from statuspage.subscribers.models import Subscriber
from statuspage.subscribers.services import Scope, suspend, unsubscribe
from tests.subscribers.conftest import told

INDEX = reverse("subscribers:index")
ADDED = {"channel": "email", "email": "a@example.com", "proof": "Contract 4711", "incidents": "on", "locale": "en"}


@pytest.fixture
def desk(client, staff, page):
    """A browser without JavaScript in which somebody of the staff is signed in."""
    client.force_login(staff)
    return client


@pytest.mark.parametrize("name", ["index", "add", "import", "export"])
def test_strangers_see_nobody(client, page, name):
    assert client.get(reverse(f"subscribers:{name}")).status_code == 302


def test_everybody_is_listed_with_what_they_hear_of(desk, make_subscriber, make_component):
    berths = make_component("Berths", group="Harbour")
    make_subscriber("a@example.com", scope=Scope(groups=(berths.group.code,), maintenance=False))
    make_subscriber("https://hooks.example.net/1", channel="webhook", contact="ops@example.com")
    unsubscribe(make_subscriber("left@example.com"))
    suspend(make_subscriber("bounced@example.com"), Subscriber.Suspension.BOUNCE)
    text = " ".join(desk.get(INDEX).text.split())
    for part in (
        "Email: 1 active, 1 suspended, 1 left · Webhook: 1 active",
        "Email · Harbour (all) · incidents only · en",
        "Webhook, looked after by ops@example.com · everything · en",
        "The address does not take mail",
    ):
        assert part in text
    found = desk.get(INDEX, {"q": "OPS@"}).text
    assert ("hooks.example.net" in found, "left@example.com" in found) == (True, False)
    assert "left@example.com" in desk.get(INDEX, {"state": "unsubscribed"}).text
    assert "Nobody found" in desk.get(INDEX, {"q": "zebra\0"}).text


def test_a_channel_can_be_chosen_and_stays_chosen_from_page_to_page(desk, make_subscriber):
    for number in range(51):
        make_subscriber(f"https://hooks.example.net/{number}", channel="webhook", contact="ops@example.com")
    make_subscriber("a@example.com")
    text = desk.get(INDEX, {"channel": "webhook"}).text
    assert '<option value="webhook" selected>' in text
    assert 'href="?page=2&amp;q=&amp;state=&amp;channel=webhook"' in text
    assert "a@example.com" not in text


def test_a_long_list_costs_as_many_queries_as_a_short_one(desk, make_subscriber, make_component):
    berths = make_component("Berths", group="Harbour")

    def queries():
        with CaptureQueriesContext(connection) as caught:
            desk.get(INDEX)
        return len(caught)

    scope = Scope(groups=(berths.group.code,), components=(berths.code,), incident="h4x8k2m9q1w3")
    make_subscriber("first@example.com", scope=scope)
    queries()
    few = queries()
    for number in range(60):
        make_subscriber(f"reader{number}@example.com", scope=scope)
    assert queries() == few
    assert "Page 1 of 2" in desk.get(INDEX).text


def test_somebody_who_agreed_elsewhere_is_added_with_the_proof(desk, make_component):
    berths = make_component("Berths", group="Harbour")
    response = desk.post(reverse("subscribers:add"), ADDED | {"components": [berths.code]}, follow=True)
    assert "a@example.com is told from now on." in response.text
    added = told("a@example.com")
    assert (added.proof, added.whole_page, added.maintenance) == ("Contract 4711", False, False)
    assert list(added.components.all()) == [berths]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"proof": ""}, "nobody may be told who did not"),
        ({"email": "x"}, "does not look like a mail address"),
        ({"channel": "slack", "url": "x"}, "must begin with https://"),
        ({"channel": "slack"}, "Please fill this in."),
        ({"incidents": ""}, "nothing would ever be told"),
        ({"time_zone": "Mars"}, "is no time zone"),
    ],
)
def test_what_cannot_be_added_comes_back_with_the_reason(desk, typed, sentence):
    response = desk.post(reverse("subscribers:add"), ADDED | typed)
    assert response.status_code == 422
    assert sentence in response.text
    assert not Subscriber.objects.exists()


def test_one_is_suspended_resumed_and_removed(desk, make_subscriber):
    one = make_subscriber("a@example.com")

    def press(button):
        desk.post(reverse("subscribers:act", args=[one.code]), {"act": button})

    press("suspend")
    assert told("a@example.com").suspension == Subscriber.Suspension.STAFF
    press("resume")
    assert told("a@example.com").is_listening
    press("nonsense")
    assert told("a@example.com").is_listening
    press("remove")
    assert not Subscriber.objects.exists()


def test_a_file_is_imported_whole_or_refused_with_the_reasons(desk):
    def upload(text, proof="List of 2026"):
        file = SimpleUploadedFile("list.csv", text.encode())
        return desk.post(reverse("subscribers:import"), {"file": file, "proof": proof})

    bad = upload("address\na@example.com\nnobody\n")
    assert (bad.status_code, "line 3: “nobody” is no mail address." in bad.text) == (422, True)
    assert not Subscriber.objects.exists()
    good = upload("address\na@example.com\n")
    assert (good.status_code, "1 new, 0 changed" in good.text) == (200, True)
    assert told("a@example.com").proof == "List of 2026"


def test_everybody_is_exported(desk, make_subscriber):
    make_subscriber("+a@example.com")
    response = desk.get(reverse("subscribers:export"))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in response["Content-Disposition"]
    assert "email,'+a@example.com,,page,yes,yes,en,,active," in response.text
