"""Somebody's hook on this machine, that behaves as told: well, badly, or against us."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable
from contextlib import suppress

Behaviour = Callable[["HookServer", socket.socket], None]


class HookServer:
    """Counts the connections it gets, and keeps what was asked over them."""

    def __init__(
        self, behaviour: Behaviour, *, context: ssl.SSLContext | None = None, everywhere: bool = False
    ) -> None:
        self.behaviour, self.context = behaviour, context
        self.connections = 0
        self.requests: list[bytes] = []
        self.stopped = threading.Event()
        self.listener = (
            socket.create_server(("", 0), family=socket.AF_INET6, dualstack_ipv6=True)
            if everywhere
            else socket.create_server(("127.0.0.1", 0))
        )
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def read_request(self, connection: socket.socket) -> None:
        """Take one request as long as it says it is."""
        data = b""
        while b"\r\n\r\n" not in data:
            data += _received(connection)
        head, _, body = data.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split()[0])
        while len(body) < length:
            body += _received(connection)
        self.requests.append(head + b"\r\n\r\n" + body)

    def drip(self, connection: socket.socket, data: bytes) -> None:
        """Send these bytes one by one, over and over, until nobody wants any more."""
        while not self.stopped.is_set():
            for number in range(len(data)):
                connection.sendall(data[number : number + 1])
                self.stopped.wait(0.01)

    def close(self) -> None:
        self.stopped.set()
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(5)

    def _serve(self) -> None:
        while not self.stopped.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._answer, args=[connection], daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with suppress(OSError, ValueError), connection:
            connection.settimeout(10)
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            with connection:
                self.behaviour(self, connection)


def answers(status: str = "200 OK", body: str = "ok", **headers: str) -> Behaviour:
    """Reads the request, and answers at once."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body.encode())}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    answer = "\r\n".join([*lines, "", body]).encode()
    return says(answer)


def says(answer: bytes) -> Behaviour:
    """Reads the request, and sends these bytes, whatever they are."""

    def behave(server: HookServer, connection: socket.socket) -> None:
        server.read_request(connection)
        connection.sendall(answer)

    return behave


def repeats(first: bytes, again: bytes) -> Behaviour:
    """Reads the request, and sends the first bytes once, the others for ever and as fast as it can."""

    def behave(server: HookServer, connection: socket.socket) -> None:
        server.read_request(connection)
        connection.sendall(first)
        while not server.stopped.is_set():
            connection.sendall(again)

    return behave


def drips(first: bytes, again: bytes) -> Behaviour:
    """Reads the request, and sends the first bytes once, the others for ever and one by one."""

    def behave(server: HookServer, connection: socket.socket) -> None:
        server.read_request(connection)
        connection.sendall(first)
        server.drip(connection, again)

    return behave


def is_silent(server: HookServer, connection: socket.socket) -> None:
    """Takes the connection, and says nothing for ever."""
    server.stopped.wait(30)


def resets(server: HookServer, connection: socket.socket) -> None:
    """Reads the request, and breaks the connection off."""
    server.read_request(connection)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hangs_up(server: HookServer, connection: socket.socket) -> None:
    """Reads the request, and ends the connection without a word."""
    server.read_request(connection)


def _received(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise OSError("The other side has gone.")
    return data
