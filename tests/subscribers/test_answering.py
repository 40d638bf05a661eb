"""Which letter whoever asked is mailed, and that none is lost where the mail server fails."""

import smtplib
from datetime import timedelta

import pytest
import time_machine
from django.core.mail.backends.locmem import EmailBackend

from statuspage.subscribers.answering import AGAIN, answer_sign_ups
from statuspage.subscribers.asking import ask
from statuspage.subscribers.models import SignUp, Subscriber, Trouble
from statuspage.subscribers.services import Scope, suspend, unsubscribe
from tests.conftest import NOW
from tests.subscribers.conftest import EVERYTHING, path_in, told

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as travel:
        yield travel


@pytest.fixture
def sign_up(page):
    def sign_up(address="reader@example.com", *, scope=EVERYTHING, channel="email", **told):
        ask(network="192.0.2.1", channel=channel, address=address, scope=scope, **told)

    return sign_up


def kinds(letters):
    return [letter.subject.split(" Harbour")[0] for letter in letters]


def test_somebody_who_hears_all_of_it_already_is_told_so_once_a_day(sign_up, mailed, make_subscriber, client, clock):
    make_subscriber()
    sign_up("READER@example.com")
    [letter] = mailed()
    assert letter.subject == "You are subscribed to Harbour Status already"
    assert client.get(path_in(letter, "manage")).status_code == 200
    sign_up()
    assert mailed() == []
    clock.shift(DAY + timedelta(seconds=1))
    sign_up()
    assert len(mailed()) == 1


def test_somebody_who_hears_less_is_asked_to_confirm_the_rest(sign_up, mailed, make_subscriber, make_component, client):
    berths = make_component("Berths")
    make_subscriber(scope=Scope(components=(berths.code,), maintenance=False))
    sign_up(scope=Scope(components=(berths.code,), maintenance=False))
    assert kinds(mailed()) == ["You are subscribed to"]
    sign_up()
    [letter] = mailed()
    client.post(path_in(letter, "confirm"))
    subscriber = told("reader@example.com")
    assert (subscriber.whole_page, subscriber.maintenance) == (True, True)


@pytest.mark.parametrize("why", ["bounce", "complaint", "staff"])
def test_whoever_is_suspended_is_mailed_nothing_whatever_is_asked_in_their_name(sign_up, mailed, make_subscriber, why):
    suspend(make_subscriber(), Subscriber.Suspension(why))
    sign_up()
    sign_up(scope=Scope())
    sign_up("https://hooks.example.net/1", channel="webhook", contact="Reader@example.com")
    assert mailed() == []
    assert not SignUp.objects.exclude(due_at=None).exists()


def test_an_answer_goes_where_staff_read_it_and_comes_from_the_senders_own_domain(sign_up, mailed, settings):
    settings.MAIL_REPLY_TO, settings.DEFAULT_FROM_EMAIL = "help@example.com", "status@mail.example.org"
    sign_up()
    [letter] = mailed()
    assert letter.message()["Reply-To"] == "help@example.com"
    assert letter.message()["Message-ID"].endswith("@mail.example.org>")


def test_whoever_left_may_come_back(sign_up, mailed, make_subscriber, client):
    unsubscribe(make_subscriber())
    sign_up()
    [letter] = mailed()
    client.post(path_in(letter, "confirm"))
    assert told("reader@example.com").is_listening


def test_an_unconfirmed_mailbox_gets_one_letter_a_day(sign_up, mailed, clock):
    sign_up()
    sign_up("Reader@example.com")
    sign_up("https://hooks.example.net/1", channel="webhook", contact="reader@example.com")
    assert len(mailed()) == 1
    clock.shift(DAY + timedelta(seconds=1))
    sign_up()
    assert len(mailed()) == 1


def test_a_hook_that_somebody_looks_after_is_not_handed_to_another(sign_up, mailed, make_subscriber, client):
    hook = "https://hooks.example.net/1"
    make_subscriber(hook, channel="webhook", contact="owner@example.com")
    sign_up(hook, channel="webhook", contact="thief@example.com")
    assert mailed() == []


def test_of_two_who_claim_a_hook_the_first_to_confirm_has_it(sign_up, mailed, client):
    hook = "https://hooks.example.net/1"
    for contact in ("owner@example.com", "thief@example.com"):
        sign_up(hook, channel="webhook", contact=contact)
    first, second = mailed()
    assert "whsec_" in client.post(path_in(first, "confirm")).text
    refused = client.post(path_in(second, "confirm"))
    assert (refused.status_code, "whsec_" in refused.text) == (409, False)
    assert told(hook).contact == "owner@example.com"


