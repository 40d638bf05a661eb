"""Whether the postmortem says what one is expected to say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from postmortems.lint.findings import Fix, Hit, Severity, rule
from postmortems.lint.subject import SECTIONS, Passage, Subject

PLACEHOLDER = re.compile(r"\b(?:TBD|TBC|TODO|FIXME)\b|(?i:\blorem ipsum\b)|\b[Xx]{2}:[Xx]{2}\b|(?<!\S)\?\?+(?!\S)")
GUIDANCE = re.compile(r"(?s)\s*_[^_\n]+_\s*")
# What a template wants replaced, but no link.
BLANK = re.compile(r"\[[^\[\]\n]+\](?![(\[:])")
HEADING = re.compile(r"(?m)^ {0,3}(#{1,6})[ \t]+(\S.*)$")
ITEM = re.compile(r"(?m)^[ \t]{0,3}(?:[-*+•]|\d+[.)])[ \t]+\S")


@rule("PM030", Severity.ERROR)
def not_written_yet(subject: Subject) -> Iterator[Hit]:
    """A text that every postmortem has is missing, or something is still the template's."""
    for key in subject.targets.required:
        if not subject.texts.get(key, "").strip():
            yield Hit(f"/{key}", f"{_capital(SECTIONS[key])} is empty.", Fix("Write it; two sentences may be enough."))
    for passage in subject.passages:
        found = PLACEHOLDER.search(passage.prose)
        begun = _unfilled(passage, subject.begun.get(passage.section, ""))
        if found or begun or GUIDANCE.fullmatch(passage.prose):
            words = found[0] if found else (begun or passage.text.strip())[:60]
            yield Hit(passage.place, f"“{words}” still stands in {passage.name}.", Fix("Replace it by what happened."))


@rule("PM031", Severity.WARNING)
def headings_jump(subject: Subject) -> Iterator[Hit]:
    """A heading lies more than one level below the one before it."""
    for passage in subject.prose:
        headings = [(len(found[1]), found[2].strip(" #")) for found in HEADING.finditer(passage.prose)]
        for (level, title), (below, under) in pairwise(headings):
            if below > level + 1:
                yield Hit(
                    passage.place,
                    f"In {passage.name} the heading “{under}” has {below} signs, below “{title}” with {level}.",
                    Fix(f"Give it {level + 1}: “{'#' * (level + 1)} {under}”."),
                )


@rule("PM032", Severity.WARNING)
def several_in_one(subject: Subject) -> Iterator[Hit]:
    """One row of a list holds several things, so that they cannot be numbered, dated or followed one by one."""
    for passage in (*subject.told_actions, *subject.told_measures):
        paragraphs = [part for part in re.split(r"\n\s*\n", passage.prose.strip()) if part.strip()]
        if len(ITEM.findall(passage.prose)) > 1 or len(paragraphs) > 2:
            yield Hit(
                passage.place,
                f"{_capital(passage.name)} holds several things in one text.",
                Fix("Give each of them a row of its own."),
            )


@rule("PM038", Severity.WARNING)
def one_cause_alone(subject: Subject) -> Iterator[Hit]:
    """A grave incident has a cause and no contributing factors: what made it likelier or longer is not said."""
    if subject.is_grave and not subject.texts.get("contributing_factors", "").strip():
        yield Hit(
            "/contributing_factors",
            "There is a root cause, and nothing that contributed to it.",
            Fix("Say what made it likelier, longer or harder to see."),
        )


def _unfilled(passage: Passage, began: str) -> str:
    """What of the words that a section began with still waits for somebody; empty where nothing does."""
    text = passage.prose.strip()
    blank = next((found[0] for found in BLANK.finditer(began) if found[0] in text), "")
    # Of a list, each line began a row.
    wholes = began.splitlines() if passage.section in {"actions", "mitigations"} else [began]
    return blank or (text if text in {whole.strip() for whole in wholes} else "")


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
