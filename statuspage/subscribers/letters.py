"""From a notice to the bytes that each reader gets: composed once per language and zone, then only filled in.

Filling in costs microseconds where building a message anew costs milliseconds, so a hundred thousand letters are a
matter of the mail server's speed and not of ours.
"""

from __future__ import annotations

import binascii
import contextlib
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from statuspage.publishing.models import StatusPage
from statuspage.publishing.wording import one_line
from statuspage.subscribers import marks
from statuspage.subscribers.envelopes import reply_to, sender, sender_address, sender_host
from statuspage.subscribers.ledger import Line
from statuspage.subscribers.links import manage_pass, unsubscribe_pass
from statuspage.subscribers.models import Notice

PASS = re.compile(f"([{marks.UNSUBSCRIBE}{marks.MANAGE}])")
# What an envelope can carry without another meaning; sign-ups and imports take nothing else.
PLAIN = re.compile(r"[!-;=?-~]+@[A-Za-z0-9.-]+")
BUILT_BY_DJANGO = {"From", "Reply-To", "To", "Subject", "MIME-Version", "Content-Type"}
# Where the values of a reader go, by name; each stands in the raw letter as letters that no words contain.
SLOTS = ("address", "message_id", "unsubscribe", "manage")


@dataclass(frozen=True)
class Letter:
    """One reader's mail, ready for the wire: lines end in CRLF, leading dots are doubled (RFC 5321, 4.5.2)."""

    sender: str
    recipient: str
    message_id: str
    data: bytes


class Letters:
    """The letters of one run of a sender; what many readers share is composed once."""

    def __init__(self) -> None:
        self.page = StatusPage.objects.get()
        self.notices: dict[int, Notice] = {}
        self.composed: dict[tuple[int, str, str], Composed] = {}
        self.ahead: tuple[Line, Letter] | None = None

    def notice(self, key: int) -> Notice:
        """A notice, read once."""
        if key not in self.notices:
            self.notices[key] = Notice.objects.get(pk=key)
        return self.notices[key]

    def of(self, line: Line) -> Letter:
        """The letter of one line of the ledger."""
        if self.ahead and self.ahead[0] is line:
            return self.ahead[1]
        key = _alike(line)
        if key not in self.composed:
            notice = self.notice(line.notice_id)
            # Its times are told in the language of its words.
            language = notice.language(line.locale, self.page.locale)
            self.composed[key] = compose(notice, language, line.time_zone, self.page)
        return self.composed[key].filled_in(line)

    def write_ahead(self, line: Line) -> None:
        """Fill in a letter while nothing else can be done; whatever else it takes waits until it is asked for."""
        composed = self.composed.get(_alike(line))
        if composed:
            with contextlib.suppress(ValueError):
                self.ahead = (line, composed.filled_in(line))

    def message(self, line: Line, connection: Any) -> EmailMultiAlternatives:
        """The same for a backend of Django's, which builds its mails by itself."""
        letter, notice = self.of(line), self.notice(line.notice_id)
        read = message_from_bytes(letter.data.replace(b"\r\n..", b"\r\n."), policy=SMTP)
        text, html = (part.get_content() for part in read.iter_parts())
        headers = {name: str(value) for name, value in read.items() if name not in BUILT_BY_DJANGO}
        message = EmailMultiAlternatives(
            notice.letter(line.locale, self.page.locale)["subject"],
            text,
            str(read["From"]),
            [letter.recipient],
            headers=headers,
            reply_to=reply_to(),
            connection=connection,
        )
        message.attach_alternative(html, "text/html")
        return message


def _alike(line: Line) -> tuple[int, str, str]:
    """What lines have in common whose letters differ in their slots alone."""
    return line.notice_id, line.locale, line.time_zone


