"""Whether somebody else has read what is to be published, and whether readers have it already."""

from __future__ import annotations

from collections.abc import Iterator

from postmortems.lint.findings import Fix, Hit, Severity, rule
from postmortems.lint.subject import Subject


@rule("PM060", Severity.WARNING)
def nobody_else_read_it(subject: Subject) -> Iterator[Hit]:
    """Nobody but its author approved it. Where the page demands that somebody does, publishing waits for it anyway."""
    if subject.standing.alone:
        yield Hit("/review", "Nobody but its author has approved this text.", Fix("Ask somebody for a review."))


@rule("PM061", Severity.WARNING)
def changed_since_it_was_approved(subject: Subject) -> Iterator[Hit]:
    """Somebody approved another text: it was edited since, or the incident's record was."""
    if subject.standing.overtaken:
        yield Hit("/review", "The text is not the one that was approved.", Fix("Have it approved again."))


@rule("PM062", Severity.INFO)
def readers_have_it_already(subject: Subject) -> Iterator[Hit]:
    """What readers would get is what they have: nobody is to be told of it again."""
    if subject.standing.unchanged:
        yield Hit("/review", "Readers have exactly this text already.")
