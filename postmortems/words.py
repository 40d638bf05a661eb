"""By which words of its postmortem an incident is found: readers find what is published, the team all of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import TextField

from postmortems.models import Fact, Postmortem
from postmortems.report import FactLine, Report
from statuspage.incidents.models import SearchText
from statuspage.incidents.words import remember
from statuspage.publishing.markdown import plain


def remember_published(keys: Iterable[int]) -> None:
    """Keep what readers have of these postmortems; of what was withdrawn that is nothing."""
    found = Postmortem.objects.filter(pk__in=keys).select_related("published_revision")
    remember(SearchText.Source.POSTMORTEM, {one.incident_id: _public(one) for one in found})


def remember_drafts(keys: Iterable[int]) -> None:
    """Keep what the team wrote of these postmortems, in the transaction of whatever changes one."""
    found = Postmortem.objects.filter(pk__in=keys)
    found = found.prefetch_related("facts", "actions_taken", "mitigations", "comments", "steps")
    remember(SearchText.Source.DRAFT, {one.incident_id: _written(one) for one in found})


def _public(postmortem: Postmortem) -> Iterator[str]:
    """What readers have. The updates are the incident's own to tell, as they read now."""
    if postmortem.published_revision is None:
        return
    report = Report.from_snapshot(postmortem.published_revision.snapshot)
    yield report.title
    yield from (plain(section.html) for section in [*report.analysis, *report.closing])
    yield plain(report.further_html)
    yield from (plain(action.html) for action in report.actions)
    yield from (plain(entry.html) for entry in report.entries)
    for measure in report.mitigations:
        yield from (plain(measure.html), measure.owner)
    yield from map(_fact, report.facts)


def _fact(line: FactLine) -> str:
    """The words of a fact, without what every postmortem has: its times, and what these are called."""
    label = line.label if line.key == Fact.Key.OTHER else ""
    return f"{label} {'' if line.at or line.day else line.value} {line.typed}"


def _written(postmortem: Postmortem) -> Iterator[str]:
    """Everything that somebody wrote, as it was written, whoever is to read it. Addresses of people are no words."""
    texts = [field.name for field in Postmortem._meta.fields if isinstance(field, TextField)]
    yield from (getattr(postmortem, name) for name in texts)
    for fact in postmortem.facts.all():
        yield f"{fact.label} {fact.typed}"
    yield from (action.description for action in postmortem.actions_taken.all())
    for measure in postmortem.mitigations.all():
        yield from (measure.description, measure.owner, measure.reason)
    yield from (comment.words for comment in postmortem.comments.all())
    yield from (step.words for step in postmortem.steps.all())
