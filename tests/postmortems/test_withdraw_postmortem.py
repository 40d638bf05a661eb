"""Withdrawing a postmortem: readers get the reason in its place, and not a word of what it said."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from postmortems.rendition import render_all
from postmortems.services import publish_postmortem, withdraw_postmortem
from statuspage.publishing import store
from statuspage.publishing.press import publish, publish_owed
from statuspage.publishing.serving import PublicFiles
from tests.conftest import NOW
from tests.postmortems.test_publish_postmortem import files_that_say, save, text_of

HOUR = timedelta(hours=1)
REASON = "It names a supplier that had no part in it."
WORDS = ("painted", "could not enter", "spare is away", "night shift", "opened by hand", "A second spare", "40 ships")


@pytest.fixture
def published(draft, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        publish_postmortem(draft, author=None, at=NOW + HOUR)
    render_all()
    publish()
    return draft


@pytest.fixture
def withdrawn(published, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        return withdraw_postmortem(published, author=None, reason=f" {REASON} ", at=NOW + 2 * HOUR)


def ask(public, path):
    def away(environ, start_response):
        start_response("503 Service Unavailable", [])
        return [b"Everything behind the files is down."]

    told = []
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path}
    body = b"".join(PublicFiles(away, root=public)(environ, lambda *said: told.append(said)))
    return int(told[0][0].split()[0]), dict(told[0][1]), body.decode(errors="replace")


def test_its_address_says_when_and_why_at_once_and_so_does_the_incident(withdrawn):
    for location in (withdrawn.path, withdrawn.incident.path):
        told = text_of(location)
        assert f"This postmortem was withdrawn. Nov 21, 2026 - 11:00 WET {REASON}" in told
        assert "painted" not in told


def test_it_says_so_in_every_language(withdrawn):
    publish()
    assert REASON in text_of(f"/de{withdrawn.path}")
    assert "This postmortem was withdrawn." not in text_of(f"/de{withdrawn.path}")


@pytest.mark.parametrize("ending", [".pdf", ".md"])
def test_its_other_forms_are_gone_with_the_reason_while_everything_else_is_down(withdrawn, public, ending):
    status, headers, body = ask(public, f"{withdrawn.path}{ending}")
    assert (status, headers["Content-Type"]) == (410, "text/plain; charset=utf-8")
    assert "This postmortem was withdrawn." in body
    assert REASON in body


def test_programs_get_the_reason_as_data(withdrawn, public):
    status, headers, body = ask(public, f"{withdrawn.path}.json")
    assert (status, headers["Content-Type"]) == (410, "application/json; charset=utf-8")
    assert json.loads(body) == {"withdrawn_at": "2026-11-21T11:00:00Z", "reason": REASON}


def test_no_word_of_it_is_left_in_any_public_file(published, withdrawn, public):
    for publish_more in (publish_owed, publish):
        publish_more()
        assert [word for word in WORDS if files_that_say(public, word)] == []
    assert files_that_say(public, "names a supplier") >= {"postmortem.html", "postmortem.pdf.gone"}


def test_what_it_said_was_public_before(published, public):
    assert [word for word in WORDS if "postmortem.pdf" not in files_that_say(public, word)] == []


def test_the_history_and_the_api_no_longer_speak_of_it(withdrawn):
    publish()
    assert "Postmortem" not in text_of("/history/2026-11")
    document = json.loads(store.find(f"{withdrawn.incident.path}.json"))
    assert (document["status"], document["postmortem_body"]) == ("resolved", None)
    assert document["updated_at"] == "2026-11-21T11:00:00.000+00:00"


def test_the_team_keeps_its_text_and_publishes_it_again_as_the_next_revision(
    withdrawn, public, django_capture_on_commit_callbacks
):
    assert withdrawn.root_cause.startswith("The gate lost its power.")
    draft = save(withdrawn, root_cause="The gate lost its power.")
    assert draft.state == "draft"
    assert REASON in text_of(draft.path)
    with django_capture_on_commit_callbacks(execute=True):
        revision = publish_postmortem(draft, author=None, reason="No supplier is named.", at=NOW + 3 * HOUR)
    render_all()
    assert revision.number == 2
    assert "withdrawn" not in text_of(draft.path) + text_of(draft.incident.path)
    assert [ask(public, f"{draft.path}{ending}")[0] for ending in (".pdf", ".md", ".json")] == [200, 200, 200]


def test_it_wants_a_reason_and_something_that_readers_have(draft):
    with pytest.raises(ValidationError, match="Readers have nothing"):
        withdraw_postmortem(draft, author=None, reason=REASON)
    publish_postmortem(draft, author=None, at=NOW + HOUR)
    with pytest.raises(ValidationError, match="why it is withdrawn"):
        withdraw_postmortem(draft, author=None, reason=" ")
