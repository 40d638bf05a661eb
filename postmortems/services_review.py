"""What happens between an author and a reviewer: every write, one verb each."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from postmortems.chain import text_sha256
from postmortems.checking import check
from postmortems.lint import Severity
from postmortems.models import Comment, Postmortem, Step
from postmortems.report import assemble
from postmortems.review import needs_review, published_text, why_not_reviewer
from postmortems.services import StalePostmortem
from postmortems.trail import note
from postmortems.words import remember_drafts
from statuspage.publishing.models import StatusPage
from statuspage.team.models import User

NOT_IN_REVIEW = "Nobody has asked for a review of this text."
# What a reviewer need not see: nothing written yet. And what nobody should: secrets, and what is internal.
UNREVIEWABLE = ("PM030", "PM05")


@transaction.atomic
def ask_for_review(postmortem: Postmortem, *, by: User | None, words: str = "") -> Step:
    """Say that the text is ready for somebody else to read.

    Raises ValidationError where it was approved or is what readers have already, and where checks find that something
    is missing or unsafe; all else they find is the reviewer's to see.
    """
    postmortem, page = _locked(postmortem), StatusPage.objects.get()
    now = text_sha256(assemble(postmortem, page=page))
    if now == published_text(postmortem):
        raise ValidationError("Readers have exactly this text already.")
    if postmortem.approval and postmortem.approval.sha256 == now:
        raise ValidationError("This text is approved already.")
    errors = [one for one in check(postmortem, page=page) if one.severity == Severity.ERROR]
    if unfit := [one.message for one in errors if one.rule.startswith(UNREVIEWABLE)]:
        raise ValidationError(unfit)
    postmortem.state = Postmortem.State.IN_REVIEW
    postmortem.save(update_fields=["state"])
    return note(postmortem, Step.Kind.ASKED, by=by, sha256=now, words=words.strip())


@transaction.atomic
def approve(postmortem: Postmortem, *, by: User | None, sha256: str, words: str = "") -> Step:
    """Let exactly the text that was read be published.

    Raises StalePostmortem where the text is another by now, ValidationError where nobody asked for a review, and where
    the page wants a second pair of eyes and these are the first.
    """
    postmortem, page = _in_review(postmortem), StatusPage.objects.get()
    if text_sha256(assemble(postmortem, page=page)) != sha256:
        raise StalePostmortem
    if needs_review(page) and (why := why_not_reviewer(postmortem, by)):
        raise ValidationError(why)
    postmortem.approval = note(postmortem, Step.Kind.APPROVED, by=by, sha256=sha256, words=words.strip())
    postmortem.state = Postmortem.State.APPROVED
    postmortem.save(update_fields=["state", "approval"])
    return postmortem.approval


@transaction.atomic
def request_changes(postmortem: Postmortem, *, by: User | None, words: str) -> Step:
    """Give the text back to its author, with what is to be changed."""
    if not words.strip():
        raise ValidationError("Say what is to be changed.")
    postmortem = _in_review(postmortem)
    now = text_sha256(assemble(postmortem, page=StatusPage.objects.get()))
    postmortem.state, postmortem.approval = Postmortem.State.DRAFT, None
    postmortem.save(update_fields=["state", "approval"])
    return note(postmortem, Step.Kind.CHANGES, by=by, sha256=now, words=words.strip())


@transaction.atomic
def add_comment(postmortem: Postmortem, *, section: str, words: str, by: User | None) -> Comment:
    """Say something of one section."""
    if not words.strip() or section not in Comment.Section.values:
        raise ValidationError("Say something of one of the sections.")
    postmortem = _locked(postmortem)
    comment = Comment.objects.create(postmortem=postmortem, section=section, words=words.strip(), by=by)
    remember_drafts([postmortem.pk])
    return comment


@transaction.atomic
def settle_comment(comment: Comment, *, by: User | None) -> None:
    """Mark a comment as dealt with; the first to do so is remembered."""
    Comment.objects.filter(pk=comment.pk, settled_at=None).update(settled_at=timezone.now(), settled_by=by)


def _locked(postmortem: Postmortem) -> Postmortem:
    found = Postmortem.objects.select_for_update(of=("self",)).select_related("incident")
    return found.get(pk=postmortem.pk)


def _in_review(postmortem: Postmortem) -> Postmortem:
    postmortem = _locked(postmortem)
    if postmortem.state != Postmortem.State.IN_REVIEW:
        raise ValidationError(NOT_IN_REVIEW)
    return postmortem
