"""From the form on the page to the confirmed subscription."""

import pytest

from statuspage.publishing import store
from statuspage.subscribers.models import SignUp, Subscriber
from tests.subscribers.conftest import path_in, told


def test_a_reader_asks_is_mailed_confirms_and_is_told(client, asking, mailed):
    response = client.post("/subscribe", asking())
    assert (response.status_code, response["Location"]) == (303, "/subscribe/sent")
    assert not Subscriber.objects.exists()

    [letter] = mailed()
    assert letter.to == ["reader@example.com"]
    assert letter.subject == "Confirm your subscription to Harbour Status"
    assert letter.extra_headers["Auto-Submitted"] == "auto-generated"
    assert letter.from_email.startswith("Harbour Status <")
    confirm = path_in(letter, "confirm")

    page = client.get(confirm)
    assert "Everything on this page: incidents and planned maintenance" in " ".join(page.text.split())
    assert not Subscriber.objects.exists()
    assert "You are subscribed" in client.post(confirm).text
    assert told("reader@example.com").is_listening
    assert mailed() == []


def test_only_the_chosen_parts_are_told(client, asking, mailed, make_component):
    berths, website = make_component("Berths", group="Harbour"), make_component("Website")
    chosen = {"what": "some", "groups": [berths.group.code], "components": [website.code]}
    typed = asking(**chosen)
    del typed["maintenance"]
    client.post("/subscribe", typed)
    [letter] = mailed()
    for part in ("  - Harbour, with all that belongs to it", "  - Website", "Kinds of news: incidents"):
        assert part in letter.body
    client.post(path_in(letter, "confirm"))
    subscriber = told("reader@example.com")
    assert (subscriber.whole_page, subscriber.incidents, subscriber.maintenance) == (False, True, False)
    assert [*subscriber.groups.all(), *subscriber.components.all()] == [berths.group, website]


def test_a_webhook_is_confirmed_by_whoever_looks_after_it_and_gets_its_secret(client, asking, mailed):
    hook = "https://hooks.example.net/status?key=1"
    client.post("/subscribe", asking("ops@example.com", channel="webhook", url=hook))
    [letter] = mailed()
    assert letter.to == ["ops@example.com"]
    # What a stranger may write is no letter of ours: of the address no more than its host.
    assert "hooks.example.net" in letter.body
    assert "key=1" not in letter.body
    page = client.post(path_in(letter, "confirm"))
    assert "whsec_" in page.text
    assert (told(hook).channel, told(hook).contact) == ("webhook", "ops@example.com")


def test_the_page_and_the_letter_speak_the_language_in_which_was_asked(client, asking, mailed):
    assert client.post("/de/subscribe", asking())["Location"] == "/de/subscribe/sent"
    [letter] = mailed()
    assert letter.extra_headers["Content-Language"] == "de"
    page = client.get(path_in(letter, "confirm"))
    assert page["Content-Language"] == "de"
    assert '<html lang="de"' in page.text
    client.post(path_in(letter, "confirm"))
    assert told("reader@example.com").locale == "de"


def test_one_incident_is_followed_from_its_own_page(client, published, make_incident, mailed):
    incident = make_incident()
    published()
    sent = {"email": "reader@example.com", "incident": incident.code}
    assert f'name="incident" value="{incident.code}"' in published_text(incident.path)
    assert client.post("/subscribe", sent).status_code == 303
    [letter] = mailed()
    assert "the incident “Slow answers”" in letter.body
    client.post(path_in(letter, "confirm"))
    subscriber = told("reader@example.com")
    assert not subscriber.whole_page
    assert [one.incident for one in subscriber.followed.all()] == [incident.code]


def test_what_is_over_is_not_offered_to_be_followed(published, make_incident):
    incident = make_incident(status="resolved")
    published()
    assert 'name="incident"' not in published_text(incident.path)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"email": "nobody"}, "This does not look like a mail address"),
        ({"email": ""}, "Please fill this in."),
        ({"channel": "pigeon"}, "Select a valid choice"),
        ({"channel": "webhook"}, "Please fill this in."),
        ({"channel": "slack", "url": "http://hooks.example.net/"}, "must begin with https://"),
        ({"channel": "slack", "url": "https://me@hooks.example.net/"}, "neither a user name"),
        ({"what": "some"}, "Choose at least one group or component"),
        ({"incidents": "", "maintenance": ""}, "Choose at least one: incidents"),
        ({"time_zone": "Mars/Olympus"}, "Select a valid choice"),
        ({"incident": "nosuchcode00"}, "This page knows no such incident."),
    ],
)
def test_bad_input_comes_back_with_a_sentence_and_all_that_was_typed(client, asking, typed, sentence, make_component):
    make_component()
    sent = asking("kept@example.com") | typed
    response = client.post("/subscribe", sent)
    assert response.status_code == 422
    assert sentence in response.text
    assert typed.get("email", "kept@example.com") in response.text
    assert not SignUp.objects.exists()


def test_nothing_is_offered_that_readers_do_not_see(published, make_component):
    make_component("Seen")
    make_component("Unseen", only_show_if_degraded=True, group="Quiet")
    make_component("Over", retired_at="2021-01-01T00:00Z")
    published()
    text = published_text("/subscribe")
    assert [name in text for name in ("Seen", "Unseen", "Quiet", "Over")] == [True, False, False, False]


def test_the_form_follows_the_components(published, make_component):
    component = make_component("Berths")
    assert "Quay" not in published_text("/subscribe")
    component.name = "Quay"
    component.save()
    published(component)
    assert "Quay" in published_text("/subscribe")
    assert "Quay" in published_text("/de/subscribe")


def test_a_form_on_another_site_is_refused(client, asking):
    for told_by_browser in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        response = client.post("/subscribe", asking(), headers=told_by_browser)
        assert response.status_code == 403
        assert "reader@example.com" in response.text
    assert not SignUp.objects.exists()
    ours = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/subscribe", asking(), headers=ours).status_code == 303


def test_the_addresses_of_a_statuspages_own_forms_work(client, page, published, make_incident):
    incident = make_incident()
    published()
    assert client.post("/subscriptions/new-email", {"email": "a@example.com"}).status_code == 303
    hook = {"endpoint": "https://hooks.example.net/1", "email": "b@example.com"}
    assert "message" in client.post("/subscriptions/webhook.json", hook).json()
    follow = {"email": "c@example.com", "incident_code": incident.code}
    assert "message" in client.post("/subscriptions/incident.json", follow).json()
    asked = SignUp.objects.order_by("pk").values_list("channel", "address", "scope__whole_page", "scope__incident")
    assert list(asked) == [
        ("email", "a@example.com", True, ""),
        ("webhook", "https://hooks.example.net/1", True, ""),
        ("email", "c@example.com", False, incident.code),
    ]
    refused = client.post("/subscriptions/webhook.json", {"endpoint": "ftp://x", "email": "b@example.com"})
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["url"])


def published_text(location: str) -> str:
    return store.find(location).decode()
