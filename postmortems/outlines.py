"""What a postmortem may be begun with: guidance beside each section, and words to begin with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from postmortems.draft import TEXTS, Draft
from postmortems.models import ActionTaken, Mitigation, Postmortem
from postmortems.models_writing import Template


@dataclass(frozen=True)
class Outline:
    """A template as a postmortem keeps it: changing or deleting the template later changes nothing that was begun."""

    key: str
    name: str
    about: str = ""
    guidance: Mapping[str, str] = field(default_factory=dict)
    start: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, postmortem: Postmortem) -> Outline:
        """The one that a postmortem was begun with; where nobody chose any, the full one's guidance."""
        return cls(**postmortem.outline) if postmortem.outline else cls("", "", guidance=FULL.guidance)

    def as_json(self) -> dict[str, Any]:
        """All of it, to be kept with the postmortem."""
        return asdict(self)

    def texts(self) -> dict[str, str]:
        """The texts as they begin."""
        return {name: self.start.get(name, "") for name in TEXTS}

    def actions(self) -> list[ActionTaken]:
        """The list of actions as it begins."""
        return [ActionTaken(description=line) for line in self._lines("actions")]

    def mitigations(self) -> list[Mitigation]:
        """The list of measures as it begins."""
        return [Mitigation(description=line) for line in self._lines("mitigations")]

    def is_as_begun(self, draft: Draft) -> bool:
        """Whether nobody has written anything yet; the facts, which the record knows, do not count."""
        began = Draft(self.texts(), draft.facts, self.actions(), self.mitigations())
        return began.marks() == draft.marks()

    def _lines(self, section: str) -> list[str]:
        return [line.strip() for line in self.start.get(section, "").splitlines() if line.strip()]


def all_outlines() -> list[Outline]:
    """Those that come along, and those of one's own."""
    return [*STOCK, *(_own(one) for one in Template.objects.prefetch_related("sections"))]


def outline_called(key: str) -> Outline:
    """The one of that key; the full one where there is none."""
    return next((one for one in all_outlines() if one.key == key), FULL)


def _own(template: Template) -> Outline:
    sections = list(template.sections.all())
    told = {one.section: one.guidance for one in sections if one.guidance.strip()}
    start = {one.section: one.start.replace("\r\n", "\n").strip() for one in sections if one.start.strip()}
    return Outline(f"own-{template.pk}", template.name, template.about, {**FULL.guidance, **told}, start)


FULL = Outline(
    "full",
    "Full",
    "Every section, for what was grave or taught much.",
    {
        "description": "What people noticed, where, and for how long: two or three sentences for a reader who knows "
        "nothing of it.",
        "root_cause": "How the system came to allow this. Write about systems and decisions, not about people: “the "
        "tool deleted both accounts”, rather than who pressed the button.",
        "contributing_factors": "What made it likelier, longer or harder to see: a missing alert, a busy day, an old "
        "page in the handbook.",
        "actions": "What the team did, in order: found, tried, changed, restored. What did not work belongs here too.",
        "mitigations": "What will keep it from happening again, show it sooner, or limit the harm. A measure with an "
        "owner and a day gets done; name a role or a team, not a person.",
        "lessons": "What went well, what did not, where luck helped.",
        "further": "Anything else readers should have. Begin each section with its own heading: “## Communication”.",
        "internal_notes": "For the team: evidence, names of systems, open questions.",
    },
    {
        "lessons": "### What went well\n\n[what worked as it should]\n\n### What went badly\n\n[what made it worse or "
        "longer]\n\n### Where luck helped\n\n[what could have been worse]",
    },
)
LIGHTWEIGHT = Outline(
    "lightweight",
    "Lightweight",
    "A page for what was short and small.",
    {
        **FULL.guidance,
        "description": "One sentence: when, what, for whom.",
        "root_cause": "One paragraph: what happened, and what let it happen.",
        "contributing_factors": "Only what surprised you; else leave it empty.",
        "actions": "The one or two steps that ended it.",
        "mitigations": "The one thing that is most worth doing, with an owner and a day.",
        "lessons": "One sentence for the next person on duty; else leave it empty.",
        "further": "Usually empty.",
    },
    {
        "description": "From [time] to [time], [what did not work] for [whom].",
        "root_cause": "[What happened], because [what allowed it].",
    },
)
CUSTOMER_FACING = Outline(
    "customers",
    "Customer-facing",
    "For readers who were hit, and want to know whether they can trust it again.",
    {
        **FULL.guidance,
        "description": "What your readers could not do, how many of them, and for how long, in their words. An apology "
        "belongs here, once.",
        "root_cause": "Enough for a reader to see that it is understood. Leave out inner names, and say no more of a "
        "weakness that is still open than is safe.",
        "contributing_factors": "Only what helps readers to understand why it took so long.",
        "actions": "What you did that readers could notice, and when.",
        "mitigations": "What you promise. They will hold you to it: only what has an owner and a day.",
        "lessons": "What you will do otherwise next time, seen from outside.",
        "further": "Answer what your readers will ask: is my data safe, do I have to do anything, whom do I ask?",
        "internal_notes": "What readers do not need: evidence, names of systems, who was told what.",
    },
    {
        "description": "From [time] to [time], [how many] of our customers could not [what they wanted to do]. "
        "We are sorry.",
        "further": "## What it means for you\n\n[whether data was lost or seen, and whether anybody has to do "
        "anything]\n\n## Whom to ask\n\n[where questions are answered]",
    },
)
STOCK = (FULL, LIGHTWEIGHT, CUSTOMER_FACING)
