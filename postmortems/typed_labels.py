"""What people call the facts and sections of a postmortem, and which of ours they mean."""

from __future__ import annotations

import re

from postmortems.models import Fact

FILLERS = re.compile(r"\b(?:an?|at|date|event|incident|issue|of|on|outage|problem|service|the|time|was|were|when)\b")
FACTS = {
    Fact.Key.IMPACT: re.compile("impact"),
    Fact.Key.FREQUENCY: re.compile("frequency"),
    Fact.Key.USERS_IMPACTED: re.compile(
        "(?:number )?(?:client|customer|user)s? (?:affected|impacted)|(?:affected|impacted) (?:client|customer|user)s?"
    ),
    Fact.Key.STABLE: re.compile("mitigated|restored|stab(?:ility|le|ili[sz]ed)(?: restored)?"),
    Fact.Key.STARTED: re.compile("(?:impact )?(?:beg[ai]n|beginning|onset|start(?:ed|s)?)"),
    Fact.Key.DETECTED: re.compile("detect(?:ed|ion)|discover(?:ed|y)|noticed"),
    Fact.Key.RESOLVED: re.compile("(?:impact )?(?:end(?:ed|ing)?|finish(?:ed)?|fixed|resolved)"),
}

SECTIONS = {
    "description": """
        (?:(?:brief|executive|high level|incident|issue|event|outage|problem) )?(?:description|overview|summary)
        (?:description|overview|summary) of (?:the )?(?:event|incident|issue|outage|problem)
        what happened|tl ?dr
    """,
    "root_cause": """
        (?:the )?root causes?(?: analysis| identified)?|root causes? of (?:the )?(?:event|incident|issue|outage|problem)
        causes?|cause of (?:the )?(?:event|incident|issue|outage|problem)|rca
        why (?:did )?(?:it|this) happen(?:ed)?|what caused (?:it|(?:the|this) (?:event|incident|issue|outage|problem))
    """,
    "contributing_factors": """
        contribut(?:ing|ory) (?:causes|conditions|factors)
    """,
    "actions": """
        (?:immediate )?actions? taken|steps taken|corrective actions? taken
        (?:our |incident )?(?:recovery|remediation|resolution|response)(?: actions| steps)?
        (?:resolution|response) and (?:recovery|remediation)
        how (?:did )?we (?:fix(?:ed)?|resolved?|respond(?:ed)?)(?: to)?(?: it| this| the (?:incident|issue|problem))?
    """,
    "mitigations": """
        mitigations?(?: actions| measures| plan| steps)?
        (?:future )?action items?|action plan|follow ?ups?(?: actions?| items?| steps?| tasks?)?
        (?:future )?prevent(?:at)?ive (?:actions|measures|steps)|(?:future )?prevention(?: measures| steps)?
        corrective (?:actions|measures)|corrective and prevent(?:at)?ive (?:actions|measures)
        next steps|future (?:actions|measures|steps|work)|remediation (?:items|plan)|(?:planned )?improvements
        what (?:are we|we are|we re|will we|we will) (?:do|doing)(?: (?:about it|next))?
    """,
    "lessons": """
        lessons?(?: we(?: have| ve)?)?(?: learned| learnt)?|(?:key )?(?:learnings|takeaways)
        what (?:did we learn|we(?: have| ve)? learn(?:ed|t))
    """,
}
_SECTION_PATTERNS = {
    field: re.compile("|".join(line.strip() for line in lines.strip().splitlines()))
    for field, lines in SECTIONS.items()
}
OTHER_SECTIONS = re.compile(
    "timeline(?: of events)?|what went (?:poorly|well|wrong)|where we got lucky|background|detection|impact"
    "|(?:affected|impacted) (?:components|customers|products|services|users)|appendix|glossary|references|notes"
)


def section_meant(heading: str) -> str | None:
    """The field of ours that a heading names; None where it is none of them."""
    words = _words(heading)
    return next((field for field, pattern in _SECTION_PATTERNS.items() if pattern.fullmatch(words)), None)


def is_usual_heading(text: str) -> bool:
    """Whether postmortems often have a section of that name, though we have no field for it."""
    return bool(OTHER_SECTIONS.fullmatch(_words(text)))


def fact_meant(label: str) -> Fact.Key | None:
    """The fact of ours that a label names, as “Time/Date Stability Restored” does; None where it is none of them."""
    words = _words(label)
    left = " ".join(FILLERS.sub(" ", words).split())
    if not left and re.search(r"\bdate\b", words):
        return Fact.Key.DATE
    if left == "resolution" and re.search(r"\b(?:date|time)\b", words):
        return Fact.Key.RESOLVED
    return next((key for key, pattern in FACTS.items() if pattern.fullmatch(left)), None)


def _words(text: str) -> str:
    """Lower case, words only, without the number that may stand before a heading."""
    return " ".join(re.findall(r"[a-z]+", re.sub(r"^\W*\d+[.)]", "", text.lower().replace("&", " and "))))
