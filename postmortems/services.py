"""What people do with postmortems: every write, one verb each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from postmortems.checking import check
from postmortems.checklist import Checklist
from postmortems.models import ActionTaken, Fact, Mitigation, Postmortem, Rendition, Revision
from postmortems.record import facts_of
from postmortems.report import assemble, same_text
from statuspage.incidents.models import Incident
from statuspage.publishing.codes import new_code
from statuspage.publishing.markdown import validate_markdown
from statuspage.publishing.models import StatusPage
from statuspage.publishing.services import publish_soon
from statuspage.publishing.waking import wake_soon
from statuspage.team.models import User

TEXTS = ("description", "root_cause", "contributing_factors", "lessons", "further", "internal_notes")

# Of a measure that is saved again: everything but which one it is.
KEPT = [field.name for field in Mitigation._meta.fields if field.name not in {"id", "postmortem", "code"}]
UNREASONED = "The checks warn of something. Mend it, or say why it is published all the same."


class StalePostmortem(Exception):
    """Somebody else saved since the editor opened it; both texts are to be shown."""


@transaction.atomic
def start_postmortem(incident: Incident) -> Postmortem:
    """Begin the postmortem of an incident, its facts prefilled from the record; the one there is, if there is one."""
    postmortem, created = Postmortem.objects.get_or_create(incident=incident)
    if created:
        # As it is now, not as the caller happens to remember it.
        incident = Incident.objects.get(pk=incident.pk)
        facts = facts_of(incident, zone=StatusPage.objects.get().zone)
        for fact in facts:
            fact.postmortem = postmortem
        Fact.objects.bulk_create(facts)
    return postmortem


@transaction.atomic
def save_draft(
    postmortem: Postmortem,
    *,
    texts: dict[str, str],
    facts: Sequence[Fact],
    actions: Sequence[ActionTaken],
    mitigations: Sequence[Mitigation],
    seen: int | None = None,
) -> Postmortem:
    """Replace the draft: texts by name, and the facts, actions and mitigations in the order given.

    Readers notice nothing until it is published. `seen` is the version the editor knew of; raises StalePostmortem
    where it is another by now, ValidationError in the user's words.
    """
    postmortem = Postmortem.objects.select_for_update().get(pk=postmortem.pk)
    if seen is not None and postmortem.version != seen:
        raise StalePostmortem
    for name in TEXTS:
        text = texts.get(name, getattr(postmortem, name))
        _check_text(name, text)
        setattr(postmortem, name, text)
    postmortem.version += 1
    postmortem.save()
    _replace(postmortem.facts, facts)
    _replace(postmortem.actions_taken, actions)
    _keep(postmortem, mitigations, at=timezone.now())
    return postmortem


@transaction.atomic
def follow_up(measure: Mitigation, *, status: str, reason: str = "", at: datetime | None = None) -> Mitigation:
    """Say how far a measure is; readers see it on the published postmortem.

    The draft and its version are left alone: whoever edits the text is not disturbed. Neither is the revision, nor its
    PDF: they say what was promised. What will not be done wants a reason, for the team; raises ValidationError else.
    """
    measure = (
        Mitigation.objects.select_for_update(of=("self",)).select_related("postmortem__incident").get(pk=measure.pk)
    )
    reason = reason.strip()
    if status == Mitigation.Status.WONT_DO and not reason:
        raise ValidationError({"reason": "Say why it will not be done."})
    changes = measure.status != status
    _turn(measure, status, at=at or timezone.now())
    measure.reason = reason if status == Mitigation.Status.WONT_DO else ""
    measure.save(update_fields=["status", "settled_at", "reason"])
    if changes and measure.public and measure.postmortem.is_published:
        publish_soon(measure.postmortem, measure.postmortem.incident)
    return measure


@transaction.atomic
def publish_postmortem(
    postmortem: Postmortem,
    *,
    author: User | None,
    reason: str = "",
    at: datetime | None = None,
    seen: int | None = None,
    all_the_same: str = "",
    unchecked: bool = False,
) -> Revision:
    """Make the draft what readers get, as a new revision; its PDF is owed and made by a worker.

    The first publication sets the posted time. `seen` is the version whose text was approved; raises StalePostmortem
    where it is another by now. Raises ValidationError while the incident is open, while there is nothing to read,
    where nothing changed since the last publication, while checks find an error, and while they warn and
    `all_the_same` gives no reason to publish nevertheless; the reason is kept with the revision.

    `unchecked` is for what others published elsewhere: history comes in as it is, whatever we would say of it.
    """
    at = at or timezone.now()
    postmortem = Postmortem.objects.select_for_update(of=("self",)).select_related("incident").get(pk=postmortem.pk)
    if seen is not None and postmortem.version != seen:
        raise StalePostmortem
    if postmortem.incident.is_open:
        raise ValidationError("The incident is still open. Resolve it before you publish its postmortem.")
    posted_at = postmortem.posted_at or at
    page = StatusPage.objects.get()
    report = assemble(postmortem, page=page, posted_at=posted_at)
    if not (report.analysis or report.actions or report.mitigations or report.closing or report.further):
        raise ValidationError("There is nothing to read yet: write at least a description or the root cause.")
    last = postmortem.revisions.last()
    snapshot = report.snapshot()
    if last and same_text(last.snapshot, snapshot) and postmortem.is_published:
        raise ValidationError("Nothing has changed since the last publication.")
    overrides = [] if unchecked else _overridden(Checklist(check(postmortem, page=page, at=at)), all_the_same.strip())
    revision = Revision.objects.create(
        postmortem=postmortem,
        number=last.number + 1 if last else 1,
        snapshot=snapshot,
        sha256=_chained(snapshot, last),
        previous_sha256=last.sha256 if last else "",
        author=author,
        reason=reason,
        overrides=overrides,
        created_at=at,
    )
    Rendition.objects.create(revision=revision)
    postmortem.state, postmortem.posted_at = Postmortem.State.PUBLISHED, posted_at
    postmortem.published_revision = revision
    postmortem.save(update_fields=["state", "posted_at", "published_revision"])
    publish_soon(postmortem, postmortem.incident)
    wake_soon("postmortems.tasks.render_due")
    return revision


def _replace(related: Any, rows: Sequence[Any]) -> None:
    related.all().delete()
    for position, row in enumerate(rows):
        row.pk, row.postmortem, row.position = None, related.instance, position
    related.model.objects.bulk_create(rows)


def _keep(postmortem: Postmortem, measures: Sequence[Mitigation], *, at: datetime) -> None:
    """Save the measures in the order given: those that are known by their code stay the same ones, the others are new.

    What only the list of measures knows of them, such as since when they are settled, is kept.
    """
    known = {one.code: one for one in postmortem.mitigations.select_for_update()}
    new: list[Mitigation] = []
    same: list[Mitigation] = []
    for position, measure in enumerate(measures):
        measure.postmortem, measure.position = postmortem, position
        kept = known.pop(measure.code, None)
        if kept is None:
            # Another's code, or one that stands twice in the list, would be another measure's name.
            measure.pk, measure.code = None, new_code()
            new.append(measure)
            continue
        status = kept.status if measure.keeps_status else measure.status
        measure.pk, measure.status = kept.pk, kept.status
        measure.settled_at, measure.reason = kept.settled_at, kept.reason
        _turn(measure, status, at=at)
        same.append(measure)
    postmortem.mitigations.filter(code__in=known).delete()
    Mitigation.objects.bulk_create(new)
    Mitigation.objects.bulk_update(same, KEPT)


def _turn(measure: Mitigation, status: str, *, at: datetime) -> None:
    """Give a measure its status; when it was settled is known of one that somebody has seen unsettled."""
    was_settled, measure.status = measure.is_settled, status
    if measure.is_settled != was_settled:
        measure.settled_at = at if measure.is_settled else None


def _check_text(name: str, text: str) -> None:
    try:
        validate_markdown(text)
    except ValidationError as error:
        raise ValidationError({name: error.messages}) from error


def _overridden(checks: Checklist, reason: str) -> list[dict[str, str]]:
    """What was warned of, each with the reason to publish all the same."""
    if checks.errors:
        raise ValidationError([finding.message for finding in checks.errors])
    warnings = checks.warnings
    if warnings and not reason:
        raise ValidationError([UNREASONED, *(finding.message for finding in warnings)])
    return [{"rule": one.rule, "place": one.place, "message": one.message, "reason": reason} for one in warnings]


def _chained(snapshot: dict[str, Any], last: Revision | None) -> str:
    """The hash of a revision covers the one before it: changing an old revision breaks every later one."""
    canonical = json.dumps(snapshot, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{last.sha256 if last else ''}\n{canonical}".encode()).hexdigest()
