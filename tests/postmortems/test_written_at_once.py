"""Two people write at once: what they wrote in different places is put together, and nobody loses a word."""

from datetime import timedelta

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from postmortems.draft import TEXTS, Clash, Draft, merge
from postmortems.models import ActionTaken, Fact, Mitigation, Postmortem
from postmortems.services import follow_up
from postmortems.services_review import approve, ask_for_review
from statuspage.publishing.codes import is_code
from tests.conftest import NOW
from tests.postmortems.desk import form_in, press, text_of, url


@pytest.fixture
def desk(client, staff):
    client.force_login(staff)
    return client


def autosave(client, incident, sent, **more):
    return client.post(reverse("postmortems:autosave", args=[incident.code]), sent | more)


@pytest.fixture
def opened(desk, draft):
    """What two people have before them who opened the editor at the same time."""
    return [form_in(desk.get(url(draft.incident))) for _ in range(2)]


def saved(draft):
    return Postmortem.objects.get(pk=draft.pk)


def test_different_sections_are_both_kept_and_nobody_is_asked(desk, draft, opened):
    mine, theirs = opened
    assert press(desk, draft.incident, theirs | {"lessons": ["Theirs."]}).status_code == 302
    assert press(desk, draft.incident, mine | {"root_cause": ["Mine."]}).status_code == 302
    assert (saved(draft).lessons, saved(draft).root_cause) == ("Theirs.", "Mine.")


def test_different_facts_are_both_kept(desk, draft, opened):
    mine, theirs = opened
    press(desk, draft.incident, theirs | {"facts-detected-at": ["2026-11-21T08:55"]})
    press(desk, draft.incident, mine | {"facts-users_impacted-typed": ["All"], "facts-stable-at": [""]})
    told = {fact.key: fact.typed or fact.at for fact in draft.facts.all()}
    assert (told["detected"], told["users_impacted"]) == (NOW - timedelta(minutes=5), "All")
    assert "stable" not in told
    # What only the other one told stands where readers look for it.
    assert list(told)[:4] == ["date", "started", "detected", "resolved"]


def test_the_same_section_shows_both_texts_and_overwrites_nothing(desk, draft, opened):
    mine, theirs = opened
    press(desk, draft.incident, theirs | {"root_cause": ["Theirs."], "lessons": ["Also theirs."]})
    response = press(desk, draft.incident, mine | {"root_cause": ["Mine."]})
    assert response.status_code == 409
    assert (saved(draft).root_cause, saved(draft).lessons) == ("Theirs.", "Also theirs.")
    shown = text_of(response)
    assert "Saved meanwhile by somebody else Theirs." in shown
    # Where only one of them wrote, there is nothing to decide.
    assert "Also theirs." not in shown
    again = form_in(response)
    assert again["root_cause"] == ["Mine."]
    assert press(desk, draft.incident, again).status_code == 302
    assert (saved(draft).root_cause, saved(draft).lessons) == ("Mine.", "Also theirs.")


def test_the_same_words_in_the_same_place_are_no_quarrel(desk, draft, opened):
    for sent in opened:
        assert press(desk, draft.incident, sent | {"root_cause": ["Both."]}).status_code == 302


def test_a_list_is_one_part(desk, draft, opened):
    mine, theirs = opened
    press(desk, draft.incident, theirs | {"actions": ["2", "0", "1"]})
    response = press(desk, draft.incident, mine | {"actions-0-description": ["Opened by hand at last."]})
    assert response.status_code == 409
    assert "1. Power was restored." in text_of(response)
    assert draft.actions_taken.first().description == "Power was restored."


def test_how_far_a_measure_is_can_be_said_while_another_changes_its_words(desk, draft, opened):
    mine, theirs = opened
    press(desk, draft.incident, theirs | {"mitigations-0-description": ["Tell everybody."]})
    assert press(desk, draft.incident, mine | {"mitigations-0-status": ["in_progress"]}).status_code == 302
    measure = draft.mitigations.get(position=0)
    assert (measure.description, measure.status) == ("Tell everybody.", "in_progress")


def test_who_comes_without_knowing_anything_overwrites_nothing(desk, draft):
    sent = form_in(desk.get(url(draft.incident)))
    for lost in ("", "nonsense", "[1]"):
        assert press(desk, draft.incident, sent | {"seen": [lost], "lessons": ["New."]}).status_code == 409
    del sent["seen"]
    assert press(desk, draft.incident, sent | {"lessons": ["New."]}).status_code == 409
    assert saved(draft).lessons == "Paint one gate at a time."


@pytest.mark.parametrize("save", [press, autosave])
@pytest.mark.parametrize("words", ["    Paint one gate at a time.", "Paint one gate at a time.  "])
def test_spaces_around_a_text_are_words_like_others(desk, draft, opened, save, words):
    save(desk, draft.incident, opened[0] | {"lessons": [words]})
    assert saved(draft).lessons == words


