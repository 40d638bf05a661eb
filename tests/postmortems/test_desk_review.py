"""Reviewing at the desk: read it as readers would get it, speak of its sections, decide."""

import pytest

from postmortems.models import Comment, Postmortem, Step
from postmortems.services import publish_postmortem, withdraw_postmortem
from statuspage.incidents.services_journal import note_down, star
from statuspage.publishing import store
from statuspage.publishing.press import publish
from statuspage.team.models import User
from tests.conftest import NOW
from tests.postmortems.conftest import MINUTE
from tests.postmortems.desk import form_in, page_of, press, text_of, url, value_of
from tests.postmortems.test_publish_postmortem import files_that_say


@pytest.fixture
def author(client, staff):
    client.force_login(staff)
    return client


@pytest.fixture
def reviewer(client_of):
    return client_of("second@example.com")


@pytest.fixture
def client_of(author):
    def sign_in(email):
        other = type(author)()
        other.force_login(User.objects.create_user(email, is_staff=True))
        return other

    return sign_in


def decide(client, incident, decision, **said):
    sha256 = value_of(client.get(url(incident, "review")), "sha256")
    return client.post(url(incident, "review"), {"sha256": sha256, "decision": decision, **said}, follow=True)


def write(client, incident, **texts):
    sent = form_in(client.get(url(incident)))
    return press(client, incident, sent | {name: [text] for name, text in texts.items()})


def state():
    return Postmortem.objects.get().state


def test_two_people_bring_it_to_readers(author, reviewer, draft):
    incident = draft.incident
    write(author, incident, lessons="Paint in summer.")
    assert "Somebody else has to approve this text" in text_of(author.get(url(incident, "publish")))
    asked = author.post(url(incident, "ask"), {"words": "Mind the gate."}, follow=True)
    assert "You asked for this review. Somebody else has to read it." in text_of(asked)
    read = text_of(reviewer.get(url(incident, "review")))
    assert [part for part in ("Mind the gate.", "Paint in summer.", "About 40 ships") if part not in read] == []
    assert "the painter was ill" not in read
    assert "This very text can be published" in text_of(decide(reviewer, incident, "approve", words="Well told."))
    page = author.get(url(incident, "publish"))
    author.post(url(incident, "publish"), {"seen": value_of(page, "seen")})
    assert state() == "published"
    told = text_of(author.get(url(incident)))
    assert "Approved by second@example.com" in told
    assert "Well told." in told


def test_asking_for_changes_gives_it_back_with_the_words(author, reviewer, draft):
    author.post(url(draft.incident, "ask"))
    assert "Say what is to be changed." in text_of(decide(reviewer, draft.incident, "changes"))
    assert state() == "in_review"
    decide(reviewer, draft.incident, "changes", words="Which gate?")
    assert state() == "draft"
    assert "Which gate?" in text_of(author.get(url(draft.incident)))


def test_what_was_changed_while_somebody_read_it_is_not_approved(author, reviewer, draft):
    author.post(url(draft.incident, "ask"))
    sha256 = value_of(reviewer.get(url(draft.incident, "review")), "sha256")
    write(author, draft.incident, lessons="Sneaked in.")
    sent = {"sha256": sha256, "decision": "approve"}
    response = reviewer.post(url(draft.incident, "review"), sent, follow=True)
    assert "changed while you were reading" in text_of(response)
    assert state() == "in_review"


def test_an_edit_after_approval_is_told_on_every_page(author, reviewer, draft):
    author.post(url(draft.incident, "ask"))
    decide(reviewer, draft.incident, "approve")
    write(author, draft.incident, lessons="One more thing.")
    assert "changed after it was approved" in text_of(reviewer.get(url(draft.incident, "review")))
    assert "not the one that was approved" in text_of(author.get(url(draft.incident, "publish")))
    assert "PM061" in text_of(author.get(url(draft.incident)))