def test_a_hook_that_was_given_up_changes_hands_with_a_new_secret(sign_up, mailed, make_subscriber, client):
    hook = "https://hooks.example.net/1"
    former = make_subscriber(hook, channel="webhook", contact="former@example.com")
    unsubscribe(former)
    sign_up(hook, channel="webhook", contact="owner@example.com")
    [letter] = mailed()
    client.post(path_in(letter, "confirm"))
    assert told(hook).contact == "owner@example.com"
    assert told(hook).secret != former.secret


def test_a_link_is_mailed_for_each_subscription_that_a_mailbox_looks_after(sign_up, mailed, make_subscriber, client):
    make_subscriber()
    make_subscriber("https://hooks.example.net/1", channel="webhook", contact="reader@example.com")
    make_subscriber("https://hooks.example.net/2", channel="webhook", contact="other@example.com")
    sign_up(scope=Scope())
    [letter] = mailed()
    assert letter.body.count("/subscriptions/manage/") == 2
    sign_up("stranger@example.com", scope=Scope())
    assert mailed() == []


class Failing(EmailBackend):
    error: Exception = OSError("no route")

    def send_messages(self, messages):
        raise self.error


@pytest.fixture
def failing(settings):
    def fail(error):
        Failing.error = error
        settings.EMAIL_BACKEND = f"{__name__}.Failing"

    yield fail
    Failing.error = OSError("no route")


@pytest.mark.parametrize(
    "error",
    [OSError("no route"), smtplib.SMTPServerDisconnected("gone"), smtplib.SMTPSenderRefused(550, b"no", "status@x")],
)
def test_a_mail_server_that_fails_costs_time_and_no_letter(sign_up, failing, mailed, settings, clock, error):
    working = settings.EMAIL_BACKEND
    sign_up("a@example.com")
    sign_up("b@example.com")
    failing(error)
    assert answer_sign_ups() == 0
    settings.EMAIL_BACKEND = working
    # Asked for one of them, not for each.
    assert mailed() == []
    clock.shift(AGAIN)
    letters = mailed()
    assert sorted(letter.to[0] for letter in letters) == ["a@example.com", "b@example.com"]
    assert mailed() == []


def test_the_desk_says_that_mail_rests_until_a_letter_leaves(sign_up, failing, mailed, settings, clock, client, staff):
    client.force_login(staff)
    working = settings.EMAIL_BACKEND
    sign_up()
    failing(OSError("no route to the mail server"))
    answer_sign_ups()
    assert "no route to the mail server" in client.get("/desk/").text
    settings.EMAIL_BACKEND = working
    clock.shift(AGAIN)
    assert len(mailed()) == 1
    assert "no route to the mail server" not in client.get("/desk/").text


def test_what_a_server_thinks_of_a_letter_to_a_stranger_rests_no_news(sign_up, failing, mailed, settings, clock):
    working = settings.EMAIL_BACKEND
    sign_up()
    failing(smtplib.SMTPDataError(554, b"looks like spam"))
    answer_sign_ups()
    assert not Trouble.objects.exists()
    settings.EMAIL_BACKEND = working
    clock.shift(AGAIN)
    assert len(mailed()) == 1


@pytest.mark.parametrize(("code", "again"), [(450, 1), (550, 0)])
def test_a_mailbox_that_is_refused_is_tried_again_only_if_the_server_says_so(
    sign_up, failing, mailed, settings, clock, code, again
):
    working = settings.EMAIL_BACKEND
    sign_up()
    failing(smtplib.SMTPRecipientsRefused({"reader@example.com": (code, b"no")}))
    answer_sign_ups()
    settings.EMAIL_BACKEND = working
    clock.shift(timedelta(hours=2))
    assert len(mailed()) == again


def test_one_letter_that_cannot_be_written_holds_up_nobody(sign_up, mailed):
    sign_up("a@example.com")
    SignUp.objects.update(scope={"groups": 7})
    sign_up("b@example.com")
    assert [letter.to for letter in mailed()] == [["b@example.com"]]


def test_while_mail_rests_nothing_is_sent(sign_up, mailed, clock):
    Trouble.objects.create(channel="email", until=NOW + timedelta(minutes=5), reason="535")
    sign_up()
    assert mailed() == []
    clock.shift(timedelta(minutes=6))
    assert len(mailed()) == 1


def test_a_worker_that_dies_loses_no_letter(sign_up, mailed, clock, settings, monkeypatch):
    sign_up()

    class Killed(BaseException):
        pass

    def die(*_):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(EmailBackend, "send_messages", die)
        with pytest.raises(Killed):
            answer_sign_ups()
    assert mailed() == []
    clock.shift(timedelta(minutes=6))
    assert len(mailed()) == 1
