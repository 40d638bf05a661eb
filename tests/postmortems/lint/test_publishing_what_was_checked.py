"""Errors stop a publication; a warning wants a reason, which the revision keeps and no reader gets."""

import pytest
from django.core.exceptions import ValidationError

from postmortems.models import Revision
from postmortems.rendition import render_all
from postmortems.services import publish_postmortem
from statuspage.publishing.press import publish
from tests.conftest import NOW
from tests.postmortems.conftest import MINUTE
from tests.postmortems.test_publish_postmortem import files_that_say

LATER = NOW + 60 * MINUTE


def test_an_error_stops_it(wrong_zone):
    with pytest.raises(ValidationError, match="showed WET, not WEST"):
        publish_postmortem(wrong_zone, author=None, at=LATER, all_the_same="Nobody will notice.")
    wrong_zone.refresh_from_db()
    assert not wrong_zone.is_published
    assert not Revision.objects.exists()


def test_a_warning_wants_a_reason(unnumbered):
    for reason in ("", "  "):
        with pytest.raises(ValidationError) as refusal:
            publish_postmortem(unnumbered, author=None, at=LATER, all_the_same=reason)
        assert "say why it is published all the same" in refusal.value.messages[0]
        assert "how many users were impacted" in refusal.value.messages[1]


def test_the_reason_is_kept_with_the_revision(unnumbered):
    revision = publish_postmortem(unnumbered, author=None, at=LATER, all_the_same=" Nobody counted. ")
    revision.refresh_from_db()
    [kept] = revision.overrides
    assert (kept["rule"], kept["place"], kept["reason"]) == ("PM023", "/facts/users_impacted", "Nobody counted.")
    assert "how many users" in kept["message"]


def test_the_reason_reaches_no_reader(unnumbered, django_capture_on_commit_callbacks, public):
    with django_capture_on_commit_callbacks(execute=True):
        publish_postmortem(unnumbered, author=None, at=LATER, all_the_same="CANARY nobody counted")
    render_all()
    publish()
    assert files_that_say(public, "painted")
    for word in ("CANARY", "PM023", "how many users were impacted"):
        assert files_that_say(public, word) == set()


def test_without_warnings_there_is_nothing_to_override(draft):
    assert publish_postmortem(draft, author=None, at=LATER, all_the_same="For nothing.").overrides == []


def test_what_others_published_elsewhere_comes_in_as_it_is(wrong_zone):
    assert publish_postmortem(wrong_zone, author=None, at=LATER, unchecked=True).overrides == []
