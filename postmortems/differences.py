"""What two people wrote of one postmortem, field by field, where it is not the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from postmortems.models import ActionTaken, Fact, Mitigation, Postmortem
from postmortems.services import TEXTS
from statuspage.publishing import times


def newer_words(postmortem: Postmortem, draft: Mapping[str, Any], zone: ZoneInfo) -> dict[str, str]:
    """What is saved, by field, where it reads otherwise than the draft about to be saved."""
    texts = {name: getattr(postmortem, name) for name in TEXTS}
    saved = _in_words(texts, postmortem.facts.all(), postmortem.actions_taken.all(), postmortem.mitigations.all(), zone)
    mine = _in_words(draft["texts"], draft["facts"], draft["actions"], draft["mitigations"], zone)
    return {name: words or "(nothing)" for name, words in saved.items() if words != mine[name]}


def _in_words(
    texts: Mapping[str, str],
    facts: Iterable[Fact],
    actions: Iterable[ActionTaken],
    mitigations: Iterable[Mitigation],
    zone: ZoneInfo,
) -> dict[str, str]:
    return {
        **texts,
        "facts": "\n".join(_fact(fact, zone) for fact in facts),
        "actions": _numbered([_action(action, zone) for action in actions]),
        "mitigations": _numbered([_mitigation(measure) for measure in mitigations]),
    }


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
