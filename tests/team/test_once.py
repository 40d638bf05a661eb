"""A form sent twice by a double click does its work once."""

import threading

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import RequestFactory

from statuspage.team.once import KEPT, once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def session():
    session = SessionStore()
    session.create()
    return session


def posted(session, **said):
    request = RequestFactory().post("/desk/declare/", {"form_key": "k", "name": "Trouble"} | said)
    request.session = SessionStore(session.session_key)
    return request


def test_two_clicks_at_once_do_one_deed_and_get_one_answer(session):
    done, answers, start = [], [], threading.Barrier(4)

    def deed():
        done.append(1)
        return f"/desk/incidents/{len(done)}/"

    def click():
        start.wait(10)
        try:
            answers.append(once(posted(session), deed))
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (len(done), answers) == (1, ["/desk/incidents/1/"] * 4)


def test_other_words_another_key_or_no_key_are_another_deed(session):
    done = []
    for said in ({}, {"name": "Other"}, {"form_key": "l"}, {"form_key": ""}, {"form_key": ""}, {}):
        once(posted(session, **said), lambda: done.append(1) or "")
    assert len(done) == 5


def test_a_deed_that_was_refused_can_be_tried_again(session):
    with pytest.raises(ValueError, match="no"):
        once(posted(session), lambda: int("no"))
    assert once(posted(session), lambda: "/done/") == "/done/"


def test_the_session_does_not_grow_for_ever(session):
    for number in range(KEPT + 5):
        once(posted(session, name=f"Trouble {number}"), lambda: "/")
    assert len(SessionStore(session.session_key)["posted"]) == KEPT
