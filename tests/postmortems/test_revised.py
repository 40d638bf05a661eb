"""Readers are told what changed since they first got it; what was published once is never changed behind their back."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from postmortems.models import Revision
from postmortems.services import publish_postmortem, withdraw_postmortem
from statuspage.publishing.press import publish
from tests.conftest import NOW
from tests.postmortems.test_publish_postmortem import save, text_of

HOUR = timedelta(hours=1)


def revise(draft, text, *, hours, **more):
    return publish_postmortem(save(draft, description=text), author=None, at=NOW + hours * HOUR, **more)


@pytest.fixture
def revised(draft):
    revise(draft, "Once.", hours=1, reason="Why there is one at all.")
    revise(draft, "Twice.", hours=2, reason="Leaving counts too.")
    revise(draft, "Twise.", hours=3, reason="Spelling.", minor=True)
    return draft


def test_the_page_says_when_it_was_revised_and_what_changed(revised):
    revise(revised, "Three times.", hours=4, reason="Corrected the number of ships.")
    publish()
    told = text_of(revised.path)
    lines = [
        "Revised on Nov 21, 2026 - 13:00 WET : Corrected the number of ships.",
        "Revised on Nov 21, 2026 - 11:00 WET : Leaving counts too.",
    ]
    assert [line for line in lines if line not in told] == []
    assert told.index(lines[0]) < told.index(lines[1])


def test_minor_corrections_and_the_first_publication_are_no_news(revised):
    publish()
    told = text_of(revised.path)
    assert "Spelling." not in told
    assert "Why there is one" not in told
    assert [one.minor for one in revised.revisions.all()] == [False, False, True]


def test_the_first_publication_is_no_correction_of_anything(draft):
    assert revise(draft, "Once.", hours=1, minor=True).minor is False


def test_what_changed_before_it_was_withdrawn_is_not_told_any_more(revised):
    withdraw_postmortem(revised, author=None, reason="It names a supplier.", at=NOW + 4 * HOUR)
    revise(revised, "Four times.", hours=5, reason="No supplier is named.")
    publish()
    assert "Leaving counts too." not in text_of(revised.path)
    assert "No supplier is named." in text_of(revised.path)


def verified():
    out, status = StringIO(), 0
    try:
        call_command("verify_revisions", stdout=out)
    except SystemExit as end:
        status = end.code
    return status, out.getvalue()


def test_the_chain_of_an_honest_history_holds(revised):
    assert verified() == (0, "Every revision says what it said when it was published.\n")


def change(draft, number, **fields):
    Revision.objects.filter(postmortem=draft, number=number).update(**fields)


def test_an_old_revision_that_was_changed_is_found(revised):
    changed = revised.revisions.get(number=1).snapshot | {"root_cause": "Nobody knows."}
    change(revised, 1, snapshot=changed)
    status, told = verified()
    assert status == 1
    assert told == f"{revised.incident.code}, revision 1: its text is not the one that was published.\n"


def test_nor_does_it_help_to_give_it_a_fitting_hash(revised):
    change(revised, 1, sha256="5a" * 32)
    status, told = verified()
    assert status == 1
    assert "revision 2: it does not follow the revision before it." in told


def test_a_revision_that_was_taken_out_is_missed(revised):
    Revision.objects.filter(number=2).update(number=7)
    assert "revision 2 is missing before it" in verified()[1]
