"""A mail server on loopback that takes letters and counts them after its own 250; its behaviour can be prescribed."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

# What a behaviour may answer to a stage: the bytes to send, or one of these.
HANG_UP, SILENCE = "hang up", "silence"
# What it does with the connection instead, before it closes it; the event tells when to stop.
Deed = Callable[[socket.socket, threading.Event], None]
Behaviour = Callable[[str, str], bytes | str | Deed | None]
MESSAGE_ID = re.compile(rb"(?im)^Message-ID:\s*(\S+)")


class MailServer:
    """Speaks ESMTP, one thread for each connection.

    `behave(stage, recipient)` may answer for it at the stages connect, ehlo, mail, rcpt, data, body, end and answered;
    None is the usual answer. One that `takes_first` has taken a letter whatever it then says at the end.
    """

    def __init__(
        self,
        *,
        pipelining: bool = True,
        behave: Behaviour = lambda stage, recipient: None,
        takes_first: bool = False,
    ) -> None:
        self.behave, self.pipelining, self.takes_first = behave, pipelining, takes_first
        self.taken: list[tuple[str, bytes]] = []
        self.connections = 0
        self.released = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def letters(self) -> list[EmailMessage]:
        """The letters taken, parsed."""
        return [message_from_bytes(data, policy=SMTP) for _, data in self.taken]  # type: ignore[misc]

    def recipients(self) -> list[str]:
        """Whom they were for, as often as they came."""
        return [recipient for recipient, _ in self.taken]

    def message_ids(self) -> list[str]:
        """The Message-ID of each."""
        return [match[1].decode() for _, data in self.taken if (match := MESSAGE_ID.search(data))]

    def close(self) -> None:
        """Stop, and let go of whoever waits."""
        self.released.set()
        self.listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, EOFError), connection, connection.makefile("rb") as lines:
            self._say(connection, "connect", "", b"220 sink ESMTP\r\n")
            sender, recipient = False, ""
            for line in lines:
                command = line[:4].upper()
                if command in (b"EHLO", b"HELO"):
                    self._say(connection, "ehlo", "", self._ehlo())
                elif command == b"MAIL":
                    sender = self._say(connection, "mail", recipient, b"250 2.1.0 Ok\r\n")
                elif command == b"RCPT" and not sender:
                    connection.sendall(b"503 5.5.1 No sender\r\n")
                elif command == b"RCPT":
                    recipient = line.partition(b"<")[2].partition(b">")[0].decode()
                    accepted = self._say(connection, "rcpt", recipient, b"250 2.1.5 Ok\r\n")
                    recipient = recipient if accepted else ""
                elif command == b"DATA":
                    if not recipient:
                        connection.sendall(b"503 5.5.1 No valid recipients\r\n")
                        continue
                    if self._say(connection, "data", recipient, b"354 Go on\r\n"):
                        self._letter(lines, connection, recipient)
                    sender, recipient = False, ""
                elif command == b"RSET":
                    sender, recipient = False, ""
                    connection.sendall(b"250 2.0.0 Ok\r\n")
                elif command == b"QUIT":
                    connection.sendall(b"221 2.0.0 Bye\r\n")
                    return
                else:
                    connection.sendall(b"500 5.5.2 What?\r\n")

    def _letter(self, lines: Iterator[bytes], connection: socket.socket, recipient: str) -> None:
        data = self._body(lines, connection, recipient)
        if data is None:
            return
        if self.takes_first:
            self.taken.append((recipient, data))
        if self._say(connection, "end", recipient, b"250 2.0.0 Ok\r\n"):
            if not self.takes_first:
                self.taken.append((recipient, data))
            self._say(connection, "answered", recipient, b"")

    def _body(self, lines: Iterator[bytes], connection: socket.socket, recipient: str) -> bytes | None:
        """What was sent; None where that was answered in the middle of it."""
        found: list[bytes] = []
        answered = False
        for line in lines:
            if line == b".\r\n":
                return None if answered else b"".join(found)
            found.append(line[1:] if line.startswith(b"..") else line)
            if len(found) == 1:
                answered = not self._say(connection, "body", recipient, b"")
        raise EOFError

    def _say(self, connection: socket.socket, stage: str, recipient: str, usual: bytes) -> bool:
        """Answer a stage; whether the answer was a good one."""
        answer = self.behave(stage, recipient)
        if answer == HANG_UP:
            connection.shutdown(socket.SHUT_RDWR)
            raise EOFError
        if answer == SILENCE:
            self.released.wait(120)
            raise EOFError
        if callable(answer):
            answer(connection, self.released)
            raise EOFError
        if isinstance(answer, bytes):
            connection.sendall(answer)
            return answer[:1] in b"23"
        if usual:
            connection.sendall(usual)
        return True

    def _ehlo(self) -> bytes:
        return b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n" if self.pipelining else b"250-sink\r\n250 8BITMIME\r\n"
