"""What the checks found, as the desk shows it: by how bad it is, with the way to each place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from postmortems.lint import Finding, Severity
from postmortems.models import Fact

NAMES = {
    "facts": "Facts",
    "description": "Incident description",
    "root_cause": "Root cause analysis",
    "contributing_factors": "Contributing factors",
    "entries": "Timeline",
    "actions": "Actions taken",
    "mitigations": "Mitigation measures",
    "lessons": "Lessons learned",
    "further": "Further sections",
    "internal_notes": "Internal notes",
}
ROWS = {"actions": "Action", "mitigations": "Measure"}


@dataclass(frozen=True)
class Place:
    """Where to look: the part of the form, by what it is called and its id there; without id, the incident itself."""

    name: str
    anchor: str = ""

    @classmethod
    def of(cls, pointer: str) -> Place:
        """The place that a finding's pointer names."""
        kind, _, which = pointer.removeprefix("/").partition("/")
        row, _, part = which.partition("/")
        if kind == "review":
            return cls("Review", "review")
        if kind not in NAMES:
            return cls("The incident")
        if kind == "facts" and row == "other":
            return cls("A fact of your own", f"facts-{part}")
        if kind == "facts" and row in Fact.Key.values:
            return cls(str(Fact.Key(row).label), f"facts-{row}")
        if kind in ROWS and row.isdecimal():
            return cls(f"{ROWS[kind]} {int(row) + 1}", f"{kind}-{row}")
        return cls(NAMES[kind], kind)


@dataclass(frozen=True)
class Checklist:
    """All findings of a draft as it is saved."""

    findings: Sequence[Finding]

    @property
    def errors(self) -> list[Finding]:
        """What blocks publishing."""
        return self._of(Severity.ERROR)

    @property
    def warnings(self) -> list[Finding]:
        """What wants to be mended, or a reason."""
        return self._of(Severity.WARNING)

    @property
    def infos(self) -> list[Finding]:
        """What is good to know."""
        return self._of(Severity.INFO)

    def _of(self, severity: Severity) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity == severity]
