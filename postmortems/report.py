"""The assembled postmortem: one shape that HTML, PDF, Markdown and JSON are all written from.

A Report holds public words only. It goes into a revision as a snapshot and comes out of it again, so that what was
published stays as it was whatever is edited later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from postmortems.measures import MeasureLine, measures_of
from postmortems.models import Fact, Mitigation, Postmortem
from postmortems.record import facts_of
from statuspage.incidents.affected import affected_names, affected_sentence, isolated, sentence_of
from statuspage.incidents.models import Incident, JournalEntry
from statuspage.publishing import times
from statuspage.publishing.markdown import to_html
from statuspage.publishing.models import StatusPage
from statuspage.publishing.precision import Precision
from statuspage.publishing.wording import one_line, running_text

SECTIONS = {
    "description": _("Incident description"),
    "root_cause": _("Root cause analysis"),
    "contributing_factors": _("Contributing factors"),
    "lessons": _("Lessons learned"),
}


@dataclass(frozen=True)
class FactLine:
    """One line of the facts table. `value` is what readers see; `typed` are the words it was read from."""

    key: str
    label: str
    value: str
    typed: str
    source: str
    at: datetime | None = None
    day: date | None = None
    # Of a time, how precisely it is known, and the end of a range.
    precision: str = ""
    until: datetime | None = None

    @property
    def name(self) -> str:
        """What it is called in the reader's language, unless it was named here."""
        return self.label if self.key == Fact.Key.OTHER else str(Fact.Key(self.key).label)

    @property
    def told(self) -> str:
        """A day, or the impact that the record knows, in the reader's language; empty where it is somebody's words."""
        if self.day:
            return times.short_day(self.day)
        if self.key == Fact.Key.IMPACT and self.source == Fact.Source.COMPUTED:
            impact = Incident.Impact.__members__.get(self.value.upper())
            return str(impact.label) if impact else ""
        return ""


@dataclass(frozen=True)
class ActionLine:
    """Something the team did; `taken_at` where the time is known."""

    description: str
    taken_at: datetime | None = None

    @property
    def html(self) -> str:
        return to_html(self.description, heading=4)


@dataclass(frozen=True)
class EntryLine:
    """What somebody of the team noted of the incident, and starred."""

    words: str
    at: datetime

    @classmethod
    def of(cls, entry: JournalEntry) -> EntryLine:
        """What readers get of it."""
        return cls(running_text(entry.words), entry.at)

    @property
    def html(self) -> str:
        return to_html(self.words, heading=4)


@dataclass(frozen=True)
class MitigationLine:
    """Something the team promised."""

    description: str
    kind: str
    owner: str
    due_on: date | None
    status: str
    tracker_url: str
    # By which its present state is found; none where it was published before measures had one.
    code: str = ""

    @property
    def html(self) -> str:
        return to_html(self.description, heading=4)

    @property
    def status_label(self) -> str:
        return str(Mitigation.Status(self.status).label)

    @property
    def kind_label(self) -> str:
        return str(Mitigation.Kind(self.kind).label) if self.kind else ""


@dataclass(frozen=True)
class UpdateLine:
    """A public update as it read when the postmortem was published."""

    status: str
    body: str
    posted_at: datetime

    @property
    def label(self) -> str:
        return str(Incident.Status(self.status).label)

    @property
    def html(self) -> str:
        return to_html(self.body)


@dataclass(frozen=True)
class SectionLine:
    """A headed text."""

    key: str
    text: str

    @property
    def html(self) -> str:
        return to_html(self.text, heading=4)

    @property
    def title(self) -> str:
        """What it is called, in the reader's language."""
        return str(SECTIONS[self.key])


@dataclass(frozen=True)
class Look:
    """How a report is set on paper: as the page had it when it was published, whatever is chosen later."""

    language: str = "en"
    paper: str = StatusPage.Paper.A4
    accent: str = ""


