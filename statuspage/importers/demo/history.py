"""The demo: ninety days of an invented company, told through the services as its staff would have told them."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.db import transaction

from postmortems.draft import TEXTS
from postmortems.models import ActionTaken, Fact, Mitigation, Postmortem
from postmortems.services import publish_postmortem, save_draft, start_postmortem
from statuspage.components.models import Component, ComponentGroup, ComponentReport
from statuspage.components.services import report_components
from statuspage.components.status import Status
from statuspage.importers.demo.moments import Moments
from statuspage.incidents.models import Incident, IncidentUpdate, Tag
from statuspage.incidents.schedule import advance_maintenances
from statuspage.incidents.services import (
    backfill_incident,
    edit_incident,
    edit_update,
    open_incident,
    post_update,
    schedule_maintenance,
)
from statuspage.incidents.services_journal import note_down
from statuspage.incidents.services_tags import tag_incident
from statuspage.publishing.codes import ALPHABET, LENGTH
from statuspage.publishing.models import StatusPage

FOLDER = Path(__file__).parent
FIRST_DAY = "13 weeks ago, Monday 09:00"
Told = dict[str, Any]
Step = tuple[datetime, Callable[[], Any]]


class NotEmpty(Exception):
    """There is a history already; the message is a sentence for whoever asked."""


@transaction.atomic
def load(now: datetime) -> None:
    """Tell the whole history as seen from `now`, in the order in which it happened, or none of it.

    Only on an empty page: raises NotEmpty where components or incidents are there.
    """
    if Component.objects.exists() or Incident.objects.exists():
        raise NotEmpty("This page already has components or incidents; the demo history is for an empty one.")
    page = _read("page")
    StatusPage.objects.update(**{name: told for name, told in page.items() if isinstance(told, str)})
    story = Story(Moments(now, StatusPage.objects.get().zone))
    story.make_components([*page["group"], *page["component"]])
    story.tell(
        reports=page["report"],
        incidents=_read("incidents")["incident"],
        maintenances=_read("maintenances")["maintenance"],
    )
    story.write_postmortems(_read("postmortems")["postmortem"])
    story.give_tags(_read("tags")["tag"])


class Story:
    """The history being told: what it has made so far, by the keys of its files."""

    def __init__(self, moments: Moments) -> None:
        self.moments = moments
        self.components: dict[str, Component] = {}
        self.incidents: dict[str, Incident] = {}
        self.days: dict[str, str] = {}

    def make_components(self, listed: list[Told]) -> None:
        """Groups and components in the order of the list, all of them operational from the first day."""
        for position, told in enumerate(listed):
            if "component" not in told:
                self._make_component(told, None, position)
                continue
            first = self.moments.at(FIRST_DAY)
            group = ComponentGroup.objects.create(
                code=code_of(told["name"]), name=told["name"], position=position, created_at=first, updated_at=first
            )
            for inner, component in enumerate(told["component"]):
                self._make_component(component, group, inner)

    def _make_component(self, told: Told, group: ComponentGroup | None, position: int) -> None:
        start = told.get("start")
        first = self.moments.at(f"{start} 09:00" if start else FIRST_DAY)
        component = Component.objects.create(
            code=code_of(told["key"]),
            name=told["name"],
            description=told.get("description", ""),
            group=group,
            position=position,
            only_show_if_degraded=told.get("only_show_if_degraded", False),
            start_date=self.moments.day(start) if start else None,
            created_at=first,
            updated_at=first,
        )
        self.components[told["key"]] = component
        report_components({component: Status.OPERATIONAL}, source=ComponentReport.Source.STAFF, at=first)

    def tell(self, *, reports: list[Told], incidents: list[Told], maintenances: list[Told]) -> None:
        """Everything that was ever said, in the order in which it was said: overlapping incidents saw each other."""
        steps = [self._report_step(told) for told in reports]
        for told in incidents:
            steps += [self._backfill_step(told)] if "recorded" in told else self._incident_steps(told)
        for told in maintenances:
            steps += self._maintenance_steps(told)
        for _, say in sorted(steps, key=lambda step: step[0]):
            say()
        for key, incident in self.incidents.items():
            self._keep_codes(key, incident)

    def _report_step(self, told: Told) -> Step:
        at = self.moments.at(told["at"])
        said = {self.components[told["component"]]: told["status"]}
        return at, partial(report_components, said, source=ComponentReport.Source.STAFF, at=at)

    def _incident_steps(self, told: Told) -> Iterator[Step]:
        day = self.days[told["key"]] = told.get("day", "")
        first, *later = told["update"]
        yield self.moments.at(first["at"], day=day), partial(self._open, told, first)
        yield from self._update_steps(told["key"], later, day)
        for number, update in enumerate(told["update"]):
            if "edit" in update:
                at = self.moments.at(update["edit"]["at"], day=day)
                yield at, partial(self._edit, told["key"], number, update["edit"]["body"], at)

    def _update_steps(self, key: str, updates: list[Told], day: str) -> Iterator[Step]:
        for update in updates:
            at = self.moments.at(update["at"], day=day)
            if "until" in update or "rename" in update:
                until = self.moments.at(update["until"], day=day) if "until" in update else None
                yield at, partial(self._replan, key, update.get("rename"), until, at)
            yield at, partial(self._post, key, update, at)

    def _backfill_step(self, told: Told) -> Step:
        at = self.moments.at(told["recorded"], day=told["day"])
        return at, partial(self._backfill, told, at)

    def _maintenance_steps(self, told: Told) -> Iterator[Step]:
        announcement, *later = told["update"]
        start, end = (self.moments.at(told[edge], day=told["day"]) for edge in ("from", "until"))
        yield self.moments.at(announcement["at"], day=told["day"]), partial(self._schedule, told, start, end)
        yield from self._update_steps(told["key"], later, told["day"])
        for edge in (start, end):
            if told.get("by_clock") and edge <= self.moments.now:
                yield edge, partial(advance_maintenances, edge)

    def _open(self, told: Told, first: Told) -> None:
        day = told.get("day", "")
        self.incidents[told["key"]] = open_incident(
            name=told["name"],
            status=first["status"],
            body=first["body"],
            affected=self._affected(first),
            author=None,
            impact=told.get("impact"),
            started_at=self.moments.at(told["began"], day=day),
            at=self.moments.at(first["at"], day=day),
        )

    def _post(self, key: str, update: Told, at: datetime) -> None:
        affected = self._affected(update)
        post_update(
            self.incidents[key], status=update["status"], body=update["body"], affected=affected, author=None, at=at
        )

    def _edit(self, key: str, number: int, body: str, at: datetime) -> None:
        update = self.incidents[key].updates.all()[number]
        edit_update(update, body=body, seen=update.edits, editor=None, at=at)

    def _backfill(self, told: Told, at: datetime) -> None:
        self.incidents[told["key"]] = backfill_incident(
            name=told["name"],
            body=told["body"],
            resolution=told["resolution"],
            started_at=self.moments.at(told["began"], day=told["day"]),
            resolved_at=self.moments.at(told["ended"], day=told["day"]),
            affected=self._affected(told),
            author=None,
            impact=told.get("impact"),
            at=at,
        )

    def _schedule(self, told: Told, start: datetime, end: datetime) -> None:
        announcement = told["update"][0]
        self.incidents[told["key"]] = schedule_maintenance(
            name=told["name"],
            body=announcement["body"],
            scheduled_for=start,
            scheduled_until=end,
            components=[self.components[key] for key in told["components"]],
            author=None,
            runs_by_clock=told.get("by_clock", False),
            at=self.moments.at(announcement["at"], day=told["day"]),
        )

    def _replan(self, key: str, name: str | None, until: datetime | None, at: datetime) -> None:
        maintenance = Incident.objects.get(pk=self.incidents[key].pk)
        edit_incident(
            maintenance,
            name=name or maintenance.name,
            impact=None,
            started_at=maintenance.started_at,
            resolved_at=None,
            seen=maintenance.version,
            scheduled_for=maintenance.scheduled_for,
            scheduled_until=until or maintenance.scheduled_until,
            runs_by_clock=maintenance.runs_by_clock,
            at=at,
        )

    def _affected(self, update: Told) -> dict[Component, str]:
        return {self.components[key]: status for key, status in update.get("affected", {}).items()}

    def _keep_codes(self, key: str, incident: Incident) -> None:
        """The same addresses at every load, so that a link into the demo stays good; before anything shows them."""
        incident.refresh_from_db()
        incident.code = code_of(key)
        incident.save(update_fields=["code"])
        updates = list(incident.updates.all())
        for number, update in enumerate(updates):
            update.code = code_of(f"{key} {number}")
        IncidentUpdate.objects.bulk_update(updates, ["code"])

    def write_postmortems(self, postmortems: list[Told]) -> None:
        """What was learned, drafted and, where it is told when, published."""
        for told in postmortems:
            day = self.days[told["incident"]]
            postmortem = start_postmortem(self.incidents[told["incident"]])
            for note in told.get("note", []):
                self._note_down(postmortem.incident, note, day)
            save_draft(
                postmortem,
                texts={name: told[name] for name in TEXTS if name in told},
                facts=self._facts(postmortem, told, day),
                actions=[
                    ActionTaken(description=action["text"], taken_at=self.moments.at(action["at"], day=day))
                    for action in told["action"]
                ],
                mitigations=[self._mitigation(one) for one in told["mitigation"]],
            )
            if "published" in told:
                publish_postmortem(postmortem, author=None, at=self.moments.at(told["published"]), unchecked=True)

    def _note_down(self, incident: Incident, told: Told, day: str) -> None:
        note_down(
            incident,
            words=told["text"],
            by=None,
            at=self.moments.at(told["at"], day=day),
            starred=told.get("starred", False),
            noted_at=self.moments.now,
        )

    def give_tags(self, tags: list[Told]) -> None:
        """What incidents have in common, for readers or for the team alone."""
        for told in tags:
            Tag.objects.create(name=told["name"], slug=Tag.slug_of(told["name"]), public=told["public"])
        for key, incident in self.incidents.items():
            tag_incident(incident, names=",".join(told["name"] for told in tags if key in told["incidents"]))

    def _facts(self, postmortem: Postmortem, told: Told, day: str) -> list[Fact]:
        """What the record says, and beside or instead of it what the file says, in the order of the table."""
        facts = {fact.key: fact for fact in postmortem.facts.all()}
        detected = self.moments.at(told["detected"], day=day)
        facts[Fact.Key.DETECTED] = Fact(key=Fact.Key.DETECTED, at=detected, source=Fact.Source.TYPED)
        for key, words in told["facts"].items():
            facts[key] = Fact(key=key, typed=words, source=Fact.Source.TYPED)
        return [facts[key] for key in Fact.Key.values if key in facts]

    def _mitigation(self, told: Told) -> Mitigation:
        due = told.get("due")
        return Mitigation(
            description=told["text"],
            kind=told["kind"],
            owner=told["owner"],
            due_on=self.moments.day(due) if due else None,
            status=told["status"],
        )


def code_of(words: str) -> str:
    """A code that is always the same for the same words."""
    number = int.from_bytes(hashlib.sha256(words.encode()).digest())
    return "".join(ALPHABET[number // len(ALPHABET) ** place % len(ALPHABET)] for place in range(LENGTH))


def _read(name: str) -> Told:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
