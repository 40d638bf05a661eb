"""A mail service's answers are held against a reader, the letter or ourselves, as each deserves."""

import pytest
import requests
from anymail.exceptions import AnymailInvalidAddress, AnymailRecipientsRefused, AnymailRequestsAPIError
from django.db import OperationalError
from django.utils import timezone

from statuspage.subscribers import delivery, django_mail
from statuspage.subscribers.models import Delivery, Subscriber, Trouble

pytestmark = pytest.mark.django_db

READERS = [f"reader{number}@example.com" for number in range(5)]
VICTIM = READERS[1]


class Service:
    """Takes each letter, unless `answer` raises for its reader."""

    def __init__(self):
        self.told = []
        self.answer = lambda who: None

    def send_messages(self, messages):
        for message in messages:
            self.answer(message.to[0])
            self.told.append(message.to[0])

    def close(self):
        pass


@pytest.fixture
def service(monkeypatch, settings, page, make_subscribers, make_notice):
    settings.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"
    service = Service()
    monkeypatch.setattr(django_mail, "get_connection", lambda: service)
    make_subscribers(*READERS)
    make_notice()
    return service


def answered(status, **headers):
    response = requests.Response()
    response.status_code, response.reason = status, "Not so"
    response.headers.update(headers)
    return AnymailRequestsAPIError("Not so", response=response)


def refusing(error, only=None):
    def answer(who):
        if only in (None, who):
            raise error

    return answer


def tell():
    delivery.fan_out()
    Trouble.objects.update(until=timezone.now())
    Delivery.objects.filter(state="pending").update(next_at=timezone.now())
    delivery.drain_mail()


def states():
    return dict(Delivery.objects.values_list("subscriber__address", "state"))


@pytest.mark.parametrize("error", [answered(413), answered(403), answered(400), AnymailInvalidAddress("No address")])
def test_a_letter_that_it_will_not_take_holds_up_no_other(service, error):
    service.answer = refusing(error, only=VICTIM)
    tell()
    assert states() == dict.fromkeys(READERS, "sent") | {VICTIM: "failed"}
    assert Subscriber.objects.get(address=VICTIM).strikes == 0
    assert not Trouble.objects.exists()


def test_a_letter_on_which_it_breaks_each_time_lets_the_others_go_first(service):
    service.answer = refusing(answered(500), only=VICTIM)
    tell()
    assert Trouble.objects.exists()
    Trouble.objects.update(until=timezone.now())
    delivery.drain_mail()
    assert states() == dict.fromkeys(READERS, "sent") | {VICTIM: "pending"}
    service.answer = lambda who: None
    tell()
    assert states()[VICTIM] == "sent"
    assert not Trouble.objects.exists()


@pytest.mark.parametrize("status", [401, 402, 429, 500, 503])
def test_what_it_says_of_us_is_held_against_nobody(service, status):
    service.answer = refusing(answered(status))
    tell()
    assert set(Delivery.objects.values_list("state", "attempts", "answers")) == {("pending", 0, 0)}
    assert Trouble.objects.get().reason.startswith("Not so")


def test_a_service_that_asks_for_a_pause_gets_it(service):
    service.answer = refusing(answered(429, **{"Retry-After": "600"}))
    tell()
    rest = Trouble.objects.get().until - timezone.now()
    assert 590 < rest.total_seconds() <= 600


def test_a_service_that_takes_nothing_is_not_believed(service):
    service.answer = refusing(answered(403))
    tell()
    assert set(states().values()) == {"pending"}
    assert "refused: Not so" in Trouble.objects.get().reason


def test_an_address_that_it_refuses_gets_a_strike(service):
    service.answer = refusing(AnymailRecipientsRefused("Not that one"), only=VICTIM)
    tell()
    assert states()[VICTIM] == "failed"
    assert Subscriber.objects.get(address=VICTIM).strikes == 1


def test_that_it_takes_a_mail_forgives_nothing(service):
    Subscriber.objects.filter(address=VICTIM).update(strikes=2)
    tell()
    assert set(states().values()) == {"sent"}
    assert Subscriber.objects.get(address=VICTIM).strikes == 2


def test_a_letter_that_cannot_be_written_holds_up_no_other(service, monkeypatch):
    write = django_mail.Letters.message

    def fail(letters, line, connection):
        if line.address == VICTIM:
            raise KeyError("summary")
        return write(letters, line, connection)

    monkeypatch.setattr(django_mail.Letters, "message", fail)
    tell()
    assert states() == dict.fromkeys(READERS, "sent") | {VICTIM: "failed"}
    assert "cannot be written" in Delivery.objects.get(state="failed").last_error


def test_a_database_that_fails_fails_no_letter(service, monkeypatch):
    def fail(letters, line, connection):
        raise OperationalError("gone")

    monkeypatch.setattr(django_mail.Letters, "message", fail)
    with pytest.raises(OperationalError):
        tell()
    assert set(states().values()) == {"pending"}
