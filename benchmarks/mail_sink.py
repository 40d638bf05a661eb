"""A mail server on loopback, a process of its own, that takes letters as fast as it can and knows who got which.

It counts a letter after its own 250. Says its port first; then, for each line it reads, what it has seen so far.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.loopback import HOST, running

MESSAGE_ID = re.compile(rb"(?im)^Message-ID:\s*(\S+)")
# Whoever is at this domain waits for ever.
TARPIT = b"@tarpit."
END = b"\r\n.\r\n"


@dataclass
class Seen:
    """What a sink has seen: letters, those told, letters too many, recipients whose letters had other names."""

    letters: int
    told: int
    duplicates: int
    differing: int
    # On the monotonic clock, which all processes of a machine share.
    first: float
    last: float


class Sink:
    """The process, as whoever started it talks to it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.port = int(self._line())

    def seen(self, *, anew: bool = False) -> Seen:
        """What it has seen so far; `anew` has it forget that afterwards."""
        if self.process.stdin is None:
            raise ValueError("A sink must be started with a pipe to it.")
        self.process.stdin.write("anew\n" if anew else "\n")
        self.process.stdin.flush()
        return Seen(**json.loads(self._line()))

    def _line(self) -> str:
        return self.process.stdout.readline() if self.process.stdout else ""


@contextmanager
def sink(*, pipelining: bool, pause: float = 0) -> Iterator[Sink]:
    """A sink for as long as a block lasts."""
    command = [sys.executable, "-m", "benchmarks.mail_sink", "--pause", str(pause)]
    command += [] if pipelining else ["--plain"]
    with running(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Sink(process)


class _Book:
    def __init__(self) -> None:
        self.names: dict[bytes, list[bytes]] = {}
        self.first = self.last = 0.0

    def enter(self, recipient: bytes, letter: bytes) -> None:
        self.last = time.monotonic()
        self.first = self.first or self.last
        name = MESSAGE_ID.search(letter)
        self.names.setdefault(recipient, []).append(name[1] if name else b"")

    def seen(self) -> dict[str, Any]:
        found = self.names.values()
        letters = sum(map(len, found))
        differing = sum(len(set(names)) > 1 for names in found)
        return vars(Seen(letters, len(found), letters - len(found), differing, self.first, self.last))

    def forget(self) -> None:
        self.__init__()  # type: ignore[misc]


class _Conversation(asyncio.Protocol):
    def __init__(self, book: _Book, *, pipelining: bool, pause: float) -> None:
        self.book, self.pipelining, self.pause = book, pipelining, pause
        self.received = b""
        self.recipient = b""
        self.in_letter = self.is_stuck = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self.transport.write(b"220 sink ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self.received += data
        answers: list[bytes] = []
        taken = []
        while not self.is_stuck:
            if self.in_letter:
                letter, found, rest = self.received.partition(END)
                if not found:
                    break
                self.received, self.in_letter = rest, False
                # All that there are of them wait: so many letters a second, however many connections bring them.
                time.sleep(self.pause)
                answers.append(b"250 2.0.0 Ok\r\n")
                taken.append((self.recipient, letter))
            else:
                line, found, rest = self.received.partition(b"\r\n")
                if not found:
                    break
                self.received = rest
                answers.append(self._answer(line))
        self.transport.write(b"".join(answers))
        for recipient, letter in taken:
            self.book.enter(recipient, letter)

    def _answer(self, line: bytes) -> bytes:
        command = line[:4].upper()
        if command == b"MAIL":
            return b"250 2.1.0 Ok\r\n"
        if command == b"RCPT":
            self.recipient = line.partition(b"<")[2].partition(b">")[0]
            if TARPIT in self.recipient:
                self.is_stuck = True
                return b""
            return b"250 2.1.5 Ok\r\n"
        if command == b"DATA":
            self.in_letter = True
            return b"354 Go on\r\n"
        if command in (b"EHLO", b"HELO"):
            return b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n" if self.pipelining else b"250 sink\r\n"
        if command == b"QUIT":
            return b"221 2.0.0 Bye\r\n"
        return b"250 2.0.0 Ok\r\n"


async def _serve(*, pipelining: bool, pause: float) -> None:
    loop, book, over = asyncio.get_running_loop(), _Book(), asyncio.Event()

    def answer() -> None:
        line = sys.stdin.readline()
        if not line:
            over.set()
            return
        print(json.dumps(book.seen()), flush=True)
        if line == "anew\n":
            book.forget()

    server = await loop.create_server(lambda: _Conversation(book, pipelining=pipelining, pause=pause), HOST, 0)
    loop.add_reader(sys.stdin, answer)
    print(server.sockets[0].getsockname()[1], flush=True)
    await over.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plain", action="store_true", help="offer no PIPELINING")
    parser.add_argument("--pause", type=float, default=0, help="seconds that each letter takes")
    asked = parser.parse_args()
    asyncio.run(_serve(pipelining=not asked.plain, pause=asked.pause))
