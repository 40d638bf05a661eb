"""What a rule finds, and the register of all rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from postmortems.lint.subject import Subject


class Severity(StrEnum):
    """An error blocks publishing, a warning wants a reason, an info informs; from worst to mildest."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True)
class Change:
    """What a fix does to one place: other words, of which a time is read anew; or the moment or day that was meant."""

    place: str
    words: str = ""
    at: datetime | None = None
    day: date | None = None


@dataclass(frozen=True)
class Fix:
    """What to do about a finding, in words; with changes, where it is safe to do it at the press of a button."""

    words: str
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Hit:
    """What a rule says of one place. It is as bad as the rule says, unless it says so itself."""

    place: str
    message: str
    fix: Fix | None = None
    severity: Severity | None = None


@dataclass(frozen=True)
class Finding:
    """What one rule found: a sentence for whoever writes, and the place as a JSON pointer (“/mitigations/0”)."""

    rule: str
    severity: Severity
    message: str
    place: str
    fix: Fix | None = None

    @property
    def can_be_fixed(self) -> bool:
        """Whether a button can do it."""
        return bool(self.fix and self.fix.changes)

    def as_json(self) -> dict[str, str | None]:
        """The finding as machines read it."""
        return {
            "rule": self.rule,
            "severity": str(self.severity),
            "message": self.message,
            "place": self.place,
            "fix": self.fix.words if self.fix else None,
        }


Check = Callable[[Subject], Iterable[Hit]]


@dataclass(frozen=True)
class Rule:
    """A rule, known by its number for ever."""

    number: str
    severity: Severity
    check: Check = field(repr=False)

    def findings(self, subject: Subject) -> list[Finding]:
        """All that it finds in a postmortem."""
        return [
            Finding(self.number, hit.severity or self.severity, hit.message, hit.place, hit.fix)
            for hit in self.check(subject)
        ]


RULES: dict[str, Rule] = {}


def rule(number: str, severity: Severity) -> Callable[[Check], Check]:
    """Enter a rule in the register."""

    def entered(check: Check) -> Check:
        if number in RULES:
            raise ValueError(f"{number} is taken: a rule's number is its own.")
        RULES[number] = Rule(number, severity, check)
        return check

    return entered
