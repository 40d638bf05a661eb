"""What several people write at the same moment is found, all of it."""

import pytest

from postmortems.services import save_draft
from postmortems.services_review import add_comment
from statuspage.incidents.models import SearchText
from statuspage.incidents.services import edit_update, post_update
from statuspage.incidents.services_tags import tag_incident
from tests.incidents.test_at_once import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


def found_by(incident, source):
    return set(SearchText.objects.get(incident=incident, source=source).text.split("\n"))


def test_updates_and_edits(make_incident):
    incident = make_incident(name="Ships wait", body="The gait is stuck.")
    [update] = incident.updates.all()
    said = {"status": "identified", "affected": {}, "author": None}
    results = all_at_once(
        *(lambda number=number: post_update(incident, body=f"Message {number}.", **said) for number in range(4)),
        lambda: edit_update(update, body="The gate is stuck.", seen=0, editor=None),
    )
    assert not [one for one in results if isinstance(one, Exception)]
    messages = {f"Message {number}." for number in range(4)}
    assert found_by(incident, "incident") == {"Ships wait", "The gate is stuck.", *messages}


def test_a_draft_and_comments_on_it(draft):
    written = {"texts": {"lessons": "Paint by night."}, "facts": [], "actions": [], "mitigations": []}
    comments = [f"Comment {number}" for number in range(3)]
    results = all_at_once(
        *(lambda words=words: add_comment(draft, section="lessons", words=words, by=None) for words in comments),
        lambda: save_draft(draft, **written),
    )
    assert not [one for one in results if isinstance(one, Exception)]
    assert {"Paint by night.", *comments} <= found_by(draft.incident, "draft")


def test_of_two_who_tag_at_once_the_last_has_the_word(make_incident):
    incident = make_incident()
    lists = ["gates, locks", "locks, fog"]
    results = all_at_once(*(lambda names=names: tag_incident(incident, names=names) for names in lists))
    assert not [one for one in results if isinstance(one, Exception)]
    assert {tag.name for tag in incident.tags.all()} in ({"gates", "locks"}, {"locks", "fog"})
