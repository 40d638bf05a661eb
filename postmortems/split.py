"""Splitting the text of a postmortem into our fields. Nothing is dropped: what is not recognised stays as text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from postmortems.models import Fact
from postmortems.typed_labels import fact_meant, is_usual_heading, section_meant

FENCE = re.compile(r" {0,3}(```|~~~)")
ATX = re.compile(r" {0,3}(#{1,6})\s+(.*)")
SETEXT = re.compile(r" {0,3}(={3,}|-{3,})\s*")
BOLD = re.compile(r" {0,3}\*\*([^*]+)\*\*:?")
LABEL = re.compile(r"\s*(?:[-*+•]\s+)?(\*\*)?([^\W_][^:*|]{0,79}?)\s{0,4}(?:\*\*\s*:|:\s*\*\*|:)\s+(\S.*)")
ITEM = re.compile(r"(\s*)([-*+•–]|(\d{1,3})[.)])(?:\s+(.*))?")
SMALL_WORDS = {*("a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "our", "the", "to", "we", "with")}
MOST_FACTS = 50
LISTS = ("actions", "mitigations")
# As weak as a heading can be: a line in bold, or one that ends in a colon.
WEAKEST = 7


@dataclass(frozen=True)
class SplitFact:
    """A fact that was told as “label: value”, in the words of its author."""

    key: Fact.Key
    label: str
    typed: str


@dataclass(frozen=True)
class Split:
    """A postmortem's text in our fields. `headings` are those that a field's own name replaces."""

    facts: list[SplitFact] = field(default_factory=list)
    description: str = ""
    root_cause: str = ""
    contributing_factors: str = ""
    actions: list[str] = field(default_factory=list)
    mitigations: list[str] = field(default_factory=list)
    lessons: str = ""
    further: str = ""
    headings: list[str] = field(default_factory=list)


@dataclass
class _Section:
    """A heading and the lines below it. Without a field it is one of those that go further below."""

    meant: str
    title: str = ""
    level: int = 0
    lines: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Heading:
    """A heading found, how strong it is, how many lines it took, and what stood behind its colon."""

    title: str
    level: int
    height: int = 1
    text: str = ""


def split(body: str) -> Split:
    """The facts, sections and lists of a postmortem written in Markdown or plain text.

    Facts are lines such as “Frequency: Sustained” before the first heading. A section is known by its heading,
    whether that is Markdown, bold, or ends in a colon; the items of a list become items, and text around the list
    goes further below, under the same heading. A text without any of this is the description.
    """
    lines = _plain(body).split("\n")
    facts: list[SplitFact] = []
    sections = list(_sections(lines, facts))
    texts: dict[str, list[str]] = {}
    items: dict[str, list[str]] = {name: [] for name in LISTS}
    for section in sections:
        if section.meant in LISTS:
            found, around = _items(section.lines)
            items[section.meant] += found
            if around:
                texts.setdefault("further", []).append(_headed(section.title, around))
        elif section.meant:
            texts.setdefault(section.meant, []).append(_joined(section.lines))
        else:
            texts.setdefault("further", []).append(_headed(section.title, _joined(section.lines)))
    text = {name: "\n\n".join(part for part in parts if part) for name, parts in texts.items()}
    return Split(
        facts=facts,
        description=text.get("description", ""),
        root_cause=text.get("root_cause", ""),
        contributing_factors=text.get("contributing_factors", ""),
        actions=items["actions"],
        mitigations=items["mitigations"],
        lessons=text.get("lessons", ""),
        further=text.get("further", ""),
        headings=[section.title for section in sections if section.meant and section.title],
    )


def _plain(body: str) -> str:
    return body.replace("\r\n", "\n").replace("\r", "\n").replace("\N{NO-BREAK SPACE}", " ").expandtabs(4)


def _joined(lines: Iterable[str]) -> str:
    text = "\n".join(line.rstrip() for line in lines).strip("\n")
    return text if "```" in text or "~~~" in text else re.sub(r"\n{3,}", "\n\n", text)


def _headed(title: str, text: str) -> str:
    return f"## {title}\n\n{text}".rstrip()


def _sections(lines: list[str], facts: list[SplitFact]) -> Iterator[_Section]:
    """The text cut at its headings; the facts told before the first of them are put aside."""
    section = _Section("description")
    opening, told, index = True, False, 0
    fenced = _fenced(lines)
    while index < len(lines):
        line, before = lines[index], lines[index - 1] if index else ""
        heading = None if fenced[index] else _heading(lines, index, opening or not before.strip())
        if heading and _begins_section(heading, section, opening):
            yield section
            section = _Section(section_meant(heading.title) or "", heading.title, heading.level)
            if heading.text:
                section.lines.append(heading.text)
            else:
                opening = False
            told, index = False, index + heading.height
        elif opening and not fenced[index] and (fact := _fact(line, facts, told)):
            facts.append(fact)
            told, index = True, index + 1
        elif told and before.strip() and line.startswith("  ") and _fits(facts[-1].typed, line):
            last = facts[-1]
            facts[-1] = SplitFact(last.key, last.label, f"{last.typed} {line.strip()}")
            index += 1
        else:
            section.lines.append(line)
            told, index = told and not line.strip(), index + 1
    yield section


def _begins_section(heading: _Heading, section: _Section, opening: bool) -> bool:
    """A heading of ours always does; another one does unless it stands below the section's own, or on top of all."""
    if section_meant(heading.title):
        return True
    if opening and not section.level:
        return any(line.strip() for line in section.lines)
    return not section.level < heading.level or section.level == WEAKEST


