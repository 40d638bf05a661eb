"""Who has to approve a postmortem, who may, and what their approval is still worth. Pure questions."""

from __future__ import annotations

from django.db.models import Q

from postmortems.chain import text_sha256
from postmortems.lint.subject import Standing
from postmortems.models import Postmortem, Step
from postmortems.report import EntryLine, Report, assemble
from statuspage.publishing.models import StatusPage
from statuspage.team.models import User


def needs_review(page: StatusPage) -> bool:
    """Whether nobody may publish alone."""
    if page.review_postmortems == StatusPage.Review.AS_NEEDED:
        return _is_team()
    return page.review_postmortems == StatusPage.Review.ALWAYS


def why_not_reviewer(postmortem: Postmortem, user: User | None) -> str:
    """Why somebody's approval would be no second pair of eyes; empty where it is one.

    Whoever wrote some of it is none, unless all have: then two of them have exactly this text before them, one who asks
    and one who approves.
    """
    if user is None:
        return ""
    asked = postmortem.steps.filter(kind=Step.Kind.ASKED).last()
    if asked and asked.by_id == user.pk:
        return "You asked for this review. Somebody else has to read it."
    if postmortem.editors.contains(user):
        why = "You edited this text. Somebody else has to read it{}."
    elif _tells_of_theirs(postmortem, user):
        why = "Its timeline has an entry that you noted or starred. Somebody else has to read it{}."
    else:
        return ""
    if _have_all_written(postmortem):
        return "" if asked and asked.sha256 == _now(postmortem) else why.format(", or ask you to, as it is now")
    return why.format("")


def is_approved(postmortem: Postmortem, report: Report) -> bool:
    """Whether exactly this text was approved."""
    return postmortem.approval is not None and postmortem.approval.sha256 == text_sha256(report)


def last_look(postmortem: Postmortem, report: Report) -> str:
    """What somebody about to publish has before them: exactly this text, and whether it was taken from readers before.

    A withdrawal leaves the text alone, and yet nobody is to undo it without having read of it.
    """
    withdrawn_at = postmortem.withdrawn_at
    return text_sha256(report) + (f" {withdrawn_at.isoformat()}" if withdrawn_at else "")


def published_text(postmortem: Postmortem) -> str:
    """The hash of the text that readers have; empty where they have none."""
    revision = postmortem.published_revision
    return text_sha256(Report.from_snapshot(revision.snapshot)) if revision else ""


def standing_of(postmortem: Postmortem, *, page: StatusPage) -> Standing:
    """What the rules of publication have to know. Where there is nothing to compare with, nothing is asked."""
    may_be_alone = page.review_postmortems == StatusPage.Review.NEVER and _is_team()
    if not (may_be_alone or postmortem.approval_id or postmortem.is_published):
        return Standing()
    now = text_sha256(assemble(postmortem, page=page))
    unchanged = now == published_text(postmortem)
    approval = postmortem.approval
    approved = approval is not None and approval.sha256 == now
    return Standing(
        alone=may_be_alone and not unchanged and not (approval and approved and _is_second(postmortem, approval)),
        overtaken=approval is not None and not approved,
        unchanged=unchanged,
    )


def _have_all_written(postmortem: Postmortem) -> bool:
    """Whether everybody who could read it wrote some of it."""
    others = User.objects.filter(is_active=True, is_staff=True).exclude(pk__in=postmortem.editors.all())
    return all(_tells_of_theirs(postmortem, one) for one in others)


def _now(postmortem: Postmortem) -> str:
    return text_sha256(assemble(postmortem, page=StatusPage.objects.get()))


def _tells_of_theirs(postmortem: Postmortem, user: User) -> bool:
    """Whether somebody noted or starred an entry that would be new to readers."""
    last = postmortem.revisions.last()
    known = Report.from_snapshot(last.snapshot).entries if last else []
    theirs = postmortem.incident.journal.filter(Q(by=user) | Q(starred_by=user), starred=True)
    return any(line not in known for line in map(EntryLine.of, theirs))


def _is_second(postmortem: Postmortem, approval: Step) -> bool:
    return approval.by is not None and not why_not_reviewer(postmortem, approval.by)


def _is_team() -> bool:
    return User.objects.filter(is_active=True, is_staff=True)[:2].count() > 1
