"""Hooks are told by one signed request; its answer says what is to be done next."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from statuspage.subscribers import hooks, links
from statuspage.subscribers.hook_client import Answer, Limits
from statuspage.subscribers.hook_messages import message
from statuspage.subscribers.hooks import meaning, tell, tell_many
from statuspage.subscribers.ledger import Line
from statuspage.subscribers.outcomes import SENT, Outcome, Verdict
from statuspage.subscribers.patience import wait_asked
from tests.subscribers.hook_server import HookServer, answers, is_silent
from tests.subscribers.hooks import AT, PAGE_PART, a_notice, a_page, a_subscriber

QUICK = Limits(connect=1, whole=3)
DAY = timedelta(days=1)


@pytest.fixture
def hook(settings):
    """Start somebody's hook; whoever subscribes with it."""
    settings.WEBHOOK_ALLOW = [ip_network("127.0.0.0/8")]
    servers = []

    def start(behaviour=None, *, channel: str = "webhook", **fields):
        servers.append(HookServer(behaviour or answers()))
        address = f"http://127.0.0.1:{servers[-1].port}/hook"
        return servers[-1], a_subscriber(channel, address, **fields)

    yield start
    for server in servers:
        server.close()


def received(server: HookServer, number: int = 0) -> tuple[dict[str, str], bytes]:
    """The headers and the body of a request that a hook got."""
    head, _, body = server.requests[number].partition(b"\r\n\r\n")
    return dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:]), body


def test_a_webhook_is_told_in_the_words_of_statuspage(settings):
    settings.SITE_URL = "https://status.example.com"
    subscriber = a_subscriber("webhook")
    told = message(subscriber, a_notice(), a_page(), at=AT)
    assert list(told) == ["meta", "page", "incident"]
    assert told["meta"] == {
        "unsubscribe": "https://status.example.com/subscriptions/unsubscribe/"
        + links.unsubscribe_pass(subscriber.code, subscriber.secret),
        "documentation": "https://status.example.com/api",
        "generated_at": "2026-11-21T09:00:00.000+00:00",
    }
    assert list(told["meta"]) == ["unsubscribe", "documentation", "generated_at"]
    assert told["page"] == PAGE_PART
    assert told["incident"]["name"] == "Slow answers"


def test_a_component_that_changed_is_told_in_their_order_whatever_the_database_made_of_it():
    payload = {"component_update": {"new_status": "operational"}, "component": {"name": "API"}, "page": PAGE_PART}
    told = message(a_subscriber("webhook"), a_notice(payload=payload), a_page(), at=AT)
    assert list(told) == ["meta", "page", "component", "component_update"]


def test_the_moment_of_a_message_is_told_in_the_zone_of_the_page():
    told = message(a_subscriber("webhook"), a_notice(), a_page(time_zone="America/New_York"), at=AT)
    assert told["meta"]["generated_at"] == "2026-11-21T04:00:00.000-05:00"


@pytest.mark.parametrize("name", ["Slow answers", "Línea caída 🚨 \u2028", '"quoted" \\ </script>'])
def test_the_library_of_the_specification_takes_our_signature(hook, name):
    server, subscriber = hook()
    assert tell(subscriber, a_notice(name=name), a_page()) == SENT
    headers, body = received(server)
    told = Webhook(links.signing_secret(subscriber)).verify(body, headers)
    assert told["incident"]["name"] == name


@pytest.mark.parametrize("wrong", ["body", "webhook-id", "webhook-timestamp", "secret"])
def test_and_no_other(hook, wrong):
    server, subscriber = hook()
    tell(subscriber, a_notice(), a_page())
    headers, body = received(server)
    secret = links.signing_secret(a_subscriber("webhook", secret="6" * 32) if wrong == "secret" else subscriber)
    if wrong in headers:
        headers[wrong] = str(int(headers[wrong]) + 1) if wrong == "webhook-timestamp" else "msg_other"
    with pytest.raises(WebhookVerificationError, match="No matching signature found"):
        Webhook(secret).verify(body + b" " if wrong == "body" else body, headers)