def _heading(lines: list[str], index: int, paragraph_begins: bool) -> _Heading | None:
    line, after = lines[index], lines[index + 1] if index + 1 < len(lines) else ""
    text = line.strip()
    if not text:
        return None
    if found := ATX.fullmatch(line):
        title = re.sub(r"(?<=\s)#+$", "", found[2].rstrip())
        return _Heading(_title(title), len(found[1])) if title else None
    alone = not index or not lines[index - 1].strip()
    if alone and _may_be_title(text) and (found := SETEXT.fullmatch(after)):
        return _Heading(_title(text), 1 if found[1][0] == "=" else 2, height=2)
    if (found := BOLD.fullmatch(line.rstrip())) and (section_meant(found[1]) or _may_be_title(found[1])):
        return _Heading(_title(found[1]), WEAKEST)
    if line.startswith("    ") or ITEM.fullmatch(line):
        return None
    if text.endswith(":") and (section_meant(text) or (alone and (is_usual_heading(text) or _is_title(text[:-1])))):
        return _Heading(_title(text), WEAKEST)
    if alone and not after.strip() and section_meant(text) and _may_be_title(text):
        return _Heading(_title(text), WEAKEST)
    if paragraph_begins and ":" in line and (found := LABEL.fullmatch(line)) and section_meant(found[2]):
        return _Heading(found[2], WEAKEST, text=_value(found))
    return None


def _title(text: str) -> str:
    return text.strip().removeprefix("**").removesuffix("**").strip().removesuffix(":").strip()


def _may_be_title(text: str) -> bool:
    """Whether a line in bold or underlined is short enough, and no sentence."""
    return 0 < len(text.split()) <= 8 and text.rstrip()[-1] not in ".!?,;" and bool(re.search(r"[^\W_]", text))


def _is_title(text: str) -> bool:
    """Whether a line that ends in a colon announces a section, as “Customer Communication:” does."""
    words = re.findall(r"[^\W_][^\s/]*", text)
    capital = all(word[0].isupper() or word[0].isdigit() or word in SMALL_WORDS for word in words)
    return 2 <= len(words) <= 6 and capital and words[0][0].isupper() and not re.search(r"[.,;!?:|]", text)


def _fact(line: str, facts: list[SplitFact], told: bool) -> SplitFact | None:
    """The fact a line tells. A label nobody knows counts where it looks like one, or follows another fact."""
    found = LABEL.fullmatch(line) if ":" in line else None
    if not found or len(facts) >= MOST_FACTS or len(found[2].split()) > 6 or re.search(r"[.;!?]\s", found[2]):
        return None
    label, typed = found[2], _value(found)
    key = fact_meant(label)
    if not key and not (told or _is_title(label) or (label.isalpha() and label[0].isupper())):
        return None
    if not _fits(typed, ""):
        return None
    if not key or any(fact.key == key for fact in facts):
        key = Fact.Key.OTHER
    return SplitFact(key, label, typed)


def _value(found: re.Match[str]) -> str:
    # The second pair of stars belongs to the value's own bold text, unless it closes the label's.
    value = " ".join(found[3].split())
    return value if found[1] is None or "**" in found[0][: found.start(3)].split(found[2], 1)[1] else f"**{value}"


def _fits(typed: str, more: str) -> bool:
    return len(typed) + len(more) < 1000


def _items(lines: list[str]) -> tuple[list[str], str]:
    """The items of a list and the text around it; without any list, each paragraph is an item."""
    items: list[list[str]] = []
    around: list[str] = []
    number = base = inner = 0
    within = False
    fenced = _fenced(lines)
    for index, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        found = None if fenced[index] else ITEM.fullmatch(line)
        after_blank = not index or not lines[index - 1].strip()
        if found and (not items or indent < base + 2):
            base, inner, within = min(indent, base) if items else indent, found.start(4), True
            text, previous, number = found[4] or "", number, int(found[3] or 0)
            # A number that no list would give by itself means something to its author.
            counted = not found[3] or number in {1, previous, previous + 1}
            items.append([text if counted else f"{found[2]} {text}"])
        elif within and (not line.strip() or fenced[index] or indent >= base + 2 or not (after_blank or _marked(line))):
            items[-1].append(line[min(indent, max(inner, 0)) :])
        else:
            within = False
            around.append(line)
    found_items = [text for item in items if (text := _joined(item).strip())]
    if found_items:
        return found_items, _joined(around)
    text = _joined(around)
    parts = [text] if any(fenced) else re.split(r"\n\s*\n", text)
    return [part.strip("\n") for part in parts if part.strip()], ""


def _marked(line: str) -> bool:
    return bool(ATX.fullmatch(line) or BOLD.fullmatch(line.rstrip()))


def _fenced(lines: list[str]) -> list[bool]:
    """For each line, whether it stands in a fenced block of code, fences included."""
    found: list[bool] = []
    fence, since = "", 0
    for index, line in enumerate(lines):
        opened = FENCE.match(line)
        found.append(bool(fence or opened))
        if fence and line.strip() == fence:
            fence = ""
        elif opened and not fence:
            fence, since = opened[1], index
    # A fence that nobody closed is none: the rest of the text is not code.
    return found[:since] + [False] * (len(lines) - since) if fence else found
