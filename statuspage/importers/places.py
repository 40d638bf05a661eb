"""Reading foreign JSON with care: whatever is wrong is told with the file, the place in it, and the reason."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from statuspage.publishing.codes import ALPHABET, LENGTH
from statuspage.publishing.wording import is_visible, one_line, running_text

CODE = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,6}\d*)?(?:Z|[+-]\d\d:?\d\d)")
# The calendar's own ends have no room for a change of zone, and no status page is that old.
YEARS = range(1970, 2200)
LARGEST_NUMBER = 2**31 - 1


class Refused(Exception):
    """A source that cannot be imported, and therefore nothing of what was given with it."""

    def __init__(self, source: str, path: str, reason: str) -> None:
        super().__init__(": ".join(part for part in (source, path, reason) if part))


@dataclass(frozen=True)
class Place:
    """A value in a document, and the way to it: incidents[3].incident_updates[0].created_at."""

    source: str
    path: str
    value: Any

    def refused(self, reason: str) -> Refused:
        return Refused(self.source, self.path, reason)

    def has(self, key: str) -> bool:
        """Whether there is anything but null under the key."""
        return self.object().get(key) is not None

    def at(self, key: str) -> Place:
        return Place(self.source, f"{self.path}.{key}" if self.path else key, self.object().get(key))

    def each(self, key: str) -> list[Place]:
        """The places of a list; none where it is null or missing."""
        place = self.at(key)
        if place.value is None:
            return []
        if not isinstance(place.value, list):
            raise place.refused(f"must be a list, not {_kind(place.value)}")
        return [Place(self.source, f"{place.path}[{index}]", value) for index, value in enumerate(place.value)]

    def object(self) -> dict[str, Any]:
        if not isinstance(self.value, dict):
            raise self.refused(f"must be an object, not {_kind(self.value)}")
        return self.value

    def text(self, *, longest: int, blank: bool = False) -> str:
        """The text as a message is kept; null counts as empty where it may be `blank`."""
        if self.value is None and blank:
            return ""
        if not isinstance(self.value, str):
            raise self.refused(f"must be a text, not {_kind(self.value)}")
        if re.search(r"[\0\ud800-\udfff]", self.value):
            raise self.refused("contains characters that no text may contain")
        text = running_text(self.value)
        if len(text) > longest:
            raise self.refused(f"has {len(text):,} characters; at most {longest:,} fit")
        if not blank and not text.strip():
            raise self.refused("must not be empty")
        return text

    def line(self, *, longest: int) -> str:
        """A text that is a name: one line."""
        line = one_line(self.text(longest=longest))
        if not is_visible(line):
            raise self.refused("must have a character that can be seen")
        return line

    def code(self) -> str:
        if not isinstance(self.value, str) or not CODE.fullmatch(self.value):
            raise self.refused(f"must be 12 lower-case letters and digits, not {_shown(self.value)}")
        return self.value

    def moment(self) -> datetime:
        """A time with its offset."""
        try:
            if isinstance(self.value, str) and MOMENT.fullmatch(self.value):
                found = datetime.fromisoformat(self.value)
                if found.year in YEARS:
                    return found
        except ValueError:
            pass
        raise self.refused(f"must be a time such as 2021-02-16T17:24:00.000-05:00, not {_shown(self.value)}")

    def day(self) -> date:
        try:
            if isinstance(self.value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", self.value):
                return date.fromisoformat(self.value)
        except ValueError:
            pass
        raise self.refused(f"must be a date such as 2021-02-16, not {_shown(self.value)}")

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            raise self.refused(f"must be true or false, not {_shown(self.value)}")
        return self.value

    def number(self) -> int:
        if type(self.value) is not int or not 0 <= self.value <= LARGEST_NUMBER:
            raise self.refused(f"must be a whole number from 0 to {LARGEST_NUMBER}, not {_shown(self.value)}")
        return self.value

    def one_of(self, known: Sequence[str]) -> str:
        if self.value not in known:
            raise self.refused(f"must be one of {', '.join(known)}, not {_shown(self.value)}")
        return self.value


def parse(source: str, body: bytes) -> Place:
    """A JSON document as the place of its outermost object."""
    try:
        document = Place(source, "", json.loads(body.decode("utf-8-sig"), parse_constant=_refuse_constant))
    except RecursionError:
        raise Refused(source, "", "is nested too deep") from None
    except UnicodeDecodeError as error:
        raise Refused(source, "", f"is not UTF-8 text (byte {error.start})") from None
    except json.JSONDecodeError as error:
        raise Refused(source, "", f"is not JSON (line {error.lineno}, column {error.colno}: {error.msg})") from None
    except ValueError as error:
        raise Refused(source, "", f"is not JSON ({error})") from None
    document.object()
    return document


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _kind(value: Any) -> str:
    if value is None:
        return "missing or null"
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}
    return names.get(type(value), "a number")


def _shown(value: Any) -> str:
    shown = "missing or null" if value is None else ascii(value) if isinstance(value, str) else _kind(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
