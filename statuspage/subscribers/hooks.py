"""Telling a hook: one signed request, and what its answer means.

Nothing here asks the database, so that many are told at once from threads; whoever keeps the ledger passes in what is
needed, and writes down what came of it.
"""

from __future__ import annotations

import base64
import hmac
import json
import logging
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime
from itertools import islice
from typing import TypeVar

from django.utils import timezone

from statuspage.publishing.models import StatusPage
from statuspage.subscribers import links, patience
from statuspage.subscribers.hook_client import LIMITS, Answer, Limits, NoAnswer, post
from statuspage.subscribers.hook_messages import Endpoint, message
from statuspage.subscribers.models import Channel, Notice
from statuspage.subscribers.outcomes import SENT, Outcome, Verdict, shortened

logger = logging.getLogger(__name__)

Key = TypeVar("Key")

THREADS = 16
# Statuses that mean “later”, and may say when.
LATER = {429, 502, 503, 504}
# What Slack says of an incoming webhook that was removed, and of a message that it will not take at any time.
REMOVED = {"no_service", "no_service_id", "no_active_hooks", "no_team", "team_disabled", "invalid_token"}
UNWANTED = {"invalid_payload", "invalid_blocks", "invalid_blocks_format", "no_text"}
# Older hooks of Teams say 200 and mean what stands in the body.
RELAYED_FAILURE = "HTTP error"


def tell(
    endpoint: Endpoint, notice: Notice, page: StatusPage, *, at: datetime | None = None, limits: Limits = LIMITS
) -> Outcome:
    """Tell one hook of a notice, once. A hook that fails is only put off: what fails now may work in an hour."""
    at = at or timezone.now()
    body = json.dumps(message(endpoint, notice, page, at=at), ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json", "User-Agent": f"Candor (+{page.url})"}
    if endpoint.channel == Channel.WEBHOOK:
        headers |= signed(body, endpoint, notice, at=at)
    try:
        answer = post(endpoint.address, body, headers, limits=limits)
    except NoAnswer as reason:
        return Outcome(Verdict.DEFERRED, shortened(str(reason)))
    return meaning(endpoint.channel, answer, at=at)


def tell_many(
    errands: Iterable[tuple[Key, Endpoint, Notice]], page: StatusPage, *, limits: Limits = LIMITS
) -> Iterator[tuple[Key, Outcome]]:
    """Tell many hooks, some at a time, and yield what came of each as soon as it is known.

    An errand is taken from the iterable, in the caller's thread, when somebody is free to run it and not before: the
    caller may ask at that very moment whether it is still to be run.
    """
    coming = iter(errands)
    with ThreadPoolExecutor(THREADS, thread_name_prefix="hook") as pool:
        under_way: dict[Future[Outcome], Key] = {}
        while True:
            for key, endpoint, notice in islice(coming, THREADS - len(under_way)):
                under_way[pool.submit(_told, endpoint, notice, page, limits)] = key
            if not under_way:
                return
            for done in wait(under_way, return_when=FIRST_COMPLETED).done:
                yield under_way.pop(done), done.result()


def signed(body: bytes, endpoint: Endpoint, notice: Notice, *, at: datetime) -> dict[str, str]:
    """The headers by which a receiver knows that we sent it, when, and whether it has it already (Standard Webhooks).

    The id is the same for every attempt to tell one endpoint of one notice.
    """
    name, moment = f"msg_{links.mac(endpoint.secret, notice.key)}", int(at.timestamp())
    key = base64.b64decode(links.signing_secret(endpoint).removeprefix("whsec_"))
    signature = base64.b64encode(hmac.digest(key, f"{name}.{moment}.".encode() + body, "sha256")).decode()
    return {"webhook-id": name, "webhook-timestamp": str(moment), "webhook-signature": f"v1,{signature}"}


def meaning(channel: str, answer: Answer, *, at: datetime) -> Outcome:
    """What an answer means: taken, to be tried again, or not to be."""
    said = shortened(f"{answer.status} {answer.body}")
    if answer.status == 410 or (channel == Channel.SLACK and answer.body in REMOVED):
        return Outcome(Verdict.GONE, said)
    if channel == Channel.SLACK and answer.body in UNWANTED:
        return Outcome(Verdict.REFUSED, said)
    if 200 <= answer.status < 300 and not (channel == Channel.TEAMS and RELAYED_FAILURE in answer.body):
        return SENT
    asked = patience.wait_asked(answer.retry_after, at=at) if answer.status in LATER else None
    return Outcome(Verdict.DEFERRED, said, asked)


def _told(endpoint: Endpoint, notice: Notice, page: StatusPage, limits: Limits) -> Outcome:
    try:
        return tell(endpoint, notice, page, limits=limits)
    except Exception as error:
        # One message that cannot be written holds up no other.
        logger.exception("%s cannot be told to the hook of %s", notice, endpoint.code)
        return Outcome(Verdict.REFUSED, f"The message cannot be written: {shortened(str(error))}")
