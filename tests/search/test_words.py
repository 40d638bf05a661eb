"""Words all have to be there, in one place or another, however they are typed."""

from datetime import timedelta

import pytest

from postmortems.services import publish_postmortem
from statuspage.components.status import Status
from statuspage.incidents.services import edit_incident, edit_update, post_update
from statuspage.publishing.folding import fold
from tests.conftest import NOW
from tests.search.conftest import marks, names


def test_every_word_has_to_be_there_in_whatever_place(public_search, make_component, make_incident):
    berths = make_component("Berths", group="Harbour")
    incident = make_incident({berths: Status.MAJOR_OUTAGE}, name="Ships wait", body="The gate is **stuck**.")
    post_update(incident, status="resolved", body="Power is back.", affected={}, author=None)
    make_incident(name="Ships are late", body="Fog.")
    assert names(public_search("ships")) == ["Ships are late", "Ships wait"]
    for words in ("ships stuck", "STUCK  ships", "wait power berths", "harbour", "back hip"):
        assert (words, names(public_search(words))) == (words, ["Ships wait"])
    assert names(public_search("ships stuck fog")) == []


@pytest.mark.parametrize(
    "typed", ["Ausfälle", "ausfalle", "AUSFÄLLE", "Ausfa\u0308lle", "ａｕｓｆａｌｌｅ", "aus\u00adfälle"]
)
def test_case_accents_and_widths_make_no_difference(public_search, make_incident, typed):
    make_incident(name="Einige Ausfälle")
    assert names(public_search(typed)) == ["Einige Ausfälle"]
    assert marks(public_search(typed)) == ["Ausfälle"]


@pytest.mark.parametrize(
    ("written", "typed"), [("Straße", "strasse"), ("ﬁle", "file"), ("İzmir", "izmir"), ("ΟΔΟΣ", "οδος"), ("ｶﾞｽ", "ガス")]
)
def test_what_is_the_same_to_readers_is_the_same_to_the_search(public_search, make_incident, written, typed):
    make_incident(name=written)
    assert names(public_search(typed)) == [written]


def test_a_mark_that_makes_another_letter_is_kept():
    assert fold("ガス") != fold("カス")


@pytest.mark.parametrize("typed", ["%", "_", "\\", "100%", "a_b", "c:\\d", "'", '"', "<b>", "&amp;"])
def test_every_sign_means_itself(public_search, make_incident, typed):
    make_incident(name=f"Said of {typed} alone")
    make_incident(name="Another: 100 apb c:d amp b")
    assert names(public_search(typed)) == [f"Said of {typed} alone"]


def test_what_changes_is_found_as_it_is_now(public_search, make_incident):
    incident = make_incident(name="Ships wait", body="The gait is stuck.")
    edit_update(incident.updates.get(), body="The gate is stuck.", seen=0, editor=None)
    assert names(public_search("gait")) == []
    assert names(public_search("gate")) == ["Ships wait"]
    incident.refresh_from_db()
    edit_incident(incident, name="Boats wait", impact=None, started_at=NOW, resolved_at=None, seen=incident.version)
    assert names(public_search("ships")) == []
    assert names(public_search("boats gate")) == ["Boats wait"]


def test_words_of_an_incident_and_of_its_postmortem_are_found_together(public_search, draft):
    publish_postmortem(draft, author=None, unchecked=True)
    answer = public_search("wait painted berths")
    assert names(answer) == ["Ships wait"]
    assert f'href="{draft.path}"' in answer.text


def test_the_last_to_begin_is_the_first(public_search, make_incident):
    for number in (2, 1, 3):
        make_incident(name=f"Slow {number}", at=NOW + timedelta(hours=number))
    assert names(public_search("slow")) == ["Slow 3", "Slow 2", "Slow 1"]


def test_what_is_deleted_is_found_no_more(public_search, make_incident):
    make_incident(name="Ships wait").delete()
    assert names(public_search("ships")) == []
