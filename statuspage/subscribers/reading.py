"""Reading a list of subscribers: each line is understood, or told why not, before anything is written."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest

from django.core.exceptions import ValidationError

from statuspage.components.models import Component, ComponentGroup
from statuspage.publishing.models import StatusPage, every_language, validate_time_zone
from statuspage.subscribers.addresses import check_url
from statuspage.subscribers.mailboxes import clean_mailbox
from statuspage.subscribers.models import Channel
from statuspage.subscribers.services import Scope
from statuspage.subscribers.spreadsheet import ACTIVE, COLUMNS, FOLLOWED, NOTHING, PAGE, known_as, unescaped

# What the columns are called elsewhere, Statuspage's own export first.
ALSO_CALLED = {
    **{"mode": "channel", "type": "channel", "email": "email", "endpoint": "url", "url": "url", "webhook": "url"},
    **{"component_ids": "components", "locale": "language", "timezone": "time_zone"},
    **{"email address": "email", "quarantined_at": "quarantined_at", "state": "state"},
}
WORDS = {"": True, "yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


class Unreadable(Exception):
    """The file is no list of subscribers at all; the message says why."""


@dataclass(frozen=True)
class Wanted:
    """A line understood: who is to be told, and of what."""

    line: int
    channel: str
    address: str
    contact: str
    scope: Scope
    locale: str
    time_zone: str


@dataclass
class Reading:
    """What a file says: who is wanted, what is wrong with which line, and what was left out on purpose."""

    wanted: list[Wanted] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read(content: bytes) -> Reading:
    """Understand a file of CSV; raises Unreadable where there is nothing to understand."""
    reading, reader, seen = Reading(), _Reader(), dict[tuple[str, str], int]()
    for line, cells in _lines(content):
        if cells.get("state", ACTIVE) not in ("", ACTIVE) or cells.get("quarantined_at"):
            left = cells.get("state") or "quarantined"
            reading.notes.append(f"line {line}: left out, since the file calls it {left}.")
            continue
        if single := _single_incidents(cells):
            reading.notes.append(f"line {line}: left out, {single}.")
            continue
        try:
            wanted = reader.understand(line, cells)
        except ValidationError as error:
            reading.problems += [f"line {line}: {message}" for message in error.messages]
            continue
        twin = seen.setdefault((wanted.channel, wanted.address.lower()), line)
        if twin != line:
            reading.problems.append(f"line {line}: {wanted.address} stands in line {twin} already.")
        reading.wanted.append(wanted)
    return reading


def _lines(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Each line that says something, by the names of its columns."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("This is no text in UTF-8. Save it anew as “CSV UTF-8”.") from error
    head = text.partition("\n")[0]
    separator = ";" if head.count(";") > head.count(",") else ","
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        names = [_column(name) for name in next(rows, [])]
        if not {"address", "email", "url"} & set(names):
            raise Unreadable(f"The first line must name the columns: {', '.join(COLUMNS)}. Only an address is needed.")
        for row in rows:
            cells = [unescaped(cell).strip() for cell in row]
            if len(cells) > len(names):
                raise Unreadable(f"Line {rows.line_num} has {len(cells)} cells, the first line {len(names)}.")
            if any(cells):
                yield rows.line_num, dict(zip_longest(names, cells, fillvalue=""))
    except csv.Error as error:
        raise Unreadable(f"Line {rows.line_num} cannot be read: {error}.") from error


def _single_incidents(cells: dict[str, str]) -> str:
    """Take the incidents that somebody follows out of their scope; tells why nothing else is left, where it is so."""
    parts = [part.strip() for part in cells.get("scope", "").split(";")]
    kept = [part for part in parts if not FOLLOWED.fullmatch(part)]
    if parts != kept and not any(kept):
        return "single incidents are followed from their own pages"
    if known_as(cells.get("scope", "")) == NOTHING:
        return "it says that nothing is to be told"
    if parts != kept:
        cells["scope"] = "; ".join(kept)
    return ""


def _column(name: str) -> str:
    plain = known_as(unescaped(name))
    return ALSO_CALLED.get(plain, plain)


class _Reader:
    """Understands lines by what there is on this page."""

    def __init__(self) -> None:
        page = StatusPage.objects.get()
        # Also those that the page has stopped speaking: letters then come in its own, and an export is read back.
        self.languages, self.locale = every_language(), page.locale
        self.groups = {group.code for group in ComponentGroup.objects.all()}
        components = list(Component.objects.select_related("group"))
        self.components = {component.code for component in components}
        self.named: dict[str, set[str]] = {}
        told = [(group.name, group.code) for group in ComponentGroup.objects.all()]
        told += [(name, one.code) for one in components for name in (one.full_name, one.name)]
        for name, code in told:
            self.named.setdefault(known_as(name), set()).add(code)

    def understand(self, line: int, cells: dict[str, str]) -> Wanted:
        """A line as what it asks for; raises ValidationError with all that is wrong with it."""
        errors: list[ValidationError] = []
        channel = cells.get("channel", "").lower() or (Channel.WEBHOOK if cells.get("url") else Channel.EMAIL)
        address, contact = "", ""
        try:
            address, contact = self._whom(channel, cells)
        except ValidationError as error:
            errors.append(error)
        try:
            scope = self._scope(cells)
        except ValidationError as error:
            errors.append(error)
        locale, zone = cells.get("language") or self.locale, cells.get("time_zone", "")
        if locale not in self.languages:
            known = ", ".join(self.languages)
            errors.append(ValidationError(f"there is no language “{locale}” here; there are {known}."))
        if zone:
            try:
                validate_time_zone(zone)
            except ValidationError as error:
                errors.append(error)
        if errors:
            raise ValidationError([message for error in errors for message in error.messages])
        return Wanted(line, channel, address, contact, scope, locale, zone)

    def _whom(self, channel: str, cells: dict[str, str]) -> tuple[str, str]:
        if channel not in Channel.values:
            known = ", ".join(Channel.values)
            raise ValidationError(f"“{channel}” is no channel; there are {known}.")
        if channel == Channel.EMAIL:
            return _mailbox(cells.get("address") or cells.get("email", "")), ""
        url = cells.get("address") or cells.get("url", "")
        check_url(url)
        return url, _mailbox(cells.get("contact") or cells.get("email", ""))

    def _scope(self, cells: dict[str, str]) -> Scope:
        incidents, maintenance = (_yes_or_no(name, cells) for name in ("incidents", "maintenance"))
        if not (incidents or maintenance):
            raise ValidationError("neither incidents nor maintenance: nothing would ever be told.")
        # Other lists leave out, or empty, what a whole page needs no words for; ours always says what is meant.
        given = cells.get("scope", cells.get("components") or PAGE)
        if not given:
            raise ValidationError("the scope is empty; write “page” for everything.")
        if known_as(given) == PAGE:
            return Scope(whole_page=True, incidents=incidents, maintenance=maintenance)
        codes = [self._code(part) for part in self._parts(given)]
        return Scope(
            groups=tuple(code for code in codes if code in self.groups),
            components=tuple(code for code in codes if code in self.components),
            incidents=incidents,
            maintenance=maintenance,
        )

    def _parts(self, given: str) -> Iterator[str]:
        """The names in a cell; other lists have commas between codes, and some names have commas within."""
        for part in filter(None, map(str.strip, given.split(";"))):
            codes = [code.strip() for code in part.split(",")]
            yield from codes if set(codes) <= self.groups | self.components else [part]

    def _code(self, part: str) -> str:
        if part in self.groups or part in self.components:
            return part
        codes = self.named.get(known_as(part), set())
        if len(codes) > 1:
            raise ValidationError(f"more than one is called “{part}”; write “Group - Component”, or the code.")
        if not codes:
            raise ValidationError(f"there is no group or component “{part}”.")
        return next(iter(codes))


def _mailbox(text: str) -> str:
    if not text:
        raise ValidationError("there is no mail address.")
    try:
        return clean_mailbox(text)
    except ValidationError as error:
        raise ValidationError(f"“{text[:100]}” is no mail address.") from error


def _yes_or_no(name: str, cells: dict[str, str]) -> bool:
    said = cells.get(name, "").lower()
    if said not in WORDS:
        raise ValidationError(f"“{said}” under {name}: write yes or no.")
    return WORDS[said]