def test_a_comment_stands_beside_its_section_until_it_is_dealt_with(author, reviewer, draft):
    incident = draft.incident
    for words in ("Which gate?", " "):
        reviewer.post(url(incident, "comment"), {"section": "root_cause", "words": words})
    [comment] = Comment.objects.all()
    tree = page_of(author.get(url(incident, "review")))
    [beside] = [one for one in tree.iter("div") if one.get("id") == "said-root_cause"]
    assert "Which gate?" in "".join(beside.itertext())
    assert "1 open comment" in text_of(author.get(url(incident)))
    address = f"{url(incident, 'review')}comments/{comment.pk}/settle/"
    assert "Dealt with by responder@example.com" in text_of(author.post(address, follow=True))
    assert "open comment" not in text_of(author.get(url(incident)))


def test_what_was_said_reaches_no_reader(author, reviewer, draft, public):
    reviewer.post(url(draft.incident, "comment"), {"section": "root_cause", "words": "CANARY which gate"})
    author.post(url(draft.incident, "ask"), {"words": "CANARY look"})
    decide(reviewer, draft.incident, "approve", words="CANARY well told")
    publish_postmortem(Postmortem.objects.get(), author=None, at=NOW + 60 * MINUTE)

    publish()
    assert files_that_say(public, "painted")
    assert files_that_say(public, "CANARY") == set()


def test_withdrawing_wants_a_reason_and_tells_it(author, draft, django_capture_on_commit_callbacks):
    publish_postmortem(draft, author=None, at=NOW + 60 * MINUTE)
    address = url(draft.incident, "withdraw")
    assert "Please fill this in." in text_of(author.post(address, {"reason": " "}))
    with django_capture_on_commit_callbacks(execute=True):
        response = author.post(address, {"reason": "It names a supplier."}, follow=True)
    assert "Withdrawn Nov" in text_of(response)
    assert b"It names a supplier." in store.find(draft.path)
    assert Step.objects.last().kind == "withdrawn"
    assert "Readers have nothing of it." in text_of(author.get(address))


def test_a_minor_correction_is_marked_as_such(author, draft):
    publish_postmortem(draft, author=None, at=NOW + 60 * MINUTE)
    write(author, draft.incident, lessons="Paint one gate at a time, please.")
    page = author.get(url(draft.incident, "publish"))
    author.post(url(draft.incident, "publish"), {"seen": value_of(page, "seen"), "reason": "Manners.", "minor": "on"})
    assert draft.revisions.last().minor


def test_nothing_is_published_that_the_last_look_did_not_show(author, draft):
    entry = note_down(draft.incident, words="The spare was away.", by=None, at=NOW + 10 * MINUTE)
    look = author.get(url(draft.incident, "publish"))
    star(entry, starred=True)
    answer = author.post(url(draft.incident, "publish"), {"seen": value_of(look, "seen")}, follow=True)
    assert "so nothing was published" in text_of(answer)
    assert "The spare was away." in text_of(answer)
    assert state() == "draft"
    author.post(url(draft.incident, "publish"), {"seen": value_of(answer, "seen")})
    assert state() == "published"


def test_what_was_withdrawn_meanwhile_is_not_published_again_unawares(author, draft):
    publish_postmortem(draft, author=None, at=NOW + 60 * MINUTE)
    write(author, draft.incident, lessons="Paint one gate at a time, please.")
    look = author.get(url(draft.incident, "publish"))
    withdraw_postmortem(draft, author=None, reason="It names a supplier.")
    said = {"seen": value_of(look, "seen"), "reason": "Manners."}
    assert "so nothing was published" in text_of(author.post(url(draft.incident, "publish"), said, follow=True))
    assert state() == "withdrawn"


@pytest.mark.parametrize("name", ["review", "withdraw", "revisions"])
def test_only_staff_come_in_and_looking_changes_nothing(client, author, draft, django_user_model, name):
    assert author.get(url(draft.incident, name)).status_code == 200
    assert state() == "draft"
    client.force_login(django_user_model.objects.create_user("guest@example.com"))
    assert client.get(url(draft.incident, name)).status_code == 403


@pytest.mark.parametrize("name", ["ask", "comment"])
def test_whoever_only_looks_asks_nobody(author, draft, name):
    assert author.get(url(draft.incident, name)).status_code == 405