@dataclass(frozen=True)
class Report:
    """Everything readers get of a postmortem, in the order in which they get it."""

    code: str
    title: str
    organisation: str
    url: str
    time_zone: str
    impact: str
    posted_at: datetime
    facts: list[FactLine]
    measures: list[MeasureLine]
    description: str
    root_cause: str
    contributing_factors: str
    actions: list[ActionLine]
    mitigations: list[MitigationLine]
    lessons: str
    further: str
    updates: list[UpdateLine]
    affected: str
    kind: str = Incident.Kind.INCIDENT
    affected_names: list[str] = field(default_factory=list)
    look: Look = Look()
    entries: list[EntryLine] = field(default_factory=list)

    @property
    def affects(self) -> str:
        """The sentence of the affected components, in the reader's language."""
        return sentence_of(self.affected_names, kind=self.kind, is_open=False) or self.affected

    @property
    def affects_html(self) -> str:
        """The same for HTML, each name by itself."""
        return mark_safe(sentence_of(isolated(self.affected_names), kind=self.kind, is_open=False)) or self.affected  # noqa: S308

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which every time of this report is told, for the `posted_at` tag."""
        return ZoneInfo(self.time_zone)

    @property
    def path(self) -> str:
        """Where readers find it; .pdf, .md and .json stand beside it."""
        return f"/incidents/{self.code}/postmortem"

    @property
    def analysis(self) -> list[SectionLine]:
        """The headed texts before the actions taken; those nobody wrote are left out."""
        return self._sections("description", "root_cause", "contributing_factors")

    @property
    def closing(self) -> list[SectionLine]:
        """The headed text after the mitigation measures."""
        return self._sections("lessons")

    @property
    def further_html(self) -> str:
        """Sections of other kinds, each with its own heading."""
        return to_html(self.further) if self.further else ""

    @property
    def is_followed(self) -> bool:
        """Whether anybody keeps an eye on the measures: of mere texts from elsewhere nobody knows how far they are."""
        return any(one.owner or one.due_on or one.status != Mitigation.Status.OPEN for one in self.mitigations)

    @property
    def done(self) -> int:
        """How many of the measures are done."""
        return sum(one.status == Mitigation.Status.DONE for one in self.mitigations)

    def as_of_now(self, statuses: Mapping[str, str]) -> Report:
        """The same with the measures as far as they are by now: their status by code, where there is one."""
        told = [replace(one, status=statuses.get(one.code, one.status)) for one in self.mitigations]
        return replace(self, mitigations=told)

    @property
    def summary(self) -> str:
        """One sentence for feeds, cards and metadata."""
        return " ".join((self.description or self.root_cause).split())[:300]

    def _sections(self, *keys: str) -> list[SectionLine]:
        return [SectionLine(key, text) for key in keys if (text := getattr(self, key).strip())]

    def snapshot(self) -> dict[str, Any]:
        """The report as plain JSON: what a revision keeps, and what the public JSON says."""
        return _plain(asdict(self))

    @classmethod
    def from_snapshot(cls, snapshot: dict[str, Any]) -> Report:
        """The report that a revision keeps."""
        # What was published before a field was thought of does without it.
        known = {field.name: snapshot[field.name] for field in fields(cls) if field.name in snapshot}
        return cls(
            **known
            | {
                "posted_at": datetime.fromisoformat(known["posted_at"]),
                "facts": [
                    FactLine(
                        **line
                        | {
                            "at": _moment(line["at"]),
                            "day": _day(line.get("day")),
                            "until": _moment(line.get("until")),
                        }
                    )
                    for line in known["facts"]
                ],
                "measures": [MeasureLine(**line) for line in known["measures"]],
                "actions": [ActionLine(**line | {"taken_at": _moment(line["taken_at"])}) for line in known["actions"]],
                "mitigations": [
                    MitigationLine(**line | {"due_on": _day(line["due_on"])}) for line in known["mitigations"]
                ],
                "updates": [
                    UpdateLine(**line | {"posted_at": _moment(line["posted_at"])}) for line in known["updates"]
                ],
                "look": Look(**known.get("look", {})),
                "entries": [EntryLine(**line | {"at": _moment(line["at"])}) for line in known.get("entries", [])],
            }
        )


def assemble(postmortem: Postmortem, *, page: StatusPage, posted_at: datetime | None = None) -> Report:
    """The incident's record and the typed text, put together. Pure: writes nothing, asks in a few queries.

    Whatever was typed comes without what is no text or reorders the words around it, in every form that is made of it.
    """
    incident = Incident.objects.with_timeline().get(pk=postmortem.incident_id)
    updates = incident.timeline()
    posted_at = posted_at or postmortem.posted_at or timezone.now()
    return Report(
        code=incident.code,
        title=incident.name,
        organisation=page.name,
        url=page.url + postmortem.path,
        time_zone=page.time_zone,
        impact=incident.impact,
        posted_at=posted_at,
        facts=[_fact_line(fact, page) for fact in postmortem.facts.all()],
        measures=measures_of(incident),
        description=running_text(postmortem.description),
        root_cause=running_text(postmortem.root_cause),
        contributing_factors=running_text(postmortem.contributing_factors),
        actions=[
            ActionLine(running_text(action.description), action.taken_at)
            for action in postmortem.actions_taken.all()
            if action.public
        ],
        mitigations=[_mitigation_line(one) for one in postmortem.mitigations.all() if one.public],
        lessons=running_text(postmortem.lessons),
        further=running_text(postmortem.further),
        updates=[UpdateLine(update.status, update.body, update.display_at) for update in updates],
        affected=affected_sentence(incident),
        kind=incident.kind,
        affected_names=affected_names(updates),
        look=Look(page.locale, page.paper, page.accent),
        entries=[*map(EntryLine.of, incident.journal.filter(starred=True))],
    )


def same_text(first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
    """Whether two snapshots say the same to their readers."""
    return text_of(first) == text_of(second)


def text_of(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """What a snapshot says: without how far each measure is, which lives on beside it, and without its look.

    What reports tell since some were published is left out where it tells nothing: their text is still the same, and
    so is the hash by which it was approved. How a length divides follows from the record, as the length does.
    """
    measures = [line | {"code": "", "status": ""} for line in snapshot["mitigations"]]
    text = {
        **snapshot,
        "facts": [_without_plain_precision(line) for line in snapshot["facts"]],
        "measures": [{key: value for key, value in line.items() if key != "spent"} for line in snapshot["measures"]],
        "mitigations": measures,
    }
    text.pop("look", None)
    if not text.get("entries"):
        text.pop("entries", None)
    return text


def _without_plain_precision(line: Mapping[str, Any]) -> dict[str, Any]:
    plain = line.get("precision", "") in {"", Precision.EXACT, Precision.MINUTE}
    return {key: value for key, value in line.items() if not (plain and key in {"precision", "until"})}


def _fact_line(fact: Fact, page: StatusPage) -> FactLine:
    value, typed = one_line(fact.in_words(page.zone)), one_line(fact.typed)
    typed = "" if value == typed else typed
    precision = fact.precision if fact.at else ""
    name = one_line(fact.name)
    return FactLine(fact.key, name, value, typed, fact.source, fact.at, fact.day, precision, fact.until)


def _mitigation_line(one: Mitigation) -> MitigationLine:
    description, owner = running_text(one.description), one_line(one.owner)
    return MitigationLine(description, one.kind, owner, one.due_on, one.status, one.tracker_url, one.code)


def computed_values(incident: Incident, page: StatusPage) -> dict[str, str]:
    """What the record says of each fact, in words, to stand beside what somebody typed."""
    return {fact.key: fact.in_words(page.zone) for fact in facts_of(incident, zone=page.zone)}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, datetime):
        # One moment, one spelling: else the same text would make another revision.
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _moment(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
