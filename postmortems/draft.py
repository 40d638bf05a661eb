"""A draft in its parts, so that what two people wrote of it at once can be put together part by part. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model

from postmortems.models import ActionTaken, Fact, Mitigation, Postmortem

TEXTS = ("description", "root_cause", "contributing_factors", "lessons", "further", "internal_notes")
# Of a row, what nobody writes; and of a measure, what lives on beside the draft.
UNWRITTEN = {"id", "postmortem_id", "position", "code", "status", "settled_at", "reason"}
FACTS = "facts/"


class Clash(Exception):
    """Two people wrote the same part otherwise. `parts` are the marks of what is saved of each such part."""

    def __init__(self, parts: Mapping[str, str]) -> None:
        super().__init__(", ".join(parts))
        self.parts = dict(parts)


@dataclass(frozen=True)
class Draft:
    """All that can be written of a postmortem, whether it is saved or not."""

    texts: dict[str, str]
    facts: list[Fact]
    actions: list[ActionTaken]
    mitigations: list[Mitigation]

    @classmethod
    def of(cls, postmortem: Postmortem) -> Draft:
        """The draft as it is saved."""
        return cls(
            {name: getattr(postmortem, name) for name in TEXTS},
            list(postmortem.facts.all()),
            list(postmortem.actions_taken.all()),
            list(postmortem.mitigations.all()),
        )

    @property
    def parts(self) -> dict[str, Any]:
        """What is told apart when two people write: each text, each fact, the actions, the measures."""
        facts: dict[str, list[Fact]] = {}
        for fact in self.facts:
            facts.setdefault(f"{FACTS}{fact.key}/{fact.label}", []).append(fact)
        return {**self.texts, **facts, "actions": self.actions, "mitigations": self.mitigations}

    def marks(self) -> dict[str, str]:
        """By part, a short word that is another one as soon as the part says something else."""
        return {part: _mark(said) for part, said in self.parts.items()}


def merge(mine: Draft, saved: Draft, *, base: Mapping[str, str], sent: Mapping[str, str]) -> Draft:
    """What one person wrote, put together with what is saved by now; raises Clash where both wrote the same part.

    `base` are the marks of what this person began from; `sent` those of what came from the very same editor last,
    whose answer it may never have heard: nobody clashes with themselves.
    """
    own, now = mine.marks(), saved.marks()
    ours, theirs = mine.parts, saved.parts
    merged: dict[str, Any] = {}
    clashes: dict[str, str] = {}
    for part in dict.fromkeys([*ours, *theirs]):
        wrote, stands, began = own.get(part, ""), now.get(part, ""), base.get(part, "")
        if stands in {wrote, began, sent.get(part, began)}:
            merged[part] = ours.get(part, [])
        elif wrote == began:
            merged[part] = theirs.get(part, [])
        else:
            clashes[part] = stands
    if clashes:
        raise Clash(clashes)
    if merged["mitigations"] is theirs["mitigations"]:
        merged["mitigations"] = _turned(saved.mitigations, as_said=mine.mitigations)
    return Draft(
        {name: merged[name] for name in TEXTS},
        [fact for part in _facts_in_order(ours, theirs) for fact in merged[part]],
        merged["actions"],
        merged["mitigations"],
    )


def _turned(measures: Iterable[Mitigation], *, as_said: Iterable[Mitigation]) -> list[Mitigation]:
    """How far a measure is may be said by one while its words are changed by another."""
    said = {one.code: one.status for one in as_said if not one.keeps_status}
    turned = [copy(measure) for measure in measures]
    for measure in turned:
        measure.status = said.get(measure.code, measure.status)
    return turned


def _facts_in_order(ours: Iterable[str], theirs: Iterable[str]) -> list[str]:
    """The facts of both: in the order of the first, the others where they usually stand."""
    parts = [part for part in ours if part.startswith(FACTS)]
    for part in theirs:
        if part.startswith(FACTS) and part not in parts:
            later = (place for place, one in enumerate(parts) if _usual(one) > _usual(part))
            parts.insert(next(later, len(parts)), part)
    return parts


def _usual(part: str) -> int:
    return Fact.Key.values.index(part.split("/")[1])


def _mark(said: str | list[Any]) -> str:
    if not (said.strip() if isinstance(said, str) else said):
        return ""
    # Spaces before the first line may mean something: they make it code.
    plain = said.replace("\r\n", "\n").strip("\n") if isinstance(said, str) else [_written(row) for row in said]
    return hashlib.sha256(json.dumps(plain, cls=DjangoJSONEncoder).encode()).hexdigest()[:16]


def _written(row: Model) -> dict[str, Any]:
    fields = (field.attname for field in row._meta.concrete_fields)
    return {name: getattr(row, name) for name in fields if name not in UNWRITTEN}
