"""A postmortem of an invented company with nothing to mend, and what is changed in it to try one rule."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from postmortems.lint import lint
from postmortems.lint.subject import Action, Affected, Fact, Measure, Subject, Update

CHICAGO = ZoneInfo("America/Chicago")
DAY = date(2026, 1, 14)
NAMES = {
    "date": "Date of incident",
    "started": "Incident started",
    "detected": "Incident detected",
    "stable": "Stability restored",
    "resolved": "Incident resolved",
    "users_impacted": "Users impacted",
    "frequency": "Frequency",
    "impact": "Impact",
}


def clock(words, *, days=0):
    """“09:02” of the day of the incident, or of another one."""
    hour, minute = map(int, words.split(":"))
    local = datetime(DAY.year, DAY.month, DAY.day, hour, minute, tzinfo=CHICAGO) + timedelta(days=days)
    return local.astimezone(UTC)


def fact(key, told, *, typed="", computed=False, number=0, name=""):
    """A fact of the table: a moment, a day, or words."""
    said = {"at": told} if isinstance(told, datetime) else {"day": told} if isinstance(told, date) else {"typed": told}
    said = {"typed": typed} | said if typed else said
    return Fact(key, name or NAMES[key], **said, computed=computed, number=number)


FACTS = {
    "date": fact("date", DAY, computed=True),
    "started": fact("started", clock("09:02"), computed=True),
    "detected": fact("detected", clock("09:05")),
    "stable": fact("stable", clock("10:00"), computed=True),
    "resolved": fact("resolved", clock("10:20"), computed=True),
    "users_impacted": fact("users_impacted", "About 1,200 boats"),
    "impact": fact("impact", "Partial outage"),
}
UPDATES = (
    Update("investigating", clock("09:10"), "Tide tables open slowly or not at all."),
    Update("identified", clock("09:30"), "A gauge floods the queue with readings."),
    Update("monitoring", clock("10:00"), "Tables open again."),
    Update("resolved", clock("10:20"), "All tables are current."),
)
TEXTS = {
    "description": "From 09:02 on, tide tables of the lakes opened slowly, and one in three not at all.",
    "root_cause": "A gauge sent each reading a hundred times. The queue takes all that comes.",
    "contributing_factors": "Nothing limits how much one gauge may send.",
    "lessons": "The queue kept every reading, so that no table has a gap.",
    "further": "## Thanks\n\nTo the keepers of the lighthouse.",
}
MEASURES = (
    Measure("Limit what one gauge may send.", "prevent", "Gauge team", DAY + timedelta(days=30)),
    Measure("Show the length of the queue.", "detect", "Queue team", DAY + timedelta(days=20), "done"),
)
SUBJECT = Subject(
    organisation="TideLedger",
    zone=CHICAGO,
    title="Tide tables open slowly",
    impact="major",
    started_at=clock("09:02"),
    now=clock("12:00", days=1),
    updates=UPDATES,
    affected=(Affected("Tide tables", "Forecasts", "partial_outage"),),
    components=frozenset({"Tide tables", "Forecasts", "Harbour maps"}),
    record=tuple(FACTS[key] for key in ("date", "started", "stable", "resolved")),
    lengths=(58 * 60.0,),
    facts=tuple(FACTS.values()),
    texts=TEXTS,
    actions=(Action("The gauge was taken off the queue.", clock("09:50")),),
    measures=MEASURES,
    internal_notes="The gauge at pier 4 will be replaced in spring, ask Olga.",
    staff=("Olga Brandt",),
)


def facts(**told):
    """The facts with others in their place; None takes one away."""
    found = FACTS | {key: one if one is None or isinstance(one, Fact) else fact(key, one) for key, one in told.items()}
    return tuple(one for one in found.values() if one is not None)


def texts(**told):
    return TEXTS | told


def measure(**told):
    """The first measure with something else in it, and nothing else promised."""
    return (replace(MEASURES[0], **told),)


def targets(**told):
    return replace(SUBJECT.targets, **told)


@dataclass(frozen=True)
class Case:
    """What is changed, and what one rule says to it: where, in which words, how badly; or nothing."""

    rule: str
    place: str
    words: tuple[str, ...]
    severity: str
    changes: dict

    def found(self):
        return [one for one in lint(SUBJECT.with_changes(**self.changes)) if one.rule == self.rule]

    def __str__(self):
        return f"{self.rule} {self.place} {' '.join(self.changes)}"


def fires(rule, place, *words, severity="", **changes):
    return Case(rule, place, words, severity, changes)


def quiet(rule, **changes):
    return Case(rule, "", (), "", changes)


def found_in(cases):
    """A test that each case has one finding: at the place, in the words, with its weight."""

    @pytest.mark.parametrize("case", cases, ids=str)
    def test(case):
        found = case.found()
        assert [one.place for one in found] == [case.place]
        told = f"{found[0].message} {found[0].fix.words if found[0].fix else ''}"
        assert [words for words in case.words if words not in told] == []
        if case.severity:
            assert found[0].severity == case.severity

    return test


def not_found_in(cases):
    """A test that each case has none."""

    @pytest.mark.parametrize("case", cases, ids=str)
    def test(case):
        assert case.found() == []

    return test
