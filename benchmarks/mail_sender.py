"""A process that tells subscribers by mail, and beside it sends the same bytes by a bare loop: run inside
`manage.py shell`, with EMAIL_URL naming a sink."""

from __future__ import annotations

import smtplib
import socket
import sys
import time
from collections.abc import Callable

from django.conf import settings
from django.utils import timezone

from statuspage.publishing.models import StatusPage
from statuspage.subscribers import delivery, services
from statuspage.subscribers.ledger import claim, give_back
from statuspage.subscribers.letters import Letter, Letters
from statuspage.subscribers.models import Channel, Delivery, Kind, Notice, Subscriber

TEXT = "We are looking into slow answers of some requests, and tell more within half an hour.\n" * 15
LETTER = {
    "subject": "Investigating: Slow answers in part 1 of the service",
    "text": f"Since \ue0000\ue000:\n{TEXT}Leave: https://status.example.com/\ue001 Choose: https://status.example.com/\ue002\n",
    "html": f"<p>Since \ue0000\ue000:</p><p>{TEXT}</p><a href='https://status.example.com/\ue001'>Leave</a> \ue002",
    "brief": "Slow.",
}


def subscribe(count: int, *, domain: str = "") -> None:
    """Make as many subscribers of the whole page, at one domain or at fifty."""
    known = Subscriber.objects.count()
    addresses = (f"reader{known + number}@{domain or f'd{number % 50}.example.com'}" for number in range(count))
    Subscriber.objects.bulk_create(
        (Subscriber(channel=Channel.EMAIL, address=address) for address in addresses), batch_size=1000
    )


def announce(key: str) -> None:
    """A letter of about 3 kB for everybody, written down for each."""
    announce_soon(key)
    delivery.fan_out()


def announce_soon(key: str) -> None:
    """The same, as whoever posts does it: somebody else writes down who is to be told."""
    notice = Notice(
        key=key,
        kind=Kind.INCIDENT,
        thread="abcdefghijkl",
        letters={"en": LETTER},
        moments=["2026-11-21T09:00:00+00:00"],
        url="https://status.example.com/",
    )
    services.announce([notice])


def main(count: int, rounds: int) -> None:
    """Say, for each round, how many letters a second the bare loop sends and how many we do, the ledger included."""
    StatusPage.objects.get()
    subscribe(count)
    for number in range(rounds + 1):
        announce(f"bench:{number}")
        bare = _bare_pipelined if _offers_pipelining() else _bare
        letters = _letters(count)
        pace = [count / _seconds(lambda letters=letters, bare=bare: bare(letters)), count / _seconds(_ours)]
        if number:
            print(*pace, flush=True)


def tell(key: str, *, tarpitted: bool) -> None:
    """Tell everybody, with or without those whose domain never answers."""
    stuck = Subscriber.objects.filter(address__contains="@tarpit.")
    stuck.update(unsubscribed_at=None if tarpitted else timezone.now())
    announce(key)
    while delivery.drain_mail():
        pass


def _ours() -> None:
    while delivery.drain_mail():
        pass
    if left := Delivery.objects.exclude(state="sent").count():
        sys.exit(f"{left} were not told.")


def _seconds(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def _letters(count: int) -> list[Letter]:
    """What we are about to send, composed already."""
    found = Letters()
    claimed = claim([Channel.EMAIL], limit=count)
    give_back(claimed, *claimed.lines)
    return [found.of(line) for line in claimed.lines]


def _offers_pipelining() -> bool:
    with smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT) as smtp:
        smtp.ehlo()
        return smtp.has_extn("pipelining")


def _bare(letters: list[Letter]) -> None:
    with smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT) as smtp:
        for letter in letters:
            smtp.sendmail(letter.sender, [letter.recipient], letter.data)


def _bare_pipelined(letters: list[Letter]) -> None:
    with socket.create_connection((settings.EMAIL_HOST, settings.EMAIL_PORT)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        replies = connection.makefile("rb")
        replies.readline()
        connection.sendall(b"EHLO bench\r\n")
        while replies.readline()[3:4] == b"-":
            pass
        body = b""
        for number, letter in enumerate(letters):
            envelope = f"MAIL FROM:<{letter.sender}>\r\nRCPT TO:<{letter.recipient}>\r\nDATA\r\n".encode()
            connection.sendall(body + envelope)
            for _ in range(4 if number else 3):
                replies.readline()
            body = letter.data + b".\r\n"
        connection.sendall(body + b"QUIT\r\n")
        replies.readline()
