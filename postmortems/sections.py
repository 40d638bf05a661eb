"""A postmortem in the parts that a reviewer reads and speaks of, each as readers would get it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from postmortems.models import Comment
from postmortems.report import Report


@dataclass(frozen=True)
class ReviewedSection:
    """One section; without `part` where nothing was written in it."""

    key: str
    title: str
    part: Report | None
    comments: list[Comment]


def sections_of(report: Report, comments: Iterable[Comment]) -> list[ReviewedSection]:
    """Every section that says something or that somebody spoke of, in the order of the page."""
    told = list(comments)
    sections = [
        ReviewedSection(one.value, one.label, _part(report, one.value), [say for say in told if say.section == one])
        for one in Comment.Section
    ]
    return [one for one in sections if one.part or one.comments]


def _part(report: Report, key: str) -> Report | None:
    """The report with that section alone, so that the very template of the public page can show it."""
    words = getattr(report, key)
    if not (words.strip() if isinstance(words, str) else words):
        return None
    bare = replace(report, facts=[], measures=[], actions=[], mitigations=[], description="", root_cause="")
    bare = replace(bare, contributing_factors="", lessons="", further="", entries=[])
    return replace(bare, **{key: words})