class Composed:
    """A whole mail in one language and zone, with slots for what differs from one reader to the next."""

    def __init__(self, raw: bytes, slots: dict[bytes, str], notice: Notice) -> None:
        self.pieces = re.split(b"(" + b"|".join(slots) + b")", re.sub(rb"(?m)^\.", b"..", raw))
        self.places = [(place, slots[piece]) for place, piece in enumerate(self.pieces) if piece in slots]
        self.notice = notice
        self.sender = sender_address()
        self.host = sender_host()
        self.now = timezone.now()

    def filled_in(self, line: Line) -> Letter:
        """The mail for one reader. Raises ValueError for an address that no envelope can carry."""
        if not PLAIN.fullmatch(line.address):
            raise ValueError("The address cannot be written on an envelope.")
        message_id = f"<{message_name(line, self.notice)}@{self.host}>"
        values = {
            "address": line.address.encode(),
            "message_id": message_id.encode(),
            "unsubscribe": unsubscribe_pass(line.code, line.secret).encode(),
            "manage": manage_pass(line.code, line.secret, self.now).encode(),
        }
        pieces = self.pieces.copy()
        for place, name in self.places:
            pieces[place] = values[name]
        return Letter(self.sender, line.address, message_id, b"".join(pieces))


def message_name(line: Line, notice: Notice) -> str:
    """The same for every attempt to tell somebody of a notice, and unguessable: by it a duplicate is known."""
    return hmac.digest(line.secret.encode(), notice.key.encode(), "sha256")[:16].hex()


def compose(notice: Notice, language: str, time_zone: str, page: StatusPage) -> Composed:
    """The mail of a notice: text and HTML, threaded with the others of its incident, and easy to leave (RFC 8058)."""
    zone = ZoneInfo(time_zone) if time_zone else page.zone
    letter = notice.letter(language, page.locale)
    text, html = (marks.filled(letter[part], notice.moments, zone, language) for part in ("text", "html"))
    salt = secrets.token_hex(12)
    slots = {f"{salt}{number}": name for number, name in enumerate(SLOTS)}
    tokens = {name: token for token, name in slots.items()}
    # The same bytes at every attempt: the boundary follows from what the letter tells.
    boundary = hashlib.sha256(f"{notice.key} {language} {time_zone}".encode()).hexdigest()[:32]
    lines = [
        _headers(notice, letter["subject"], page),
        f"To: {tokens['address']}\r\nMessage-ID: {tokens['message_id']}\r\n",
        f"List-Unsubscribe: <{page.url}/subscriptions/unsubscribe/{tokens['unsubscribe']}>\r\n",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nMIME-Version: 1.0\r\n",
        f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n',
    ]
    for kind, words in {"plain": text, "html": html}.items():
        lines.append(f"--{boundary}\r\nContent-Type: text/{kind}; charset=utf-8\r\n")
        lines.append("Content-Transfer-Encoding: quoted-printable\r\n\r\n")
        lines.append(_quoted(words, tokens))
    lines.append(f"--{boundary}--\r\n")
    return Composed("".join(lines).encode("ascii"), {token.encode(): name for token, name in slots.items()}, notice)


def _headers(notice: Notice, subject: str, page: StatusPage) -> str:
    """The headers that all readers get; the library encodes, folds, and refuses what would make two of one."""
    message, host = EmailMessage(policy=SMTP), sender_host()
    thread = f"<{notice.thread}.{page.code}@{host}>"
    message["From"] = sender(page)
    if answers := reply_to():
        message["Reply-To"] = ", ".join(answers)
    message["Subject"] = one_line(subject)
    message["Date"] = format_datetime(notice.created_at)
    # A letter that nobody got stands at the head of the thread: so all of it is one, whichever came first.
    message["References"] = message["In-Reply-To"] = thread
    message["List-Id"] = f"<{page.code}.{host}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    return message.as_bytes().decode("ascii").rstrip("\r\n") + "\r\n"


def _quoted(text: str, tokens: dict[str, str]) -> str:
    """The text as quoted-printable (RFC 2045, 6.7); each slot stands whole on a line of its own."""
    passes = {marks.UNSUBSCRIBE: tokens["unsubscribe"], marks.MANAGE: tokens["manage"]}
    lines = []
    for line in text.replace("\r\n", "\n").split("\n"):
        pieces = [passes.get(piece) or _encoded(piece) for piece in PASS.split(line) if piece]
        lines.append("=\r\n".join(pieces))
    return "\r\n".join(lines) + "\r\n"


def _encoded(piece: str) -> str:
    return binascii.b2a_qp(piece.encode(), istext=False).decode("ascii").replace("\n", "\r\n")
