"""What the record of an incident says by now, beside what it said before, and beside what its postmortem says."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from postmortems.models import Fact, Postmortem
from postmortems.record import base_of, fact_of, facts_of
from statuspage.publishing.models import StatusPage


@dataclass(frozen=True)
class Difference:
    """One fact of which the record says something else than the draft; each version in words, empty for none."""

    key: str
    name: str
    # What the record said when the facts were last taken from it.
    base: str
    # What it says now, and where in it.
    now: str
    origin: str
    # What the draft says, in which words it was typed, and whence it comes.
    yours: str
    typed: str
    source: str
    # Whether the record has changed since.
    is_news: bool
    # Whether nobody typed it, so that it may go along with the record.
    follows: bool


def differences(postmortem: Postmortem, *, page: StatusPage) -> list[Difference]:
    """The facts that the record has otherwise than the draft, in the order of the table.

    Three versions are compared: where the record and the draft say the same, there is nothing to decide, whatever the
    record said before.
    """
    record = {fact.key: fact for fact in facts_of(postmortem.incident, zone=page.zone)}
    yours = {fact.key: fact for fact in postmortem.facts.all() if fact.key != Fact.Key.OTHER}
    base = {key: fact_of(key, kept) for key, kept in _base(postmortem, yours.values()).items()}
    found = []
    for key in Fact.Key.values:
        before, now, mine = base.get(key), record.get(key), yours.get(key)
        is_known = before is not None or now is not None
        if not is_known or (now.means if now else None) == (mine.means if mine else None):
            continue
        found.append(
            Difference(
                key=key,
                name=str(Fact.Key(key).label),
                base=before.in_words(page.zone) if before else "",
                now=now.in_words(page.zone) if now else "",
                origin=now.origin if now else "",
                yours=mine.in_words(page.zone) if mine else "",
                typed=mine.typed if mine and (mine.at or mine.day) else "",
                source=str(Fact.Source(mine.source).label) if mine else "",
                is_news=(before.means if before else None) != (now.means if now else None),
                # What is missing may have been left out on purpose, where nobody knows what the record said before.
                follows=mine.source == Fact.Source.COMPUTED if mine else bool(postmortem.base) and before is None,
            )
        )
    return found


def taken(yours: Iterable[Fact], record: Iterable[Fact], keys: Collection[str]) -> list[Fact]:
    """The facts of a draft, those with these keys as the record has them; where it has none, without them."""
    facts, known = list(yours), {fact.key: fact for fact in record}
    for key in (key for key in Fact.Key.values if key in keys and key != Fact.Key.OTHER):
        here = next((place for place, fact in enumerate(facts) if fact.key == key), None)
        new = [known[key]] if key in known else []
        if here is None:
            earlier = Fact.Key.values[: Fact.Key.values.index(key)]
            here = max((place + 1 for place, fact in enumerate(facts) if fact.key in earlier), default=0)
            facts[here:here] = new
        else:
            facts[here : here + 1] = new
    return facts


def _base(postmortem: Postmortem, yours: Iterable[Fact]) -> dict[str, str]:
    """What was kept; of a draft from before anything was, the facts that are still as they were computed."""
    return postmortem.base or base_of(fact for fact in yours if fact.source == Fact.Source.COMPUTED)
