"""Loading a postmortem for its checks: the draft as it is saved, beside its incident's record. Pure reading."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.utils import timezone

from postmortems.lint import Finding, lint
from postmortems.lint.subject import Action, Affected, Entry, Measure, Subject, Update
from postmortems.lint.subject import Fact as ToldFact
from postmortems.lint.targets import Targets
from postmortems.models import Fact, Postmortem
from postmortems.pdf_text import said_in_words
from postmortems.record import facts_of, measured
from postmortems.review import standing_of
from statuspage.components.models import Component
from statuspage.components.status import worst
from statuspage.incidents.models import Incident
from statuspage.publishing.models import StatusPage
from statuspage.team.models import User


def check(
    postmortem: Postmortem, *, page: StatusPage, at: datetime | None = None, targets: Targets | None = None
) -> list[Finding]:
    """What there is to mend in a draft, the worst first, as of `at`."""
    return lint(subject_of(postmortem, page=page, at=at or timezone.now(), targets=targets or Targets()))


def subject_of(postmortem: Postmortem, *, page: StatusPage, at: datetime, targets: Targets) -> Subject:
    """A postmortem with everything that rules read, in a constant number of queries."""
    prefetch_related_objects([postmortem], "facts", "actions_taken", "mitigations")
    prefetch_related_objects([postmortem.incident], "updates__affected__component__group", "journal")
    incident, zone = postmortem.incident, page.zone
    subject = Subject(
        organisation=page.name,
        zone=zone,
        language=page.locale,
        title=incident.name,
        impact=incident.impact,
        started_at=incident.started_at,
        is_open=incident.is_open,
        updates=tuple(
            Update(update.status, update.display_at, update.body)
            for update in sorted(incident.updates.all(), key=lambda update: (update.display_at, *update.order))
            # What was announced is no news of how it went.
            if update.speaks
        ),
        affected=_affected(incident),
        components=_names(),
        record=_facts(facts_of(incident, zone=zone)),
        lengths=tuple(one.affected.total_seconds() for one in measured(incident, until=at) if one.affected),
        facts=_facts(postmortem.facts.all()),
        texts={
            "description": postmortem.description,
            "root_cause": postmortem.root_cause,
            "contributing_factors": postmortem.contributing_factors,
            "lessons": postmortem.lessons,
            "further": postmortem.further,
        },
        actions=tuple(Action(one.description, one.taken_at, one.public) for one in postmortem.actions_taken.all()),
        measures=tuple(
            Measure(one.description, one.kind, one.owner, one.due_on, one.status, one.tracker_url, one.public)
            for one in postmortem.mitigations.all()
        ),
        entries=tuple(Entry(one.words, one.at, one.starred) for one in incident.journal.all()),
        internal_notes=postmortem.internal_notes,
        begun=postmortem.outline.get("start", {}),
        posted_at=postmortem.posted_at,
        now=at,
        staff=_staff(),
        standing=standing_of(postmortem, page=page),
        targets=targets,
    )
    printed = "".join(passage.text for passage in subject.printed)
    return subject.with_changes(undrawable=frozenset(said_in_words(printed, added=settings.DATA_DIR)))


def _facts(facts: Iterable[Fact]) -> tuple[ToldFact, ...]:
    told: list[ToldFact] = []
    for fact in facts:
        others = sum(one.key == Fact.Key.OTHER for one in told)
        computed = fact.source == Fact.Source.COMPUTED
        told.append(
            ToldFact(
                *(fact.key, fact.name, fact.at, fact.day, fact.typed, computed, others), fact.precision, fact.until
            )
        )
    return tuple(told)


def _affected(incident: Incident) -> tuple[Affected, ...]:
    """Each component that an update named, with the worst that was said of it."""
    said: dict[int, list[Any]] = {}
    for update in incident.updates.all():
        for mention in update.affected.all() if update.speaks else []:
            said.setdefault(mention.component_id, []).append(mention)
    return tuple(
        Affected(
            mentions[-1].component.name,
            mentions[-1].component.group.name if mentions[-1].component.group else "",
            worst(mention.new_status for mention in mentions),
        )
        for mentions in said.values()
    )


def _names() -> frozenset[str]:
    """What the page calls its components and groups."""
    rows = Component.objects.filter(retired_at=None).values_list("name", "group__name")
    return frozenset(name for row in rows for name in row if name)


def _staff() -> tuple[str, ...]:
    """The full names of the team; a first name alone may be a word like any other."""
    rows = User.objects.exclude(first_name="").exclude(last_name="").values_list("first_name", "last_name")
    return tuple(" ".join(row) for row in rows)
