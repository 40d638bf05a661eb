"""Whether the postmortem speaks of the same trouble as the record: what was affected, how badly, how many."""

from __future__ import annotations

import re
from collections.abc import Iterator

from postmortems.lint.findings import Fix, Hit, Severity, rule
from postmortems.lint.subject import Subject
from statuspage.components.status import SEVERITY, Status, worst
from statuspage.publishing.precision import Precision

AFFECTED = re.compile(
    r"(?:affected|impacted) (?:components|services|systems|products)"
    r"|(?:components|services|systems|products) (?:affected|impacted)",
    re.IGNORECASE,
)
OUTAGE = re.compile(r"\b(?:outage|unavailable|unavailability|down|downtime|offline)\b", re.IGNORECASE)
SLOWER = re.compile(r"\b(?:degrad\w+|slow\w*|latency|delays?|delayed)\b", re.IGNORECASE)
NUMBER = re.compile(
    r"\d|\b(?:no|none|nobody|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?"
    r"|thousands?|millions?|half|third|quarter|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)\b",
    re.IGNORECASE,
)


@rule("PM020", Severity.ERROR)
def another_list_of_what_was_affected(subject: Subject) -> Iterator[Hit]:
    """A fact lists what was affected, and the updates name other components."""
    for fact in subject.facts:
        if fact.key != "other" or not AFFECTED.fullmatch(fact.name.strip(" :")) or not subject.affected:
            continue
        named = {part.strip(" .").casefold() for part in re.split(r"[,;()\n]|\band\b| - |: ", fact.typed)}
        ours = {name.casefold(): name for one in subject.affected for name in (one.name, one.group) if name}
        missing = [
            one.name
            for one in subject.affected
            if not named & {one.name.casefold(), one.group.casefold()} - {""} and one.worst != Status.OPERATIONAL
        ]
        known = {name.casefold(): name for name in subject.components}
        besides = [known[name] for name in sorted(named & known.keys() - ours.keys())]
        said = [f"it leaves out {', '.join(missing)}"] if missing else []
        said += [f"no update names {', '.join(besides)}"] if besides else []
        if said:
            yield Hit(
                fact.place,
                f"“{fact.name}” is not what the updates say: {'; '.join(said)}.",
                Fix("Remove the fact: the page lists by itself what was affected. Or correct it."),
            )


@rule("PM021", Severity.WARNING)
def names_one_part_of_what_was_affected(subject: Subject) -> Iterator[Hit]:
    """Title and users impacted name one part of the page, while others were affected as well."""
    users = subject.fact("users_impacted")
    text = f"{subject.title}\n{users.typed if users else ''}"
    parts: dict[str, set[str]] = {}
    for one in subject.affected:
        if one.worst != Status.OPERATIONAL:
            parts.setdefault(one.group or one.name, set()).update({one.group, one.name} - {""})
    named = [part for part, names in parts.items() if any(_says(text, name) for name in names)]
    if len(named) == 1 and len(parts) > 1:
        others = ", ".join(part for part in parts if part != named[0])
        yield Hit(
            users.place if users else "/title",
            f"Title and users impacted speak of {named[0]} only; {others} {'was' if len(parts) == 2 else 'were'} "
            "affected as well.",
            Fix("Name all that was affected, or what its users noticed."),
        )


@rule("PM022", Severity.WARNING)
def another_word_for_how_bad_it_was(subject: Subject) -> Iterator[Hit]:
    """The impact says outage where nothing was down, or only slowness where something was."""
    fact = subject.fact("impact")
    if not fact or not fact.typed or fact.computed or not subject.affected:
        return
    recorded = worst(one.worst for one in subject.affected)
    says_outage, says_slower = OUTAGE.search(fact.typed), SLOWER.search(fact.typed)
    if says_outage and SEVERITY[recorded] < SEVERITY[Status.PARTIAL_OUTAGE] and not says_slower:
        yield Hit(
            fact.place,
            f"The impact says “{says_outage[0]}”, the worst that updates said of any component is “{recorded.label}”.",
            Fix("Use the word that fits what readers noticed."),
        )
    if says_slower and recorded == Status.MAJOR_OUTAGE and not says_outage:
        yield Hit(
            fact.place,
            f"The impact says “{says_slower[0]}”, but updates said “{recorded.label}” of a component.",
            Fix("Use the word that fits what readers noticed."),
        )


@rule("PM023", Severity.WARNING)
def nobody_counted(subject: Subject) -> Iterator[Hit]:
    """After a grave incident readers get a number of users impacted, not “all” or “some”."""
    users = subject.fact("users_impacted")
    words = users.typed if users else ""
    if subject.is_grave and not NUMBER.search(words):
        said = f"“{words}” is no number" if words.strip() else "Nothing says how many users were impacted"
        yield Hit(
            "/facts/users_impacted",
            f"{said}; an incident of {subject.impact} impact wants one.",
            Fix("Give a number or a share, such as “about 4 % of sign-ins”."),
        )


@rule("PM024", Severity.ERROR)
def still_open(subject: Subject) -> Iterator[Hit]:
    """Nobody can look back at what is not over."""
    if subject.is_open:
        yield Hit("/incident", "The incident is still open.", Fix("Resolve it before you publish its postmortem."))


@rule("PM025", Severity.INFO)
def told_otherwise_than_recorded(subject: Subject) -> Iterator[Hit]:
    """A fact that the record knows was told by hand, and otherwise."""
    recorded = {fact.key: fact for fact in subject.record}
    for fact in subject.facts:
        record = recorded.get(fact.key)
        if record is None or fact.computed or (fact.at, fact.day) == (record.at, record.day) != (None, None):
            continue
        if record.at and fact.span and fact.precision != Precision.EXACT and fact.span.holds(record.at):
            continue
        said = subject.told(fact) if fact.at else fact.typed or str(fact.day)
        known = subject.full(record.at) if record.at else record.typed or str(record.day)
        if said != known:
            yield Hit(fact.place, f"“{fact.name}” was told as “{said}”; the record says “{known}”.")


def _says(text: str, name: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE))
