"""Doing at the press of a button what a finding suggests."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction

from postmortems.checking import check
from postmortems.draft import TEXTS
from postmortems.lint import Finding
from postmortems.lint.findings import Change
from postmortems.models import Fact, Postmortem
from postmortems.row_forms import UNREADABLE
from postmortems.services import save_draft
from postmortems.typed_times import read_told
from statuspage.publishing.models import StatusPage
from statuspage.publishing.precision import Precision
from statuspage.team.models import User


@transaction.atomic
def fix_finding(
    postmortem: Postmortem, *, rule: str, place: str, seen: int, page: StatusPage, author: User | None = None
) -> Finding | None:
    """Do what the finding of a rule at a place suggests, and save the draft; None where there is none any more.

    It is found anew rather than taken from the page: what is changed is the text as it is saved. Raises as
    `save_draft` does, where `seen` is not the saved version.
    """
    wanted = (one for one in check(postmortem, page=page) if (one.rule, one.place) == (rule, place))
    finding = next((one for one in wanted if one.can_be_fixed), None)
    if finding is None or finding.fix is None:
        return None
    draft = _Draft(postmortem, page)
    for change in finding.fix.changes:
        draft.change(change)
    save_draft(
        postmortem,
        texts=draft.texts,
        facts=draft.facts,
        actions=draft.actions,
        mitigations=draft.measures,
        seen=seen,
        author=author,
    )
    return finding


class _Draft:
    """A whole draft, ready to be saved again."""

    def __init__(self, postmortem: Postmortem, page: StatusPage) -> None:
        self.zone = page.zone
        self.texts = {name: getattr(postmortem, name) for name in TEXTS}
        self.facts = list(postmortem.facts.all())
        self.actions = list(postmortem.actions_taken.all())
        self.measures = list(postmortem.mitigations.all())

    def change(self, change: Change) -> None:
        """Put in place what a change says; a place that is not there is left alone."""
        kind, _, which = change.place.removeprefix("/").partition("/")
        if kind in self.texts:
            self.texts[kind] = change.words
        elif kind == "actions":
            self.actions[int(which)].description = change.words
        elif kind == "mitigations":
            self.measures[int(which)].description = change.words
        elif kind == "facts":
            self._change_fact(self._fact(which), change)

    def _fact(self, which: str) -> Fact:
        kind, _, number = which.partition("/")
        return [fact for fact in self.facts if fact.key == kind][int(number or 0)]

    def _change_fact(self, fact: Fact, change: Change) -> None:
        fact.typed, fact.source = change.words, Fact.Source.TYPED
        if fact.key in Fact.TIMES:
            # Words that name no day were of the day of the moment that they were read as.
            day = fact.at.astimezone(self.zone).date() if fact.at else None
            told = read_told(change.words, self.zone, day=day) if change.words else None
            if change.words and told is None:
                raise ValidationError(UNREADABLE.format(change.words))
            fact.at, fact.until, fact.precision = (
                (told.at, told.until, told.precision) if told else (change.at, None, Precision.EXACT)
            )
        elif change.day:
            fact.day = change.day
