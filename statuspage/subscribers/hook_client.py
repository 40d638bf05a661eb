"""One request to an address that a stranger chose: bounded in where it goes, how long it takes, and how much it reads.

By hand over the standard library, for a socket's timeout does not bound an exchange: a byte every second keeps within
it for ever. No redirect is followed and no proxy of the environment is asked.
"""

from __future__ import annotations

import io
import socket
import ssl
import time
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import lru_cache
from http.client import HTTPConnection, HTTPException
from threading import Thread
from typing import Any, cast

from django.core.exceptions import ValidationError

from statuspage.subscribers.addresses import Found, Target, read, resolve
from statuspage.subscribers.outcomes import shortened

# Of the body so much as tells somebody at the desk what is wrong.
BODY = 1024


@dataclass(frozen=True)
class Limits:
    """How long to wait for a connection and for all of an exchange, in seconds; how many bytes to read of an answer."""

    connect: float = 3.0
    whole: float = 15.0
    most: int = 64 * 1024


LIMITS = Limits()


@dataclass(frozen=True)
class Answer:
    """What the other side said, cut short."""

    status: int
    body: str
    retry_after: str


class NoAnswer(Exception):
    """There was none; the reason is for the desk."""


def post(url: str, body: bytes, headers: Mapping[str, str], *, limits: Limits = LIMITS) -> Answer:
    """Send one request. Raises NoAnswer with why, where nothing came of it that can be called an answer."""
    until = time.monotonic() + limits.whole
    try:
        target = read(url)
        with _connected(target, _resolved(target, until), until, limits) as connected:
            return _exchanged(target, Bounded(connected, until, limits.most), body, headers)
    except ValidationError as error:
        raise NoAnswer(error.messages[0]) from error
    except TimeoutError as error:
        raise NoAnswer(f"No answer in time ({shortened(str(error)) or 'timed out'}).") from error
    except (OSError, HTTPException) as error:
        raise NoAnswer(shortened(str(error)) or type(error).__name__) from error


class Bounded(io.RawIOBase):
    """A connection that ends at a moment, whatever the other side does, and after so many bytes of answer.

    It looks like a socket to `http.client`, and like a file to the reader that makes of it.
    """

    def __init__(self, connected: socket.socket, until: float, most: int) -> None:
        self.connected = connected
        self.until = until
        self.left = most

    def sendall(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            self.connected.settimeout(_seconds_until(self.until))
            rest = rest[self.connected.send(rest) :]

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        """Leave it to whoever opened it: `http.client` closes its socket before the answer is read."""

    def readinto(self, buffer: Any) -> int:
        if not self.left:
            raise HTTPException("The answer is longer than anybody reads.")
        self.connected.settimeout(_seconds_until(self.until))
        count = self.connected.recv_into(memoryview(buffer)[: self.left])
        self.left -= count
        return count


def _resolved(target: Target, until: float) -> list[Found]:
    """The addresses of a target, asked beside: the system's resolver takes its time, and nobody can bound it."""
    answers: Future[list[Found]] = Future()

    def ask() -> None:
        try:
            answers.set_result(resolve(target))
        except Exception as error:
            answers.set_exception(error)

    Thread(target=ask, name="hook-name", daemon=True).start()
    return answers.result(timeout=_seconds_until(until))


def _connected(target: Target, found: list[Found], until: float, limits: Limits) -> socket.socket:
    """A connection to the first of the addresses that takes one; by https it must prove that it is the target."""
    failure: OSError = OSError("The name leads to no address.")
    for family, where in found:
        raw = socket.socket(family, socket.SOCK_STREAM)
        try:
            raw.settimeout(min(limits.connect, _seconds_until(until)))
            raw.connect(where)
            if target.scheme == "http":
                return raw
            raw.settimeout(_seconds_until(until))
            return trust().wrap_socket(raw, server_hostname=target.host)
        except OSError as error:
            raw.close()
            failure = error
    raise failure


def _exchanged(target: Target, link: Bounded, body: bytes, headers: Mapping[str, str]) -> Answer:
    connection = HTTPConnection(target.host, target.port)
    connection.sock = cast(socket.socket, link)
    connection.request("POST", target.path, body, {"Host": target.authority, "Connection": "close", **headers})
    response = connection.getresponse()
    try:
        # What has come so far, for the status decides; nobody waits for the rest of it.
        said = response.read1(BODY)
    except (OSError, HTTPException):
        said = b""
    text = shortened(said.decode("utf-8", "replace"))
    return Answer(response.status, text, response.headers.get("Retry-After", ""))


@lru_cache(maxsize=1)
def trust() -> ssl.SSLContext:
    """The authorities that this system trusts, read once."""
    return ssl.create_default_context()


def _seconds_until(moment: float) -> float:
    left = moment - time.monotonic()
    if left <= 0:
        raise TimeoutError("the whole exchange took too long")
    return left