def test_autosave_saves_and_tells_the_page_what_it_shows_now(desk, draft, opened):
    told = autosave(desk, draft.incident, opened[0] | {"lessons": ["Mine."]}).json()
    assert saved(draft).lessons == "Mine."
    assert told["words"].startswith("Saved at ")
    assert told["marks"] == Draft.of(saved(draft)).marks()
    # Nobody else wrote anything: only what is computed is drawn anew.
    assert set(told["sections"]) == {"review", "checks"}


def test_autosave_brings_what_others_wrote_elsewhere(desk, draft, opened):
    mine, theirs = opened
    autosave(desk, draft.incident, theirs | {"lessons": ["Theirs."], "facts-detected-at": ["2026-11-21T08:55"]})
    told = autosave(desk, draft.incident, mine | {"root_cause": ["Mine."]}).json()
    assert {"lessons", "facts"} == set(told["sections"]) - {"review", "checks"}
    assert "Theirs." in told["sections"]["lessons"]
    assert "2026-11-21T08:55" in told["sections"]["facts"]


def test_autosave_overwrites_nothing_that_is_newer(desk, draft, opened):
    mine, theirs = opened
    autosave(desk, draft.incident, theirs | {"lessons": ["Theirs."]})
    response = autosave(desk, draft.incident, mine | {"lessons": ["Mine."], "root_cause": ["Mine."]})
    assert response.status_code == 409
    assert "Theirs." in response.json()["theirs"]["lessons"]
    assert (saved(draft).lessons, saved(draft).root_cause[:8]) == ("Theirs.", "The gate")
    # Having read both, whoever presses Save means it.
    seen = response.json()["marks"]
    assert list(seen) == ["lessons"]


def test_an_answer_that_was_never_heard_is_no_quarrel_with_oneself(desk, draft, opened):
    mine, theirs = opened
    autosave(desk, draft.incident, mine | {"lessons": ["Half a sent"]})
    press(desk, draft.incident, theirs | {"root_cause": ["Theirs."]})
    autosave(desk, draft.incident, opened[0] | {"description": ["Other."]})
    # The first answers were lost: the page still believes what it was opened with.
    assert autosave(desk, draft.incident, mine | {"description": ["Other one."]}).status_code == 200
    assert (saved(draft).root_cause, saved(draft).description) == ("Theirs.", "Other one.")


def test_autosave_of_what_would_be_refused_saves_nothing_and_says_why(desk, draft, opened):
    sent = opened[0] | {"facts-started-typed": ["around teatime"], "lessons": ["New."], "mitigations-1-due_on": ["x"]}
    response = autosave(desk, draft.incident, sent)
    assert response.status_code == 422
    sentences = response.json()["sentences"]
    assert set(sentences) == {"id_facts-started-typed", "id_mitigations-1-due_on"}
    assert "cannot be read as one moment" in sentences["id_facts-started-typed"][0]
    assert saved(draft).lessons == "Paint one gate at a time."


def test_a_new_measure_is_the_same_one_at_each_autosave(desk, draft):
    sent = form_in(press(desk, draft.incident, form_in(desk.get(url(draft.incident))), row="add mitigations"))
    told = autosave(desk, draft.incident, sent | {"mitigations-3-description": ["A third"]}).json()
    code = told["fields"]["mitigations-3-code"]
    sent |= {name: [value] for name, value in told["fields"].items()}
    autosave(desk, draft.incident, sent | {"mitigations-3-description": ["A third spare."]})
    assert Mitigation.objects.get(code=code).description == "A third spare."
    assert draft.mitigations.count() == 4


def test_a_new_measure_is_the_same_one_though_the_first_answer_was_lost(desk, draft):
    sent = form_in(press(desk, draft.incident, form_in(desk.get(url(draft.incident))), row="add mitigations"))
    autosave(desk, draft.incident, sent | {"mitigations-3-description": ["A third"]})
    first = draft.mitigations.get(description="A third")
    follow_up(first, status="done")
    # The page still believes that nothing was saved, and somebody typed on.
    autosave(desk, draft.incident, sent | {"mitigations-3-description": ["A third spare."]})
    again = draft.mitigations.get(description="A third spare.")
    assert (again.pk, again.code, again.status) == (first.pk, first.code, "done")


def test_so_it_is_for_the_first_measure_of_all(desk, make_incident):
    incident = make_incident()
    desk.post(reverse("postmortems:start", args=[incident.code]))
    sent = form_in(desk.get(url(incident)))
    codes = set()
    for words in ("A", "A spare."):
        autosave(desk, incident, sent | {"mitigations-0-description": [words]})
        codes.add(incident.postmortem.mitigations.get().code)
    assert len(codes) == 1


