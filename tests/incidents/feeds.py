"""Reading feeds strictly: what any reader or validator would refuse fails here."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import feedparser
import icalendar
import jsonschema
from lxml import etree

from statuspage.publishing import store

SCHEMAS = Path(__file__).parent / "schemas"
ATOM = "{http://www.w3.org/2005/Atom}"


def read(location: str) -> dict:
    """A published feed as feedparser reads it, after the strict check of its format."""
    body = store.find(location)
    assert body is not None, location
    if location.endswith(".json"):
        told = json.loads(body)
        jsonschema.validate(told, json.loads((SCHEMAS / "json-feed.json").read_text()))
        return told
    check(body, "rss" if location.endswith(".rss") else "atom")
    told = feedparser.parse(body)
    assert not told.bozo, told.get("bozo_exception")
    ids = [entry.id for entry in told.entries]
    assert len(ids) == len(set(ids))
    return told


def check(body: bytes, name: str) -> etree._Element:
    """The root of a document that a schema takes."""
    root = etree.fromstring(body, etree.XMLParser(resolve_entities=False))
    schema = _schema(name)
    assert schema.validate(root), schema.error_log
    return root


def titles(location: str) -> list[str]:
    return [entry["title"] for entry in read(location)["items" if location.endswith(".json") else "entries"]]


def events(location: str = "/maintenance.ics") -> list[icalendar.Event]:
    """The events of a published calendar, after the checks that parsers are too kind to make (RFC 5545, 3.1)."""
    body = store.find(location)
    assert body is not None, location
    assert body.endswith(b"\r\n")
    lines = body[:-2].split(b"\r\n")
    assert [line for line in lines if len(line) > 75 or b"\n" in line or b"\r" in line] == []
    assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", body)
    calendar = icalendar.Calendar.from_ical(body)
    assert calendar.subcomponents
    assert [one.errors for one in calendar.walk() if one.errors] == []
    for event in calendar.events:
        assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "SEQUENCE", "STATUS"} <= set(event)
        assert event.end > event.start
    return calendar.events


@cache
def _schema(name: str) -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(SCHEMAS / f"{name}.rng"))
