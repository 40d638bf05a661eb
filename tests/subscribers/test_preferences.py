"""Preferences: seen and changed with a link from a mail, and a fresh link where that no longer holds."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from statuspage.subscribers import links
from statuspage.subscribers.models import Subscriber
from statuspage.subscribers.services import Scope, suspend
from tests.conftest import NOW
from tests.subscribers.conftest import told


def manage(one) -> str:
    return f"/subscriptions/manage/{links.manage_pass(one.code, one.secret, timezone.now())}"


def test_what_is_chosen_is_kept_and_shown(client, make_subscriber, make_component, make_incident, published):
    berths, website = make_component("Berths", group="Harbour"), make_component("Website")
    incident = make_incident(name="Ships wait")
    published()
    one = make_subscriber(scope=Scope(whole_page=True, incident=incident.code))
    assert "Ships wait" in client.get(manage(one)).text
    chosen = {
        **{"what": "some", "groups": [berths.group.code], "components": [website.code], "maintenance": "on"},
        **{"locale": "de", "time_zone": "Asia/Tokyo"},
    }
    response = client.post(manage(one), chosen)
    assert (response.status_code, response["Content-Language"]) == (200, "de")
    now = told(one.address)
    assert (now.whole_page, now.incidents, now.maintenance) == (False, False, True)
    assert (now.locale, now.time_zone, now.followed.count()) == ("de", "Asia/Tokyo", 0)
    assert [*now.groups.all(), *now.components.all()] == [berths.group, website]
    again = client.get(manage(one)).text
    assert 'value="Asia/Tokyo" selected' in again
    assert f'value="{website.code}" id="id_components_1" checked' in again


def test_what_somebody_chose_stays_theirs_after_it_is_hidden(client, make_subscriber, make_component):
    berths = make_component("Berths")
    make_component("Website")
    one = make_subscriber(scope=Scope(components=(berths.code,)))
    berths.retired_at = NOW - timedelta(days=1)
    berths.save()
    kept = {"what": "some", "components": [berths.code], "incidents": "on", "locale": "en"}
    assert client.post(manage(one), kept).status_code == 200
    assert list(told(one.address).components.all()) == [berths]


def test_nothing_at_all_is_no_choice(client, make_subscriber, make_component):
    make_component()
    one = make_subscriber()
    response = client.post(manage(one), {"what": "some", "incidents": "on", "locale": "en"})
    assert (response.status_code, "Choose at least one group" in response.text) == (422, True)
    assert told(one.address).whole_page


def test_a_zone_that_staff_chose_is_not_lost(client, make_subscriber):
    one = make_subscriber(time_zone="Etc/GMT+3")
    response = client.post(manage(one), {"what": "page", "incidents": "on", "locale": "en", "time_zone": "Etc/GMT+3"})
    assert (response.status_code, told(one.address).time_zone) == (200, "Etc/GMT+3")


@pytest.mark.parametrize(("why", "lifted"), [("endpoint", True), ("bounce", True), ("staff", False)])
def test_whoever_reads_our_mail_may_lift_what_failed_and_not_what_staff_stopped(client, make_subscriber, why, lifted):
    one = make_subscriber()
    suspend(one, Subscriber.Suspension(why))
    assert ("Tell me again" in client.get(manage(one)).text) is lifted
    client.post(manage(one), {"resume": "1"})
    assert told(one.address).is_listening is lifted


def test_a_link_from_an_old_mail_leads_to_a_fresh_one(client, make_subscriber, mailed):
    with time_machine.travel(NOW, tick=False) as clock:
        old = manage(make_subscriber())
        assert client.get(old).status_code == 200
        clock.shift(timedelta(days=61))
        gone = client.get(old)
        assert (gone.status_code, 'action="/subscriptions/link"' in gone.text) == (404, True)
        assert client.post("/subscriptions/link", {"email": "reader@example.com"})["Location"] == "/subscribe/sent"
        [letter] = mailed()
        assert letter.subject == "Your preferences at Harbour Status"


def test_only_a_webhook_has_a_secret_to_show(client, make_subscriber):
    assert "whsec_" not in client.get(manage(make_subscriber())).text
    hook = make_subscriber("https://hooks.example.net/1", channel="webhook", contact="ops@example.com")
    assert links.signing_secret(hook) in client.get(manage(hook)).text
