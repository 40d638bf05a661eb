"""What is checked: one postmortem beside its incident's record, loaded once, as plain values.

Rules know neither database nor request, so that each can be read, and tried, by itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from itertools import pairwise
from zoneinfo import ZoneInfo

from postmortems.lint.targets import Targets
from statuspage.components.status import Status
from statuspage.incidents.models import Incident
from statuspage.publishing import times
from statuspage.publishing.precision import Precision, Span, in_words

SECTIONS = {
    "description": "the incident description",
    "root_cause": "the root cause analysis",
    "contributing_factors": "the contributing factors",
    "lessons": "the lessons learned",
    "further": "the further sections",
}
FENCE = re.compile("`|~~~")
FENCED = re.compile(r"(?ms)^ {0,3}(```|~~~).*?(?:^ {0,3}\1[^\n]*$|\Z)|`[^`\n]*`")


@dataclass(frozen=True)
class Fact:
    """One line of the facts table. `typed` are its words, whether typed here or imported."""

    key: str
    name: str
    at: datetime | None = None
    day: date | None = None
    typed: str = ""
    computed: bool = False
    number: int = 0
    precision: str = Precision.EXACT
    until: datetime | None = None

    @property
    def place(self) -> str:
        return f"/facts/other/{self.number}" if self.key == "other" else f"/facts/{self.key}"

    @property
    def span(self) -> Span | None:
        """From when to when it may have been; None where no moment is told."""
        return Span.of(self.at, self.precision, self.until) if self.at else None


@dataclass(frozen=True)
class Action:
    """Something that was done."""

    text: str
    at: datetime | None = None
    public: bool = True


@dataclass(frozen=True)
class Entry:
    """What somebody of the team noted of the incident; public where it was starred."""

    text: str
    at: datetime
    public: bool = False


@dataclass(frozen=True)
class Measure:
    """Something that was promised."""

    text: str
    kind: str = ""
    owner: str = ""
    due_on: date | None = None
    status: str = "open"
    tracker_url: str = ""
    public: bool = True

    @property
    def is_due(self) -> bool:
        """Whether it is still to be done."""
        return self.status in {"open", "in_progress"}


@dataclass(frozen=True)
class Update:
    """What readers were told, at the time they were shown."""

    status: str
    at: datetime
    text: str = ""

    @property
    def label(self) -> str:
        return str(Incident.Status(self.status).label)

    @property
    def closes(self) -> bool:
        return self.status in Incident.CLOSED


@dataclass(frozen=True)
class Affected:
    """A component that an update named, and the worst that was said of it."""

    name: str
    group: str = ""
    worst: str = Status.OPERATIONAL


@dataclass(frozen=True)
class Standing:
    """Where the text stands between its author, its reviewers and its readers."""

    # Nobody else approved it, though others could have.
    alone: bool = False
    # What was approved was another text.
    overtaken: bool = False
    # It is what readers have.
    unchanged: bool = False


@dataclass(frozen=True)
class Passage:
    """Words that readers get, and where they stand."""

    place: str
    name: str
    text: str

    @property
    def section(self) -> str:
        """Which part of the form it stands in."""
        return self.place.split("/")[1] if "/" in self.place else ""

    @cached_property
    def prose(self) -> str:
        """The text with its code blanked out, everything else where it was."""
        return FENCED.sub(lambda code: re.sub(r"\S", " ", code[0]), self.text) if FENCE.search(self.text) else self.text


@dataclass(frozen=True)
class Subject:
    """A postmortem and all that its incident's record says. `record` are the facts that can be computed from it."""

    organisation: str
    zone: ZoneInfo
    title: str
    impact: str
    started_at: datetime
    now: datetime
    language: str = "en"
    is_open: bool = False
    updates: tuple[Update, ...] = ()
    affected: tuple[Affected, ...] = ()
    components: frozenset[str] = frozenset()
    record: tuple[Fact, ...] = ()
    # How long the incident lasted for each component.
    lengths: tuple[float, ...] = ()
    facts: tuple[Fact, ...] = ()
    texts: dict[str, str] = field(default_factory=dict)
    actions: tuple[Action, ...] = ()
    measures: tuple[Measure, ...] = ()
    entries: tuple[Entry, ...] = ()
    internal_notes: str = ""
    # What a template had each section begin with.
    begun: dict[str, str] = field(default_factory=dict)
    posted_at: datetime | None = None
    staff: tuple[str, ...] = ()
    # The characters that paper can only tell in words.
    undrawable: frozenset[str] = frozenset()
    standing: Standing = field(default_factory=Standing)
    targets: Targets = field(default_factory=Targets)

    def fact(self, key: str) -> Fact | None:
        """The fact of that kind; None where nobody tells it."""
        return next((fact for fact in self.facts if fact.key == key), None)

    @property
    def is_english(self) -> bool:
        return self.language.partition("-")[0] == "en"

    @property
    def is_grave(self) -> bool:
        return self.impact in self.targets.grave

    @property
    def first_update(self) -> Update | None:
        return self.updates[0] if self.updates else None

    @property
    def last_resolved(self) -> Update | None:
        """The update that closed it for good; None while it is open."""
        return next((update for update in reversed(self.updates) if update.closes), None)

    def first(self, status: str) -> Update | None:
        """The first update with that status."""
        return next((update for update in self.updates if update.status == status), None)

    @property
    def reopenings(self) -> int:
        """How often it was open again after it had been closed."""
        return sum(before.closes and not after.closes for before, after in pairwise(self.updates))

    @cached_property
    def prose(self) -> tuple[Passage, ...]:
        """The texts that readers get, in their order."""
        return tuple(
            Passage(f"/{key}", name, self.texts[key])
            for key, name in SECTIONS.items()
            if self.texts.get(key, "").strip()
        )

    @cached_property
    def told_actions(self) -> tuple[Passage, ...]:
        """The actions that readers get."""
        return tuple(
            Passage(f"/actions/{number}", f"action {number + 1}", action.text)
            for number, action in enumerate(self.actions)
            if action.public
        )

    @cached_property
    def told_measures(self) -> tuple[Passage, ...]:
        """The mitigation measures that readers get."""
        return tuple(
            Passage(f"/mitigations/{number}", f"measure {number + 1}", measure.text)
            for number, measure in enumerate(self.measures)
            if measure.public
        )

    @cached_property
    def told_entries(self) -> tuple[Passage, ...]:
        """The entries of the journal that readers get."""
        return tuple(Passage("/entries", "a starred entry", entry.text) for entry in self.entries if entry.public)

    @cached_property
    def told_facts(self) -> tuple[Passage, ...]:
        """The words of the facts that people wrote."""
        return tuple(Passage(fact.place, f"“{fact.name}”", fact.typed) for fact in self.facts if fact.typed)

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Everything written for readers."""
        return (*self.told_facts, *self.prose, *self.told_entries, *self.told_actions, *self.told_measures)

    @cached_property
    def printed(self) -> tuple[Passage, ...]:
        """Everything that stands on paper: beside what is written here, what the incident and the page are called."""
        told = {
            "the title": self.title,
            "the page’s name": self.organisation,
            "the names of what was affected": " ".join(f"{one.group} {one.name}" for one in self.affected),
            "the updates": "\n".join(update.text for update in self.updates),
        }
        return (*self.passages, *(Passage("/title", name, text) for name, text in told.items()))

    @cached_property
    def hidden(self) -> tuple[Passage, ...]:
        """Everything written that is not for readers."""
        notes = [Passage("/internal_notes", "the internal notes", self.internal_notes)]
        actions = [Passage("", "an internal action", action.text) for action in self.actions if not action.public]
        measures = [Passage("", "an internal measure", one.text) for one in self.measures if not one.public]
        entries = [Passage("", "an entry of the journal", one.text) for one in self.entries if not one.public]
        return tuple(passage for passage in [*notes, *actions, *measures, *entries] if passage.text.strip())

    def full(self, moment: datetime) -> str:
        """“Feb 16, 2021 - 20:38 EST”, as the page writes it."""
        return times.full(moment, self.zone)

    def told(self, fact: Fact) -> str:
        """The same of a fact's time, as precisely as it is known."""
        return in_words(fact.at, fact.precision, fact.until, self.zone) if fact.at else fact.typed

    def clock(self, moment: datetime) -> str:
        """“20:38 EST”, where the day is clear."""
        return f"{moment.astimezone(self.zone):%H:%M} {times.abbreviation(moment, self.zone)}"

    def with_changes(self, **changes: object) -> Subject:
        """The same with something else in it."""
        return replace(self, **changes)  # type: ignore[arg-type]