@pytest.mark.parametrize("code", ["", "x" * 13, "NoSuchCode12", "<b>"])
def test_a_row_that_came_without_a_code_gets_one(desk, draft, opened, code):
    sent = opened[0] | {"mitigations-2-description": ["Another."], "mitigations-2-code": [code]}
    assert press(desk, draft.incident, sent).status_code == 302
    assert is_code(draft.mitigations.get(description="Another.").code)


def test_news_of_a_measure_is_not_taken_back_by_the_next_autosave(desk, draft, opened):
    sent = opened[0] | {"mitigations-0-status": ["in_progress"]}
    sent |= {name: [value] for name, value in autosave(desk, draft.incident, sent).json()["fields"].items()}
    follow_up(draft.mitigations.get(position=0), status="done")
    autosave(desk, draft.incident, sent | {"lessons": ["New."]})
    assert draft.mitigations.get(position=0).status == "done"


@pytest.mark.parametrize("save", [press, autosave])
def test_saving_what_is_saved_leaves_no_trace(desk, draft, staff, save):
    ask_for_review(draft, by=None)
    step = ask_for_review(draft, by=None)
    approve(draft, by=None, sha256=step.sha256)
    before = saved(draft)
    save(desk, draft.incident, form_in(desk.get(url(draft.incident))))
    after = saved(draft)
    assert (after.state, after.version, after.editors.count()) == ("approved", before.version, 0)
    assert draft.steps.count() == 3


def test_a_text_typed_bit_by_bit_is_one_step_of_the_trail(desk, draft, opened):
    step = ask_for_review(draft, by=None)
    approve(draft, by=None, sha256=step.sha256)
    for words in ("N", "Ne", "New", "New."):
        autosave(desk, draft.incident, opened[0] | {"lessons": [words]})
    assert saved(draft).state == "in_review"
    assert [step.kind for step in draft.steps.all()] == ["asked", "approved", "edited"]


def test_only_staff_save_and_whoever_is_signed_out_hears_it(client, draft, django_user_model):
    assert autosave(client, draft.incident, {}).status_code == 401
    client.force_login(django_user_model.objects.create_user("guest@example.com"))
    assert autosave(client, draft.incident, {}).status_code == 403
    assert client.get(reverse("postmortems:autosave", args=[draft.incident.code])).status_code == 405


def test_autosave_asks_a_constant_number_of_questions(desk, draft, django_assert_max_num_queries):
    for number in range(30):
        Fact.objects.create(postmortem=draft, position=9, key="other", label=f"{number}", typed="x", source="typed")
        ActionTaken.objects.create(postmortem=draft, position=number, description="More", taken_at=NOW)
        Mitigation.objects.create(postmortem=draft, position=number, description="More")
    sent = form_in(desk.get(url(draft.incident)))
    with django_assert_max_num_queries(90):
        autosave(desk, draft.incident, sent | {"lessons": ["New."]})


KEYS = st.sampled_from(["date", "started", "detected", "users_impacted"])
WORDS = st.sampled_from(["", "a", "b"])


@st.composite
def drafts(draw):
    texts = dict.fromkeys(TEXTS, "") | {name: draw(WORDS) for name in TEXTS[:2]}
    facts = [Fact(key=key, typed=draw(WORDS), source="typed") for key in sorted(draw(st.sets(KEYS)))]
    return Draft(texts, facts, [ActionTaken(description=draw(WORDS))], [])


@given(drafts(), drafts(), drafts())
@settings(max_examples=60, deadline=None)
def test_of_two_drafts_nothing_that_either_changed_is_lost(base, mine, theirs):
    began, own, stands = base.marks(), mine.marks(), theirs.marks()
    both = {part for part in began | own | stands if own.get(part, "") != began.get(part, "") != stands.get(part, "")}
    quarrel = {part for part in both if own.get(part, "") != stands.get(part, "")}
    if quarrel:
        with pytest.raises(Clash) as clash:
            merge(mine, theirs, base=began, sent={})
        assert set(clash.value.parts) == quarrel
        return
    merged = merge(mine, theirs, base=began, sent={}).marks()
    for part in began | own | stands:
        wrote = own.get(part, "") != began.get(part, "")
        assert merged.get(part, "") == (own if wrote else stands).get(part, "")


@given(drafts(), drafts())
@settings(max_examples=30, deadline=None)
def test_who_writes_alone_gets_what_was_written(base, mine):
    merged = merge(mine, base, base=base.marks(), sent={})
    assert merged.marks() == mine.marks()
    assert [fact.key for fact in merged.facts] == [fact.key for fact in mine.facts]
