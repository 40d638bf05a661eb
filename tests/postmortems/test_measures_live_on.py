"""How far a measure is lives on beside what was published: readers see it, and no draft is disturbed by it."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from postmortems.models import Mitigation
from postmortems.rendition import render_all
from postmortems.services import follow_up, publish_postmortem, save_draft
from statuspage.publishing import store
from statuspage.publishing.press import publish, publish_owed
from tests.conftest import NOW
from tests.postmortems.conftest import SOON
from tests.postmortems.desk import form_in, press, text_of, url
from tests.postmortems.test_publish_postmortem import POSTED
from tests.postmortems.test_publish_postmortem import text_of as public_text

DONE, WONT_DO = Mitigation.Status.DONE, Mitigation.Status.WONT_DO


@pytest.fixture
def published(draft):
    publish_postmortem(draft, author=None, at=POSTED)
    render_all()
    publish()
    draft.refresh_from_db()
    return draft


@pytest.fixture
def desk(client, staff):
    client.force_login(staff)
    return client


def measure(draft, beginning):
    return draft.mitigations.get(description__startswith=beginning)


def rows(draft):
    return {"facts": list(draft.facts.all()), "actions": list(draft.actions_taken.all())}


def test_readers_see_what_became_of_each_measure(published):
    follow_up(measure(published, "Tell the desk"), status=DONE, at=POSTED)
    publish_owed()
    for location in (published.path, published.incident.path, f"/de{published.path}"):
        told = public_text(location)
        assert ("1 of 2 done" if location[:3] != "/de" else "1 von 2 erledigt") in told
    assert "Tell the desk when a spare is away. Done Detects it sooner" in public_text(published.path)


def test_what_was_published_stays_word_for_word(published):
    files = [f"{published.path}{ending}" for ending in (".pdf", ".md", ".json")]
    before = [store.find(one) for one in files]
    assert all(before)
    follow_up(measure(published, "Tell the desk"), status=DONE)
    publish()
    assert [store.find(one) for one in files] == before
    assert published.revisions.get().pdf.state == "ready"


def test_a_measure_keeps_its_name_however_often_the_draft_is_saved(desk, published):
    codes = list(published.mitigations.values_list("pk", "code"))
    press(desk, published.incident, form_in(desk.get(url(published.incident))) | {"lessons": ["New."]})
    assert list(published.mitigations.values_list("pk", "code")) == codes
    told = json.loads(store.find(f"{published.path}.json"))["mitigations"]
    assert [one["code"] for one in told] == [codes[0][1], codes[2][1]]


def test_saving_the_text_takes_back_no_news_of_a_measure(desk, published):
    opened = form_in(desk.get(url(published.incident)))
    follow_up(measure(published, "Tell the desk"), status=DONE, at=NOW)
    response = press(desk, published.incident, opened | {"lessons": ["Written meanwhile."]})
    assert response.status_code == 302
    told = measure(published, "Tell the desk")
    assert (told.status, told.settled_at) == ("done", NOW)


def test_a_writer_may_still_say_how_far_a_measure_is(desk, published):
    sent = form_in(desk.get(url(published.incident)))
    press(desk, published.incident, sent | {"mitigations-2-status": ["done"]})
    told = measure(published, "A second spare")
    assert told.status == "done"
    assert told.settled_at


def test_news_of_a_measure_is_no_news_of_the_text(desk, published):
    follow_up(measure(published, "Tell the desk"), status=DONE)
    assert "The draft says more than readers have" not in text_of(desk.get(url(published.incident)))
    with pytest.raises(ValidationError, match="Nothing has changed"):
        publish_postmortem(published, author=None, reason="Again.", at=POSTED)


def test_what_became_internal_says_what_was_published(published):
    internal = measure(published, "A second spare")
    Mitigation.objects.filter(pk=internal.pk).update(public=False)
    follow_up(internal, status=WONT_DO, reason="HERON no money")
    publish()
    told = public_text(published.path)
    assert "A second spare. In progress" in told
    assert "HERON" not in told


def test_the_reason_and_the_address_reach_no_reader(published, public):
    Mitigation.objects.update(owner_email="heron@example.com")
    follow_up(measure(published, "Tell the desk"), status=WONT_DO, reason="HERON no money")
    publish()
    assert "Tell the desk when a spare is away. Will not be done" in public_text(published.path)
    said = b"".join(path.read_bytes() for path in public.rglob("*.*") if path.suffix in {".html", ".json", ".md"})
    assert b"heron" not in said.lower()


def test_a_measure_that_is_new_in_the_draft_counts_once_it_is_published(published):
    added = Mitigation(description="CANARY a third spare.", owner="Works", due_on=SOON)
    save_draft(published, texts={}, **rows(published), mitigations=[*published.mitigations.all(), added])
    follow_up(measure(published, "CANARY a third"), status=DONE)
    publish()
    assert "0 of 2 done" in public_text(published.path)
    assert "CANARY" not in public_text(published.path)


def test_a_revision_from_before_measures_had_names_says_what_it_said(published):
    revision = published.published_revision
    for line in revision.snapshot["mitigations"]:
        del line["code"]
    revision.save()
    follow_up(measure(published, "Tell the desk"), status=DONE)
    publish()
    assert "0 of 2 done" in public_text(published.path)
    with pytest.raises(ValidationError, match="Nothing has changed"):
        publish_postmortem(published, author=None, reason="Again.", at=POSTED)


def test_of_mere_texts_from_elsewhere_nobody_claims_how_far_they_are(draft):
    bare = [Mitigation(description="Keep three spares.")]
    save_draft(draft, texts={}, **rows(draft), mitigations=bare)
    publish_postmortem(draft, author=None, at=POSTED, unchecked=True)
    publish()
    told = public_text(draft.path)
    assert "Keep three spares. Lessons learned" in told
    assert "of 1 done" not in told


def test_what_will_not_be_done_wants_a_reason(published):
    one = measure(published, "Tell the desk")
    with pytest.raises(ValidationError, match="Say why it will not be done"):
        follow_up(one, status=WONT_DO, reason="  ")
    assert measure(published, "Tell the desk").status == "open"


def test_a_measure_that_is_opened_again_forgets_when_and_why_it_was_settled(published):
    one = follow_up(measure(published, "Tell the desk"), status=WONT_DO, reason="No money.", at=NOW)
    assert (one.settled_at, one.reason) == (NOW, "No money.")
    one = follow_up(one, status=Mitigation.Status.OPEN)
    assert (one.settled_at, one.reason) == (None, "")


def test_the_code_of_anothers_measure_makes_a_new_measure(desk, draft, make_incident):
    other = make_incident()
    desk.post(reverse("postmortems:start", args=[other.code]))
    sent = form_in(desk.get(url(other)))
    stolen = measure(draft, "Tell the desk")
    press(desk, other, sent | {"mitigations-0-description": ["Mine."], "mitigations-0-code": [stolen.code]})
    mine = other.postmortem.mitigations.get()
    assert mine.code != stolen.code
    assert measure(draft, "Tell the desk").postmortem == draft


def test_a_code_that_stands_twice_names_the_first(draft):
    one = measure(draft, "Tell the desk")
    twin = Mitigation(description="Twin.", code=one.code)
    save_draft(draft, texts={}, **rows(draft), mitigations=[one, twin])
    first, second = draft.mitigations.all()
    assert (first.code, first.pk) == (one.code, one.pk)
    assert second.code != one.code
