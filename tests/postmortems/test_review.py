"""From draft to readers: somebody asks, somebody else approves exactly this text, and only that is published."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from postmortems.chain import text_sha256
from postmortems.checking import check
from postmortems.models import Comment, Postmortem, Step
from postmortems.report import assemble
from postmortems.services import OVERTAKEN, UNAPPROVED, StalePostmortem, publish_postmortem, save_draft
from postmortems.services_review import add_comment, approve, ask_for_review, request_changes, settle_comment
from statuspage.incidents.services import edit_update
from statuspage.incidents.services_journal import note_down, star
from statuspage.publishing.models import StatusPage
from statuspage.team.models import User
from tests.conftest import NOW
from tests.postmortems.conftest import MINUTE

POSTED = NOW + 60 * MINUTE


@pytest.fixture
def author(staff):
    return staff


@pytest.fixture
def reviewer(author):
    return User.objects.create_user("second@example.com", is_staff=True)


def edit(draft, *, by, **texts):
    parts = {"facts": draft.facts, "actions": draft.actions_taken, "mitigations": draft.mitigations}
    return save_draft(draft, texts=texts, author=by, **{name: list(rows.all()) for name, rows in parts.items()})


def hash_of(draft):
    draft = Postmortem.objects.get(pk=draft.pk)
    return text_sha256(assemble(draft, page=StatusPage.objects.get()))


def state_of(draft):
    return Postmortem.objects.get(pk=draft.pk).state


def publish(draft, *, by, **more):
    return publish_postmortem(draft, author=by, at=POSTED, **more)


def approved(draft, author, reviewer):
    ask_for_review(draft, by=author)
    approve(draft, by=reviewer, sha256=hash_of(draft))
    return draft


def rules_of(draft):
    found = check(Postmortem.objects.get(pk=draft.pk), page=StatusPage.objects.get(), at=POSTED)
    return {one.rule for one in found if one.rule >= "PM060"}


def test_the_whole_way_and_again_with_the_next_revision(draft, author, reviewer):
    edit(draft, by=author, lessons="One.")
    seen = [state_of(draft)]
    ask_for_review(draft, by=author, words="Please look at the cause.")
    seen.append(state_of(draft))
    approve(draft, by=reviewer, sha256=hash_of(draft))
    seen.append(state_of(draft))
    first = publish(draft, by=author)
    seen.append(state_of(draft))
    edit(draft, by=author, lessons="Two.")
    seen.append(state_of(draft))
    draft.refresh_from_db()
    assert draft.published_revision == first
    approved(draft, author, reviewer)
    seen.append(state_of(draft))
    assert publish(draft, by=author).number == 2
    assert seen == ["draft", "in_review", "approved", "published", "draft", "approved"]


def test_each_step_is_kept_with_who_what_which_text_and_the_words(draft, author, reviewer):
    edit(draft, by=author, lessons="One.")
    ask_for_review(draft, by=author, words=" Please. ")
    request_changes(draft, by=reviewer, words="Say when.")
    before = hash_of(draft)
    edit(draft, by=author, lessons="Two.")
    after = hash_of(approved(draft, author, reviewer))
    publish(draft, by=author)
    told = list(Step.objects.values_list("kind", "by", "sha256", "words"))
    assert told == [
        ("asked", author.pk, before, "Please."),
        ("changes", reviewer.pk, before, "Say when."),
        ("asked", author.pk, after, ""),
        ("approved", reviewer.pk, after, ""),
        ("published", author.pk, after, ""),
    ]
    assert before != after


def test_a_team_publishes_nothing_that_nobody_else_approved(draft, author, reviewer):
    with pytest.raises(ValidationError) as refusal:
        publish(draft, by=author)
    assert refusal.value.messages == [UNAPPROVED]
    approved(draft, author, reviewer)
    assert publish(draft, by=author).number == 1


def test_a_team_of_one_publishes_alone(draft, author):
    User.objects.create_user("guest@example.com")
    User.objects.create_user("left@example.com", is_staff=True, is_active=False)
    assert publish(draft, by=author).number == 1


def test_the_page_can_demand_a_review_of_a_team_of_one(draft, author):
    StatusPage.objects.update(review_postmortems="always")
    with pytest.raises(ValidationError, match="Somebody else has to approve"):
        publish(draft, by=author)


def test_the_page_can_let_a_team_publish_alone_and_the_checks_warn_of_it(draft, author, reviewer):
    StatusPage.objects.update(review_postmortems="never")
    edit(draft, by=author, lessons="One.")
    assert rules_of(draft) == {"PM060"}
    ask_for_review(draft, by=author)
    approve(draft, by=author, sha256=hash_of(draft))
    assert rules_of(draft) == {"PM060"}
    revision = publish(draft, by=author, all_the_same="Nobody is awake.")
    assert [one["rule"] for one in revision.overrides] == ["PM060"]
    assert rules_of(draft) == {"PM062"}


def test_where_another_one_approved_nothing_is_warned_of(draft, author, reviewer):
    StatusPage.objects.update(review_postmortems="never")
    edit(draft, by=author, lessons="One.")
    assert rules_of(approved(draft, author, reviewer)) == set()


@pytest.mark.parametrize("who", ["edited", "asked"])
def test_whoever_edited_it_last_or_asked_is_no_reviewer(draft, author, reviewer, who):
    editor, asker = (reviewer, author) if who == "edited" else (author, reviewer)
    edit(draft, by=editor, lessons="One.")
    ask_for_review(draft, by=asker)
    with pytest.raises(ValidationError, match="Somebody else has to read it"):
        approve(draft, by=reviewer, sha256=hash_of(draft))
    assert state_of(draft) == "in_review"


def test_nobody_who_wrote_any_of_it_is_a_reviewer_whoever_saved_last(draft, author, reviewer):
    third = User.objects.create_user("third@example.com", is_staff=True)
    edit(draft, by=author, lessons="One.")
    edit(draft, by=reviewer, lessons="One, and a comma.")
    ask_for_review(draft, by=reviewer)
    with pytest.raises(ValidationError, match="You edited this text"):
        approve(draft, by=author, sha256=hash_of(draft))
    assert approve(draft, by=third, sha256=hash_of(draft)).by == third


def test_where_all_have_written_one_of_them_asks_another_with_the_text_as_it_is(draft, author, reviewer):
    edit(draft, by=author, lessons="One.")
    ask_for_review(draft, by=author)
    edit(draft, by=reviewer, lessons="One, and a comma.")
    with pytest.raises(ValidationError, match="or ask you to, as it is now"):
        approve(draft, by=reviewer, sha256=hash_of(draft))
    with pytest.raises(ValidationError, match="You asked for this review"):
        approve(draft, by=author, sha256=hash_of(draft))
    request_changes(draft, by=author, words="Ask me, please.")
    ask_for_review(draft, by=reviewer)
    assert approve(draft, by=author, sha256=hash_of(draft)).by == author


@pytest.mark.parametrize("did", ["noted", "starred"])
def test_whoever_put_something_into_its_timeline_is_no_reviewer(draft, author, reviewer, did):
    ask_for_review(draft, by=author)
    noter, starrer = (reviewer, author) if did == "noted" else (author, reviewer)
    star(note_down(draft.incident, words="The spare was away.", by=noter, at=NOW), starred=True, by=starrer)
    with pytest.raises(ValidationError, match="an entry that you noted or starred"):
        approve(draft, by=reviewer, sha256=hash_of(draft))
    assert state_of(draft) == "in_review"


def test_what_readers_have_already_was_read_by_two(draft, author, reviewer):
    third = User.objects.create_user("third@example.com", is_staff=True)
    note_down(draft.incident, words="The spare was away.", by=reviewer, at=NOW, starred=True)
    edit(draft, by=reviewer, lessons="One.")
    publish(approved(draft, author, third), by=author, all_the_same="As said.")
    edit(draft, by=author, lessons="Two.")
    assert approved(draft, author, reviewer).revisions.count() == 1


def test_an_approval_is_of_the_text_that_was_read(draft, author, reviewer):
    ask_for_review(draft, by=author)
    read = hash_of(draft)
    edit(draft, by=author, lessons="Sneaked in.")
    with pytest.raises(StalePostmortem):
        approve(draft, by=reviewer, sha256=read)


def test_an_edit_after_approval_needs_another_one(draft, author, reviewer):
    approved(draft, author, reviewer)
    edit(draft, by=author, lessons="One more thing.")
    assert state_of(draft) == "in_review"
    assert Step.objects.last().kind == "edited"
    assert rules_of(draft) == {"PM061"}
    with pytest.raises(ValidationError) as refusal:
        publish(draft, by=author, all_the_same="It is only one thing.")
    assert refusal.value.messages == [OVERTAKEN]
    approve(draft, by=reviewer, sha256=hash_of(draft))
    assert rules_of(draft) == set()
    assert publish(draft, by=author).number == 1


def test_an_edit_that_is_taken_back_is_as_approved_as_before(draft, author, reviewer):
    approved(draft, author, reviewer)
    edit(draft, by=author, lessons="Other words.")
    edit(draft, by=author, lessons=draft.lessons)
    assert state_of(draft) == "approved"
    assert publish(draft, by=author).number == 1


def test_internal_words_can_change_without_another_approval(draft, author, reviewer):
    approved(draft, author, reviewer)
    edit(draft, by=reviewer, internal_notes="Call the painter.")
    assert state_of(draft) == "approved"
    assert publish(draft, by=author).number == 1


def test_a_correction_of_the_record_needs_another_approval(draft, author, reviewer):
    approved(draft, author, reviewer)
    edit_update(draft.incident.timeline()[0], body="All is well again.", seen=0, editor=author)
    assert rules_of(draft) == {"PM061"}
    with pytest.raises(ValidationError, match="not the one that was approved"):
        publish(draft, by=author, all_the_same="Small.")
    approved(draft, author, reviewer)
    assert publish(draft, by=author).number == 1


def test_a_published_text_that_is_edited_back_is_published_again(draft, author):
    publish(draft, by=author)
    edit(draft, by=author, lessons="Other words.")
    assert state_of(draft) == "draft"
    edit(draft, by=author, lessons=draft.lessons)
    assert state_of(draft) == "published"


def test_what_is_missing_or_unsafe_is_not_for_review_and_all_else_is(draft, author, reviewer):
    edit(draft, by=author, root_cause="")
    with pytest.raises(ValidationError, match="root cause"):
        ask_for_review(draft, by=author)
    edit(draft, by=author, root_cause="We used -----BEGIN RSA PRIVATE KEY----- for it.")
    with pytest.raises(ValidationError, match="key"):
        ask_for_review(draft, by=author)
    edit(draft, by=author, root_cause="At 03:07 PST the gate fell.")
    ask_for_review(draft, by=author)


def test_there_is_nothing_to_ask_or_answer_where_nothing_waits(draft, author, reviewer):
    with pytest.raises(ValidationError, match="Nobody has asked"):
        approve(draft, by=reviewer, sha256=hash_of(draft))
    with pytest.raises(ValidationError, match="Nobody has asked"):
        request_changes(draft, by=reviewer, words="Why?")
    approved(draft, author, reviewer)
    with pytest.raises(ValidationError, match="approved already"):
        ask_for_review(draft, by=author)
    publish(draft, by=author)
    with pytest.raises(ValidationError, match="Readers have exactly this"):
        ask_for_review(draft, by=author)


def test_changes_are_asked_for_in_words(draft, author, reviewer):
    ask_for_review(draft, by=author)
    with pytest.raises(ValidationError, match="what is to be changed"):
        request_changes(draft, by=reviewer, words=" ")
    request_changes(draft, by=reviewer, words="Say when.")
    assert state_of(draft) == "draft"


def test_a_comment_keeps_its_words_and_is_dealt_with_once(draft, author, reviewer):
    comment = add_comment(draft, section="root_cause", words=" Which gate? ", by=reviewer)
    settle_comment(comment, by=author)
    settle_comment(comment, by=reviewer)
    comment = Comment.objects.get()
    assert (comment.words, comment.settled_by) == ("Which gate?", author)
    for section, words in (("root_cause", " "), ("nowhere", "Which gate?")):
        with pytest.raises(ValidationError):
            add_comment(draft, section=section, words=words, by=reviewer)


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "published"},
        {"state": "withdrawn"},
        {"state": "approved"},
        {"withdrawn_at": POSTED, "posted_at": POSTED},
        {"withdrawal_reason": "Because."},
        {"withdrawn_at": POSTED, "withdrawal_reason": "It was never posted."},
    ],
    ids=str,
)
def test_the_database_keeps_no_state_that_cannot_be(draft, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Postmortem.objects.filter(pk=draft.pk).update(**wrong)
