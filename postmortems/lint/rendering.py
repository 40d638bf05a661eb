"""Whether page and paper can show all that was written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from postmortems.lint.findings import Fix, Hit, Severity, rule
from postmortems.lint.subject import Subject
from statuspage.publishing.markdown import reason_against

PICTURE = re.compile(r"!\[([^\[\]\n]*)\]\([^()\n]*\)")
ANCHOR = re.compile(r"(?<!!)\[([^\[\]\n]+)\]\(\s*<?#([^()\s>]*)")


@rule("PM054", Severity.ERROR)
def pictures_and_links_that_lead_nowhere(subject: Subject) -> Iterator[Hit]:
    """Pictures are not shown, so that without words readers get nothing; and headings have no addresses to link to."""
    for passage in subject.passages:
        for found in PICTURE.finditer(passage.prose):
            if not found[1].strip():
                yield Hit(
                    passage.place,
                    f"A picture in {passage.name} has no words; readers get nothing of it.",
                    Fix("Say in words what it shows."),
                )
        for found in ANCHOR.finditer(passage.prose):
            yield Hit(
                passage.place,
                f"“{found[1]}” in {passage.name} links to “#{found[2]}”, which is nowhere on the page.",
                Fix("Write it without the link."),
            )


@rule("PM055", Severity.WARNING)
def paper_has_no_sign_for_it(subject: Subject) -> Iterator[Hit]:
    """A character that no font at hand can draw: the PDF says its name instead."""
    for passage in subject.printed if subject.undrawable else ():
        if missing := sorted(subject.undrawable.intersection(passage.text)):
            told = ", ".join(f"{sign} ({unicodedata.name(sign, f'U+{ord(sign):04X}').lower()})" for sign in missing[:5])
            more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
            yield Hit(
                passage.place,
                f"The PDF cannot draw {told}{more} in {passage.name}, and names it in words.",
                Fix("Use words or plain signs, or have a font for it installed."),
            )


@rule("PM056", Severity.ERROR)
def more_than_can_be_rendered(subject: Subject) -> Iterator[Hit]:
    """A text beyond what can be trusted to Markdown comes out as plain paragraphs."""
    for passage in (*subject.prose, *subject.told_actions, *subject.told_measures):
        if reason := reason_against(passage.text):
            yield Hit(passage.place, f"In {passage.name}: {reason}", Fix("Split or shorten the text."))
