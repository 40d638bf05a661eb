"""What somebody else wrote of a postmortem, in words that stand beside one's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from postmortems.draft import Draft
from postmortems.models import ActionTaken, Fact, Mitigation
from statuspage.publishing import times


def saved_words(draft: Draft, parts: Iterable[str], zone: ZoneInfo) -> dict[str, str]:
    """What is saved, by section, of the sections in which those parts are."""
    words = {
        **draft.texts,
        "facts": "\n".join(_fact(fact, zone) for fact in draft.facts),
        "actions": _numbered([_action(action, zone) for action in draft.actions]),
        "mitigations": _numbered([_mitigation(measure) for measure in draft.mitigations]),
    }
    return {section: words[section] or "(nothing)" for part in parts if (section := section_of(part)) in words}


def section_of(part: str) -> str:
    """The section of the form in which a part of the draft is written."""
    return part.partition("/")[0]


def _fact(fact: Fact, zone: ZoneInfo) -> str:
    meant = fact.in_words(zone)
    return f"{fact.name}: {_line(meant, [fact.typed if fact.typed != meant else ''])}"


def _action(action: ActionTaken, zone: ZoneInfo) -> str:
    return _line(action.description, [action.taken_at and times.full(action.taken_at, zone), _privacy(action.public)])


def _mitigation(measure: Mitigation) -> str:
    details = [
        measure.kind and Mitigation.Kind(measure.kind).label,
        measure.owner,
        measure.owner_email,
        measure.due_on and f"due {times.short_day(measure.due_on)}",
        Mitigation.Status(measure.status).label,
        measure.tracker_url,
        _privacy(measure.public),
    ]
    return _line(measure.description, details)


def _privacy(public: bool) -> str:
    return "" if public else "internal"


def _line(said: str, details: Sequence[Any]) -> str:
    known = list(dict.fromkeys(str(one) for one in details if one))
    return f"{said} ({', '.join(known)})" if known else said


def _numbered(lines: Sequence[str]) -> str:
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, start=1))