def test_every_attempt_to_tell_a_hook_of_a_notice_has_the_same_id(hook):
    server, subscriber = hook()
    tell(subscriber, a_notice(), a_page(), at=AT)
    tell(subscriber, a_notice(), a_page(), at=AT + timedelta(hours=5))
    (first, _), (second, _) = received(server, 0), received(server, 1)
    assert first["webhook-id"] == second["webhook-id"]
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 5 * 3600


def test_no_two_notices_or_hooks_have_the_same_id(hook):
    server, subscriber = hook()
    other = a_subscriber("webhook", subscriber.address, secret="6" * 32)
    for endpoint, notice in [(subscriber, a_notice()), (subscriber, a_notice("update:other")), (other, a_notice())]:
        tell(endpoint, notice, a_page())
    assert len({received(server, number)[0]["webhook-id"] for number in range(3)}) == 3


@pytest.mark.parametrize("channel", ["slack", "teams"])
def test_a_chat_is_told_without_a_signature(hook, channel):
    server, subscriber = hook(channel=channel)
    assert tell(subscriber, a_notice(), a_page()) == SENT
    headers, body = received(server)
    assert "webhook-signature" not in headers
    assert headers["Content-Type"] == "application/json"
    assert json.loads(body) == message(subscriber, a_notice(), a_page(), at=timezone.now())


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
@pytest.mark.parametrize("channel", ["webhook", "slack", "teams"])
def test_whoever_says_yes_has_been_told(channel, status):
    assert meaning(channel, Answer(status, "ok", ""), at=AT) == SENT


@pytest.mark.parametrize("status", [101, 301, 302, 304, 307, 400, 401, 403, 404, 405, 413, 422, 500, 501, 505, 999])
@pytest.mark.parametrize("channel", ["webhook", "slack", "teams"])
def test_whoever_says_no_is_told_later(channel, status):
    outcome = meaning(channel, Answer(status, "Not today", "60"), at=AT)
    assert outcome == Outcome(Verdict.DEFERRED, f"{status} Not today")


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_whoever_says_later_may_say_when(status):
    assert meaning("webhook", Answer(status, "", "60"), at=AT).wait == timedelta(seconds=60)
    assert meaning("webhook", Answer(status, "", ""), at=AT).wait is None


@pytest.mark.parametrize("channel", ["webhook", "slack", "teams"])
def test_whoever_says_that_the_hook_is_gone_is_told_no_more(channel):
    assert meaning(channel, Answer(410, "", ""), at=AT).verdict == Verdict.GONE


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (404, "no_service", Verdict.GONE),
        (404, "no_team", Verdict.GONE),
        (403, "invalid_token", Verdict.GONE),
        (410, "channel_is_archived", Verdict.GONE),
        (400, "invalid_payload", Verdict.REFUSED),
        (400, "invalid_blocks", Verdict.REFUSED),
        # Somebody in the workspace can put these right.
        (404, "channel_not_found", Verdict.DEFERRED),
        (403, "action_prohibited", Verdict.DEFERRED),
        # Not Slack, but something on the way.
        (404, "<html>Not found</html>", Verdict.DEFERRED),
        (403, "Blocked by proxy: no_service", Verdict.DEFERRED),
    ],
)
def test_the_words_of_slack_are_understood(status, body, verdict):
    assert meaning("slack", Answer(status, body, ""), at=AT).verdict == verdict
    if status != 410:
        assert meaning("webhook", Answer(status, body, ""), at=AT).verdict == Verdict.DEFERRED


