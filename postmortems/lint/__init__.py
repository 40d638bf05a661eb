"""Checking a postmortem against its incident's record before readers get it.

Each room holds the rules of one idea; a rule is a small function that reads a Subject and yields what it finds.
"""

from __future__ import annotations

from postmortems.lint import (
    against_updates,
    content,
    moments,
    promises,
    rendering,
    reviewed,
    safety,
    scope,
    slips,
    told_times,
    wording,
    zones,
)
from postmortems.lint.findings import RULES, Finding, Severity
from postmortems.lint.subject import Subject

__all__ = ["ROOMS", "lint"]

ROOMS = (
    *(zones, moments, slips, against_updates, told_times, scope),
    *(content, wording, promises, safety, rendering, reviewed),
)
WORST_FIRST = list(Severity)


def lint(subject: Subject) -> list[Finding]:
    """All findings, the worst first, in the order of the rules."""
    found = [finding for rule in sorted(RULES) for finding in RULES[rule].findings(subject)]
    return sorted(found, key=lambda finding: WORST_FIRST.index(finding.severity))
