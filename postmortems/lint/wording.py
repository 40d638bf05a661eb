"""How it is written: without blame, and without slips of the pen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from postmortems.lint.findings import Fix, Hit, Severity, rule
from postmortems.lint.subject import Passage, Subject

HANDLE = re.compile(r"(?<![\w@./`])@[A-Za-z][\w-]{1,38}\b(?!\.\w)")
# Words that English doubles rightly: “the day that that happened”, “it had had”.
DOUBLED = re.compile(r"\b(?!(?:that|had|is|do|who)\b)([a-z]+)[ \t]+\1\b(?!['’-])", re.IGNORECASE)
ARTICLES = re.compile(r"\b(?:[Aa]n?[ \t]+the|[Tt]he[ \t]+an?)\b(?!['’.:-])")
BETWEEN_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n")
LONG_ENOUGH = 6
# Part of an address or of a name in code.
ELSEWHERE = r"[\w./@:#`-]"


@rule("PM033", Severity.WARNING)
def blames_somebody(subject: Subject) -> Iterator[Hit]:
    """Words that judge people, and people by name: what is read as blame is not told the next time."""
    words = _any_of(subject.targets.blaming) if subject.is_english else None
    harmless = _any_of(subject.targets.blameless)
    owners = [
        Passage(f"/mitigations/{number}/owner", f"the owner of measure {number + 1}", measure.owner)
        for number, measure in enumerate(subject.measures)
        if measure.owner and measure.public
    ]
    written = "\n".join(passage.text for passage in (*subject.passages, *owners)).casefold()
    # A team may be large, and the names in one postmortem few.
    staff = _any_of(name for name in subject.staff if name.casefold() in written)
    for passage in (*subject.passages, *owners):
        text = harmless.sub("", passage.prose) if harmless else passage.prose
        found = [one[0] for pattern in (words, staff, HANDLE) if pattern for one in pattern.finditer(text)]
        if found:
            named = ", ".join(f"“{one}”" for one in dict.fromkeys(found))
            yield Hit(
                passage.place,
                f"{named} in {passage.name} may read as blame, or tell who it was.",
                Fix("Write about systems and decisions; name a role or a team."),
            )


@rule("PM039", Severity.WARNING)
def slips_of_the_pen(subject: Subject) -> Iterator[Hit]:
    """Doubled words, a sentence told twice, the name spelled in two ways. One proofreading, one finding."""
    slips: dict[str, str] = {}
    for words, passage in [*_doubled(subject), *_repeated(subject), *_misspelled(subject)]:
        slips.setdefault(f"{words} in {passage.name}", passage.place)
    if slips:
        told = list(slips)
        more = f" and {len(told) - 5} more" if len(told) > 5 else ""
        yield Hit(slips[told[0]], f"Slips of the pen: {', '.join(told[:5])}{more}.", Fix("Read it through once more."))


def _doubled(subject: Subject) -> Iterator[tuple[str, Passage]]:
    for passage in subject.passages if subject.is_english else ():
        for pattern in (DOUBLED, ARTICLES):
            for found in pattern.finditer(passage.prose):
                yield f"“{' '.join(found[0].split())}”", passage


def _repeated(subject: Subject) -> Iterator[tuple[str, Passage]]:
    seen: set[str] = set()
    for passage in (*subject.prose, *subject.told_actions, *subject.told_measures):
        for sentence in BETWEEN_SENTENCES.split(passage.prose):
            words = sentence.casefold().split()
            if len(words) >= LONG_ENOUGH and " ".join(words) in seen:
                yield f"“{sentence.strip()[:60]}” a second time", passage
            seen.add(" ".join(words))


def _misspelled(subject: Subject) -> Iterator[tuple[str, Passage]]:
    """The organisation's name in other letters. Only of a name with a capital inside: Harbour is also a harbour."""
    name = subject.organisation
    if not re.search(r"\w[A-Z]", name) or name.isupper():
        return
    pattern = re.compile(rf"(?<!{ELSEWHERE}){re.escape(name)}(?!{ELSEWHERE[:-1]}]\w|\w)", re.IGNORECASE)
    for passage in subject.passages:
        for found in pattern.finditer(passage.prose):
            if found[0] != name:
                yield f"“{found[0]}” for {name}", passage


def _any_of(words: Iterable[str]) -> re.Pattern[str] | None:
    known = sorted({re.escape(word) for word in words if word.strip()}, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(known)})(?!\w)", re.IGNORECASE) if known else None
