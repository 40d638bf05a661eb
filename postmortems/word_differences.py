"""What is told otherwise in two versions of a postmortem: by section, word for word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from postmortems.checklist import NAMES
from postmortems.report import MitigationLine, Report
from statuspage.publishing import times

# A word with the blanks after it, or the end of a line or a paragraph.
WORD = re.compile(r"\n\s*|[^\s]+[^\S\n]*|[^\S\n]+")
# From so many comparisons on, lines are compared instead of words.
MOST = 20_000_000


@dataclass(frozen=True)
class Difference:
    """One section in two versions."""

    title: str
    old: str
    new: str

    @property
    def html(self) -> SafeString:
        """The text of both; what went and what came is marked, also for whoever hears it."""
        return mark_safe("".join(_marked(self.old, self.new)))  # noqa: S308 - escaped piece by piece


def compare(old: Report, new: Report) -> list[Difference]:
    """The sections that do not read the same, in the order of the page."""
    before, after = _sections(old), _sections(new)
    return [Difference(title, before[title], after[title]) for title in before if before[title] != after[title]]


def _marked(old: str, new: str) -> Iterator[str]:
    before, after = WORD.findall(old), WORD.findall(new)
    if len(before) * len(after) > MOST:
        before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    matcher = SequenceMatcher(None, [*map(_key, before)], [*map(_key, after)], autojunk=False)
    for verb, first, last, start, end in matcher.get_opcodes():
        if verb == "equal":
            yield format_html("{}", "".join(after[start:end]))
            continue
        if first != last:
            # The word before may stand at the end now, without the blank that this one needs.
            gap = (
                " " if first and start and before[first - 1][-1:] == " " and not after[start - 1][-1:].isspace() else ""
            )
            went = gap + "".join(before[first:last])
            yield format_html('<del><span class="hidden">removed: </span>{}</del>', went)
        if start != end:
            yield format_html('<ins><span class="hidden">added: </span>{}</ins>', "".join(after[start:end]))


def _key(word: str) -> str:
    """How words are spaced is no difference; where a line or a paragraph ends is one."""
    return word.strip() or "\n" * min(word.count("\n"), 2)


def _sections(report: Report) -> dict[str, str]:
    """Each section's words, by its name at the desk."""
    return {
        "Title": report.title,
        NAMES["facts"]: "\n".join(f"{fact.name}: {fact.value}" for fact in report.facts),
        NAMES["description"]: report.description,
        NAMES["root_cause"]: report.root_cause,
        NAMES["contributing_factors"]: report.contributing_factors,
        NAMES["entries"]: "\n".join(f"{times.full(one.at, report.zone)}: {one.words}" for one in report.entries),
        NAMES["actions"]: _numbered([one.description for one in report.actions]),
        NAMES["mitigations"]: _numbered([_promise(one) for one in report.mitigations]),
        NAMES["lessons"]: report.lessons,
        NAMES["further"]: report.further,
        "Measured from the record": "\n".join(f"{one.name}: {one.told}" for one in report.measures),
        "Updates": "\n\n".join(
            f"{one.label}, {times.full(one.posted_at, report.zone)}\n{one.body}" for one in report.updates
        ),
        "What was affected": report.affects,
    }


def _promise(measure: MitigationLine) -> str:
    due = measure.due_on and f"due {times.short_day(measure.due_on)}"
    details = [measure.kind_label, measure.owner, due, measure.status_label, measure.tracker_url]
    return f"{measure.description} ({', '.join(one for one in details if one)})"


def _numbered(lines: list[str]) -> str:
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, start=1))
