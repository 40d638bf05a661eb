"""One conversation with a mail server: smtplib's greeting, TLS and sign-in, our own sending of letters.

smtplib waits four times for each message, as long as the other side likes: here every wait has an end on the clock,
and where the server offers PIPELINING (RFC 2920) the next envelope travels with the letter before it.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
import time
from typing import NamedTuple

from django.conf import settings
from django.core.mail.utils import DNS_NAME

from statuspage.subscribers.letters import Letter
from statuspage.subscribers.outcomes import SENT, Outcome, Verdict, shortened

CONNECT, COMMAND, MESSAGE = 5.0, 30.0, 60.0
LONGEST_REPLY = 64 * 1024
# Enhanced status codes (RFC 3463) by which the address itself is to blame, and at once.
NO_SUCH_ADDRESS = re.compile(r"5\.1\.(?:1|2|3|6|10)\b")
BLAMES_ADDRESS = re.compile(r"5\.(?:1\.4|2\.1)\b")
# By which it is the sender's, wherever the server looks at that.
BLAMES_SENDER = re.compile(r"[45]\.1\.[78]\b")
SAYS_WHY = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")


class Late(Exception):
    """The server did not answer in time."""

    def __str__(self) -> str:
        return "It did not answer in time."


class Reply(NamedTuple):
    """What the server answered to one command (RFC 5321, 4.2)."""

    code: int
    text: str

    @property
    def is_good(self) -> bool:
        return self.code < 400


# What an answer to each stage of a message begins with where it is a good one.
GOOD = {"mail": 2, "rcpt": 2, "data": 3, "end": 2}


class _Timed(smtplib.SMTP):
    """Reads replies itself, up to a moment on the clock: a socket's own time limit begins anew with each byte."""

    until = 0.0
    _received = b""

    def getreply(self) -> tuple[int, bytes]:
        """The next reply. Raises Late, or smtplib's own exceptions."""
        lines, length = [], 0
        while True:
            line = self._line()
            lines.append(line[4:].strip())
            length += len(line)
            if not line[:3].isdigit():
                self.close()
                raise smtplib.SMTPServerDisconnected("The server answers something that is no reply.")
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(lines)
            if length > LONGEST_REPLY:
                self.close()
                raise smtplib.SMTPServerDisconnected("The server's answer does not end.")

    def encrypt(self, context: ssl.SSLContext) -> None:
        """STARTTLS; what came before the handshake is forgotten, for anybody may have written it."""
        self.starttls(context=context)
        self._received = b""

    def write(self, data: bytes) -> None:
        """Send, up to the same moment."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("The connection is closed.")
        self.sock.settimeout(self._left())
        try:
            self.sock.sendall(data)
        except TimeoutError as error:
            raise Late from error

    def _line(self) -> bytes:
        while b"\n" not in self._received:
            if self.sock is None:
                raise smtplib.SMTPServerDisconnected("The connection is closed.")
            self.sock.settimeout(self._left())
            try:
                chunk = self.sock.recv(16384)
            except TimeoutError as error:
                raise Late from error
            if not chunk or len(self._received) > LONGEST_REPLY:
                self.close()
                raise smtplib.SMTPServerDisconnected("The server closed the connection.")
            self._received += chunk
        line, _, self._received = self._received.partition(b"\n")
        return line

    def _left(self) -> float:
        left = self.until - time.monotonic()
        if left <= 0:
            raise Late
        return left


class _TimedTls(_Timed, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""


class Session:
    """A conversation with the mail server that EMAIL_URL names.

    Opening it raises OSError, Late or SMTPException: what goes wrong there is our fault, and nobody's address.
    """

    def __init__(self) -> None:
        name = DNS_NAME.get_fqdn()
        self.smtp = (
            _TimedTls(timeout=CONNECT, local_hostname=name, context=ssl.create_default_context())
            if settings.EMAIL_USE_SSL
            else _Timed(timeout=CONNECT, local_hostname=name)
        )
        try:
            self.allow(COMMAND)
            # The name that the certificate must bear; smtplib learns it from no other place.
            setattr(self.smtp, "_host", settings.EMAIL_HOST)  # noqa: B010 -- no attribute in its stubs
            code, greeting = self.smtp.connect(settings.EMAIL_HOST, settings.EMAIL_PORT)
            if code != 220:
                raise smtplib.SMTPConnectError(code, greeting)
            self.smtp.ehlo_or_helo_if_needed()
            if settings.EMAIL_USE_TLS:
                self.smtp.encrypt(ssl.create_default_context())
                self.smtp.ehlo_or_helo_if_needed()
            if settings.EMAIL_HOST_USER:
                self.smtp.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
        except Exception:
            self.close()
            raise
        self.pipelining = self.smtp.has_extn("pipelining")
        # Whether a letter went over it; and whether the server answered the sender of the last envelope.
        self.has_carried = self.has_answered = False

    @property
    def is_open(self) -> bool:
        return self.smtp.sock is not None

    def allow(self, seconds: float) -> None:
        """Wait so long from now on, for whatever is read and written."""
        self.smtp.until = time.monotonic() + seconds

    def write(self, letter: Letter | None, following: Letter | None) -> None:
        """Send a letter whose envelope was accepted, and with it the next envelope where the server takes both."""
        data = b"" if letter is None else letter.data + b".\r\n"
        if following and self.pipelining:
            data += b"".join(_envelope(following))
        if data:
            self.smtp.write(data)

    def taken(self) -> Outcome:
        """What the server answered to the letter: from here on it is responsible for it."""
        outcome = judged("end", self._reply("end"))
        self.has_carried = self.has_carried or outcome == SENT
        return outcome

    def accepted(self, following: Letter) -> Outcome:
        """What the server answered to an envelope; SENT if the letter may follow."""
        refused, waits, self.has_answered = None, False, False
        for stage, command in zip(("mail", "rcpt", "data"), _envelope(following), strict=True):
            if not self.pipelining:
                self.smtp.write(command)
            reply = self._reply(stage)
            self.has_answered = True
            waits = stage == "data" and reply.is_good
            refused = refused or (None if reply.is_good else judged(stage, reply))
            if not self.is_open or (refused and not self.pipelining):
                break
        if refused and self.is_open:
            self._begin_anew(waits)
        return refused or SENT

    def quit(self) -> None:
        """End the conversation politely; whether the server cares to answer does not matter."""
        with contextlib.suppress(OSError, Late, smtplib.SMTPException):
            self.allow(1)
            self.smtp.docmd("QUIT")
        self.close()

    def close(self) -> None:
        """End it at once: the server throws away what was not finished."""
        self.smtp.close()

    def _begin_anew(self, waits: bool) -> None:
        """Leave a refused envelope behind; whatever comes of that, the refusal stands."""
        try:
            # One that waits for a letter all the same gets an empty one, which it must refuse (RFC 2920, 3.1).
            self.smtp.write(b".\r\n" if waits else b"RSET\r\n")
            self.smtp.getreply()
        except (OSError, Late, smtplib.SMTPException):
            self.close()

    def _reply(self, stage: str) -> Reply:
        code, text = self.smtp.getreply()
        if code // 100 not in (GOOD[stage], 4, 5):
            # Whoever answers another question than was asked may answer the next one wrongly, too.
            self.close()
            raise smtplib.SMTPServerDisconnected(f"The server answers {code} where that means nothing.")
        if code == 421:
            self.close()
        return Reply(code, "" if code < 400 else shortened(text.decode("utf-8", "replace")))


def judged(stage: str, reply: Reply) -> Outcome:
    """What a reply means, by the command that it answers: mail, rcpt, data or end."""
    if reply.is_good:
        return SENT
    reason = f"{reply.code} {reply.text}"
    if stage == "mail" or BLAMES_SENDER.search(reply.text):
        # Of the recipient nothing was said.
        return Outcome(Verdict.OURS, reason)
    if reply.code < 500:
        return Outcome(Verdict.DEFERRED, reason)
    if stage != "rcpt":
        return Outcome(Verdict.REFUSED, reason)
    if NO_SUCH_ADDRESS.search(reply.text):
        return Outcome(Verdict.GONE, reason)
    # Without a code of its own only 550, 551 and 553 speak of the address.
    blamed = BLAMES_ADDRESS if SAYS_WHY.search(reply.text) else re.compile("")
    if blamed.search(reply.text) and reply.code in (550, 551, 553):
        return Outcome(Verdict.BAD_ADDRESS, reason)
    return Outcome(Verdict.REFUSED, reason)


def _envelope(letter: Letter) -> tuple[bytes, bytes, bytes]:
    return f"MAIL FROM:<{letter.sender}>\r\n".encode(), f"RCPT TO:<{letter.recipient}>\r\n".encode(), b"DATA\r\n"
