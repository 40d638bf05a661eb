"""Subscribers as lines of CSV: no cell of which a spreadsheet takes for a formula, and each read back as it was."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from statuspage.components.models import Component, ComponentGroup
from statuspage.subscribers.models import Subscriber

COLUMNS = ["channel", "address", "contact", "scope", "incidents", "maintenance", "language", "time_zone"]
# Told to whoever reads the file; of these an import heeds the state alone.
TOLD = ["state", "confirmed_at", "proof"]
PAGE, NOTHING = "page", "nothing"
# One incident alone: told to whoever reads the file. Nobody is to follow it elsewhere, or once it is over.
FOLLOWED = re.compile(r"incident [0-9a-z]{12}", re.IGNORECASE)
ACTIVE, SUSPENDED, UNSUBSCRIBED = "active", "suspended", "unsubscribed"
BATCH = 500
# Where a spreadsheet begins a cell: some do so at other signs than a comma, whatever stands in quotes.
BEGINNING = r"(?:^|(?<=[;\t\r\n]))"
# What it calculates there, or sends somewhere; also in quotes, or where it was escaped before.
FORMULA = r"(?=['\"]*[=+\-@\t\r])"
UNSAFE, ESCAPED = re.compile(f"{BEGINNING}{FORMULA}"), re.compile(f"{BEGINNING}'{FORMULA}")


def escaped(cell: str) -> str:
    """The cell as text for any spreadsheet: an apostrophe before whatever would begin a formula."""
    return UNSAFE.sub("'", cell)


def unescaped(cell: str) -> str:
    """What `escaped` was given."""
    return ESCAPED.sub("", cell)


def written() -> Iterator[str]:
    """Every subscriber, a line each, as they are read from the database; lines may hold line breaks inside quotes."""
    names = _names()
    yield csv_line([*COLUMNS, *TOLD])
    found = Subscriber.objects.prefetch_related("groups", "components", "followed").order_by("pk")
    for one in found.iterator(chunk_size=BATCH):
        state = UNSUBSCRIBED if one.unsubscribed_at else SUSPENDED if one.suspended_at else ACTIVE
        sorts = ["yes" if wanted else "no" for wanted in (one.incidents, one.maintenance)]
        cells = [one.channel, one.address, one.contact, _scope(one, names), *sorts, one.locale, one.time_zone]
        yield csv_line([*cells, state, one.confirmed_at.isoformat(timespec="seconds"), one.proof])


def _scope(subscriber: Subscriber, names: dict[str, str]) -> str:
    parts: Iterable[Component | ComponentGroup] = [*subscriber.groups.all(), *subscriber.components.all()]
    told = [PAGE] if subscriber.whole_page else [names[part.code] for part in parts]
    return "; ".join([*told, *(f"incident {one.incident}" for one in subscriber.followed.all())]) or NOTHING


def _names() -> dict[str, str]:
    """What groups and components are called by code: by their full names, where these say which one is meant."""
    groups = {group.code: group.name for group in ComponentGroup.objects.all()}
    found = groups | {one.code: one.full_name for one in Component.objects.select_related("group")}
    times = Counter(known_as(name) for name in found.values())
    # A component's bare name is understood as well, so it must not be another's full one.
    times.update(known_as(one.name) for one in Component.objects.exclude(group=None))
    return {code: name if times[known_as(name)] == 1 and _is_plain(name) else code for code, name in found.items()}


def known_as(name: str) -> str:
    """By what a name is recognised: neither case nor blanks matter."""
    return " ".join(name.split()).casefold()


def _is_plain(name: str) -> bool:
    return ";" not in name and known_as(name) not in (PAGE, NOTHING) and not FOLLOWED.fullmatch(known_as(name))


def csv_line(cells: Iterable[str]) -> str:
    """One line of a file, each cell of it escaped."""
    out = io.StringIO()
    csv.writer(out).writerow([escaped(cell) for cell in cells])
    return out.getvalue()