def test_teams_may_say_yes_and_mean_no():
    said = "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429"
    assert meaning("teams", Answer(200, said, ""), at=AT) == Outcome(Verdict.DEFERRED, f"200 {said}")
    assert meaning("webhook", Answer(200, said, ""), at=AT) == SENT


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("0", None),
        ("1", timedelta(seconds=1)),
        ("3600", timedelta(hours=1)),
        ("86400", DAY),
        ("86401", DAY),
        ("9" * 4000, DAY),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("soon", None),
        ("", None),
        ("Sat, 21 Nov 2026 09:02:00 GMT", timedelta(minutes=2)),
        ("Sat, 21 Nov 2026 09:02:00 -0000", timedelta(minutes=2)),
        ("Sat, 21 Nov 2026 08:00:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", DAY),
        ("Sat, 99 Nov 2026 09:02:00 GMT", None),
    ],
)
def test_nobody_makes_us_wait_for_longer_than_a_day(text, wait):
    assert wait_asked(text, at=AT) == wait


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("https://127.0.0.1/", "This address leads into a network where hooks may not be told."),
        ("http://1.1.1.1/", "The address must begin with https:// and be of port 443"),
        ("ftp://hooks.example.com/", "The address must begin with https:// and name a host"),
    ],
)
def test_a_hook_that_may_not_be_told_is_put_off_with_a_reason(address, reason):
    outcome = tell(a_subscriber("webhook", address), a_notice(), a_page())
    assert outcome.verdict == Verdict.DEFERRED
    assert outcome.reason.startswith(reason)


def test_many_hooks_are_told_at_once(hook):
    together = threading.Barrier(hooks.THREADS)

    def waits_for_the_others(server, connection):
        together.wait(5)
        answers()(server, connection)

    server, subscriber = hook(waits_for_the_others)
    errands = [(number, subscriber, a_notice(f"update:{number}")) for number in range(hooks.THREADS * 2)]
    assert dict(tell_many(errands, a_page(), limits=QUICK)) == dict.fromkeys(range(hooks.THREADS * 2), SENT)
    assert server.connections == hooks.THREADS * 2


def test_a_slow_hook_holds_up_no_other(hook):
    _, slow = hook(is_silent)
    _, quick = hook()
    errands = [("slow", slow, a_notice()), *((number, quick, a_notice()) for number in range(40))]
    keys = [key for key, _ in tell_many(errands, a_page(), limits=Limits(connect=1, whole=1.5))]
    assert sorted(keys[:-1]) == list(range(40))
    assert keys[-1] == "slow"


def test_an_errand_is_taken_by_the_caller_when_somebody_is_free_to_run_it(hook):
    _, subscriber = hook()
    taken, told = [], []

    def errands():
        for number in range(60):
            taken.append(number)
            assert threading.current_thread() is here
            assert len(taken) - len(told) <= hooks.THREADS
            yield number, subscriber, a_notice()

    here = threading.current_thread()
    for key, _ in tell_many(errands(), a_page(), limits=QUICK):
        told.append(key)
    assert sorted(told) == taken == list(range(60))


def test_nobody_to_tell_is_no_work():
    assert list(tell_many([], a_page())) == []


def test_a_message_that_cannot_be_written_holds_up_no_other(hook):
    _, subscriber = hook(channel="slack")
    broken = a_notice(letters={})
    outcomes = dict(tell_many([("broken", subscriber, broken), ("whole", subscriber, a_notice())], a_page()))
    assert outcomes["broken"].verdict == Verdict.REFUSED
    assert outcomes["broken"].reason.startswith("The message cannot be written")
    assert outcomes["whole"] == SENT


def test_a_line_of_the_ledger_is_told_like_a_subscriber(hook):
    server, subscriber = hook()
    line = Line(
        *(1, 1, 0, 0, 1, subscriber.code, subscriber.secret, "webhook", subscriber.address, "en", ""), strikes=0
    )
    assert tell(line, a_notice(), a_page()) == SENT
    headers, body = received(server)
    Webhook(links.signing_secret(subscriber)).verify(body, headers)
