"""What people do with postmortems: every write, one verb each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from postmortems.chain import chained, text_sha256
from postmortems.checking import check
from postmortems.checklist import Checklist
from postmortems.draft import TEXTS, Clash, Draft, merge
from postmortems.models import ActionTaken, Fact, Mitigation, Postmortem, Proof, Rendition, Revision, Step
from postmortems.outlines import Outline
from postmortems.record import base_of, facts_of
from postmortems.report import Report, assemble, same_text
from postmortems.review import is_approved, last_look, needs_review, published_text
from postmortems.telling import take_back, was_told
from postmortems.trail import note
from postmortems.words import remember_drafts, remember_published
from statuspage.incidents.models import Incident
from statuspage.publishing.codes import new_code
from statuspage.publishing.markdown import validate_markdown
from statuspage.publishing.models import StatusPage
from statuspage.publishing.services import publish_soon
from statuspage.publishing.waking import wake_soon
from statuspage.publishing.wording import one_line
from statuspage.team.models import User

# Of a measure that is saved again: everything but which one it is.
KEPT = [field.name for field in Mitigation._meta.fields if field.name not in {"id", "postmortem", "code"}]
UNREASONED = "The checks warn of something. Mend it, or say why it is published all the same."
UNAPPROVED = "Somebody else has to approve this text before it is published: ask for a review."
OVERTAKEN = "The text is not the one that was approved: have it approved again before it is published."


class StalePostmortem(Exception):
    """Somebody else saved since the editor opened it; both texts are to be shown.

    `parts` are those which both wrote, with the marks of what is saved of them.
    """

    def __init__(self, parts: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.parts = dict(parts or {})


@transaction.atomic
def start_postmortem(incident: Incident, *, outline: Outline | None = None) -> Postmortem:
    """Begin the postmortem of an incident, its facts prefilled from the record; the one there is, if there is one.

    With an outline it begins with the words of that template, and keeps its guidance.
    """
    postmortem, created = Postmortem.objects.get_or_create(incident=incident)
    if created:
        # As it is now, not as the caller happens to remember it.
        incident = Incident.objects.prefetch_related("updates").get(pk=incident.pk)
        facts = facts_of(incident, zone=StatusPage.objects.get().zone)
        for fact in facts:
            fact.postmortem = postmortem
        Fact.objects.bulk_create(facts)
        postmortem.base = base_of(facts)
        postmortem.save(update_fields=["base"])
        if outline:
            _begin(postmortem, outline)
        remember_drafts([postmortem.pk])
    return postmortem


@transaction.atomic
def begin_with(postmortem: Postmortem, *, outline: Outline) -> Postmortem:
    """Begin with another template instead; raises ValidationError once anybody has written something."""
    postmortem = Postmortem.objects.select_for_update().get(pk=postmortem.pk)
    if not Outline.of(postmortem).is_as_begun(Draft.of(postmortem)):
        raise ValidationError("Something is written already, so it stays with the template it was begun with.")
    postmortem.version += 1
    _begin(postmortem, outline)
    remember_drafts([postmortem.pk])
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
    base: Mapping[str, str] | None = None,
    editor: str = "",
    author: User | None = None,
) -> Postmortem:
    """Replace the draft: texts by name, and the facts, actions and mitigations in the order given.

    Readers notice nothing until it is published. `seen` is the version that is replaced; raises StalePostmortem where
    it is another by now. People write at once: `base` are the marks of what this one began from, in the open form that
    calls itself `editor`, and raises StalePostmortem only where both wrote the same part; what others saved elsewhere
    stays. Raises ValidationError in the user's words. A text that differs from the approved one goes back into review;
    one that differs from what readers have is a draft again; one that says nothing new is not saved at all.
    """
    postmortem = Postmortem.objects.select_for_update().get(pk=postmortem.pk)
    if seen is not None and postmortem.version != seen:
        raise StalePostmortem
    saved = Draft.of(postmortem)
    mine = Draft(saved.texts | texts, list(facts), list(actions), list(mitigations))
    for name, text in mine.texts.items():
        _check_text(name, text)
    draft = mine if base is None else _merged(postmortem, mine, saved, base=base, editor=editor)
    if _says_the_same(draft, saved):
        return postmortem
    page = StatusPage.objects.get()
    before = text_sha256(assemble(postmortem, page=page))
    for name in TEXTS:
        setattr(postmortem, name, draft.texts[name])
    postmortem.version += 1
    postmortem.last_sent = {"editor": editor, "marks": mine.marks()} if editor else {}
    postmortem.save()
    _replace(postmortem.facts, draft.facts)
    _replace(postmortem.actions_taken, draft.actions)
    _keep(postmortem, draft.mitigations, at=timezone.now())
    now = text_sha256(assemble(postmortem, page=page))
    if now != before:
        _follow_text(postmortem, now, author)
    remember_drafts([postmortem.pk])
    return postmortem


@transaction.atomic
def follow_up(measure: Mitigation, *, status: str, reason: str = "", at: datetime | None = None) -> Mitigation:
    """Say how far a measure is; readers see it on the published postmortem.

    The draft and its version are left alone: whoever edits the text is not disturbed. Neither is the revision, nor its
    PDF: they say what was promised. What will not be done wants a reason, for the team; raises ValidationError else.
    """
    # Before the measure, as whoever saves the draft does: its words are found with the postmortem's.
    Postmortem.objects.select_for_update().get(pk=measure.postmortem_id)
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
    remember_drafts([measure.postmortem_id])
    if changes and measure.public and measure.postmortem.is_published:
        publish_soon(measure.postmortem, measure.postmortem.incident)
    return measure


@transaction.atomic
def publish_postmortem(
    postmortem: Postmortem,
    *,
    author: User | None,
    reason: str = "",
    minor: bool = False,
    at: datetime | None = None,
    seen: str | None = None,
    all_the_same: str = "",
    notify: bool = True,
    unchecked: bool = False,
) -> Revision:
    """Make the draft what readers get, as a new revision; its PDF is owed and made by a worker.

    The first publication sets the posted time. `seen` is the `last_look` that somebody had; raises StalePostmortem
    where it would be another by now, be it for a draft that was saved or an entry that was starred. Raises
    ValidationError while the incident is open, while there is nothing to read, where nothing changed since the last
    publication, where the page wants an approval of exactly this text and there is none, while checks find an error,
    and while they warn and `all_the_same` gives no reason to publish nevertheless, which is kept with the revision.

    Subscribers are told once the PDF is there, unless `notify` says otherwise: of the newest revision alone, where one
    comes before they were told of the last. A `minor` correction is no news: readers' page does not speak of it, and it
    is told only in place of one that still was to be.
    `unchecked` is for what others published elsewhere: history comes in as it is, whatever we would say of it, and
    nobody is told.
    """
    at = at or timezone.now()
    postmortem = Postmortem.objects.select_for_update(of=("self",)).select_related("incident").get(pk=postmortem.pk)
    if postmortem.incident.is_open:
        raise ValidationError("The incident is still open. Resolve it before you publish its postmortem.")
    posted_at = postmortem.posted_at or at
    page = StatusPage.objects.get()
    report = assemble(postmortem, page=page, posted_at=posted_at)
    if seen is not None and last_look(postmortem, report) != seen:
        raise StalePostmortem
    if not (report.analysis or report.actions or report.mitigations or report.closing or report.further):
        raise ValidationError("There is nothing to read yet: write at least a description or the root cause.")
    last = postmortem.revisions.last()
    snapshot = report.snapshot()
    if last and same_text(last.snapshot, snapshot) and postmortem.is_published:
        raise ValidationError("Nothing has changed since the last publication.")
    if not unchecked:
        _check_approval(postmortem, report, page)
    overrides = [] if unchecked else _overridden(Checklist(check(postmortem, page=page, at=at)), all_the_same.strip())
    is_minor = minor and last is not None
    was_untold = take_back(postmortem)
    tells = notify and not unchecked and (was_untold or not is_minor)
    revision = Revision.objects.create(
        postmortem=postmortem,
        number=last.number + 1 if last else 1,
        snapshot=snapshot,
        sha256=chained(snapshot, last.sha256 if last else ""),
        previous_sha256=last.sha256 if last else "",
        author=author,
        reason=one_line(reason),
        minor=is_minor,
        overrides=overrides,
        created_at=at,
    )
    Rendition.objects.create(revision=revision, owes_notice=tells)
    Proof.objects.filter(postmortem=postmortem).delete()
    postmortem.state, postmortem.posted_at = Postmortem.State.PUBLISHED, posted_at
    postmortem.notified = tells or was_told(postmortem)
    postmortem.published_revision, postmortem.approval = revision, None
    postmortem.withdrawn_at, postmortem.withdrawal_reason = None, ""
    changed = ["state", "posted_at", "notified", "published_revision", "approval", "withdrawn_at", "withdrawal_reason"]
    postmortem.save(update_fields=changed)
    postmortem.editors.clear()
    remember_published([postmortem.pk])
    note(postmortem, Step.Kind.PUBLISHED, by=author, sha256=text_sha256(report), words=reason, at=at)
    publish_soon(postmortem, postmortem.incident)
    wake_soon("postmortems.tasks.render_due")
    return revision


@transaction.atomic
def withdraw_postmortem(
    postmortem: Postmortem, *, author: User | None, reason: str, at: datetime | None = None
) -> Postmortem:
    """Take it from readers, who get the reason in its place; its text and its revisions are kept for the team.

    Subscribers who were not told of it yet never are. It can be written on, and published again as the next revision.
    Raises ValidationError without a reason, and where readers have nothing.
    """
    reason = one_line(reason)
    if not reason:
        raise ValidationError("Say why it is withdrawn: readers get the reason in its place.")
    postmortem = Postmortem.objects.select_for_update(of=("self",)).select_related("incident").get(pk=postmortem.pk)
    if not postmortem.is_published:
        raise ValidationError("Readers have nothing of it.")
    take_back(postmortem)
    was = published_text(postmortem)
    postmortem.state, postmortem.published_revision, postmortem.approval = Postmortem.State.WITHDRAWN, None, None
    postmortem.withdrawn_at, postmortem.withdrawal_reason = at or timezone.now(), reason
    postmortem.notified = was_told(postmortem)
    # Whoever is about to publish it again reads first that it was withdrawn; an import leaves it alone.
    postmortem.version += 1
    postmortem.save()
    remember_published([postmortem.pk])
    note(postmortem, Step.Kind.WITHDRAWN, by=author, sha256=was, words=reason, at=at)
    publish_soon(postmortem, postmortem.incident)
    return postmortem


def _begin(postmortem: Postmortem, outline: Outline) -> None:
    postmortem.outline = outline.as_json()
    for name, text in outline.texts().items():
        setattr(postmortem, name, text)
    postmortem.save()
    _replace(postmortem.actions_taken, outline.actions())
    _replace(postmortem.mitigations, outline.mitigations())


def _merged(postmortem: Postmortem, mine: Draft, saved: Draft, *, base: Mapping[str, str], editor: str) -> Draft:
    last = postmortem.last_sent
    sent = last.get("marks", {}) if editor and last.get("editor") == editor else {}
    try:
        return merge(mine, saved, base=base, sent=sent)
    except Clash as clash:
        raise StalePostmortem(clash.parts) from clash


def _says_the_same(draft: Draft, saved: Draft) -> bool:
    statuses = {one.code: one.status for one in saved.mitigations}
    turned = any(not one.keeps_status and statuses.get(one.code) != one.status for one in draft.mitigations)
    return not turned and [*draft.marks().items()] == [*saved.marks().items()]


def _follow_text(postmortem: Postmortem, now: str, author: User | None) -> None:
    """Bring the state of a text that was edited into line with what it says now."""
    state, was = Postmortem.State, postmortem.state
    if author:
        postmortem.editors.add(author)
    if now == published_text(postmortem):
        postmortem.editors.clear()
        postmortem.state, postmortem.approval = state.PUBLISHED, None
    elif was in {state.APPROVED, state.IN_REVIEW}:
        is_approved_again = postmortem.approval is not None and postmortem.approval.sha256 == now
        postmortem.state = state.APPROVED if is_approved_again else state.IN_REVIEW
    else:
        postmortem.state = state.DRAFT
    postmortem.save(update_fields=["state", "approval"])
    if was != postmortem.state:
        note(postmortem, Step.Kind.EDITED, by=author, sha256=now)


def _check_approval(postmortem: Postmortem, report: Report, page: StatusPage) -> None:
    if needs_review(page) and not is_approved(postmortem, report):
        raise ValidationError(OVERTAKEN if postmortem.approval else UNAPPROVED)


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
    taken = set(Mitigation.objects.filter(code__in={one.code for one in measures}).values_list("code", flat=True))
    new: list[Mitigation] = []
    same: list[Mitigation] = []
    for position, measure in enumerate(measures):
        measure.postmortem, measure.position = postmortem, position
        kept = known.pop(measure.code, None)
        if kept is None:
            # Another's code, or one that stands twice in the list, would be another measure's name.
            measure.pk, measure.code = None, new_code() if measure.code in taken else measure.code
            taken.add(measure.code)
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
