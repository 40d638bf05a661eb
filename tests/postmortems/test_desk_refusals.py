"""What is too much, or no such thing, is refused at its field with a sentence, and nothing that was typed is lost."""

import re

import pytest

from postmortems.models import Postmortem
from postmortems.services import TEXTS, publish_postmortem
from tests.postmortems.desk import form_in, press, url, value_of
from tests.postmortems.test_publish_postmortem import save

ADDRESSES = ["a@example.com\r\nBcc: b@example.com", "a@example.com, b@example.com", "<b@example.com>"]


@pytest.fixture
def desk(client, staff):
    client.force_login(staff)
    return client


def typed_fields(sent):
    """The fields of the form that somebody writes words into."""
    ends = ("typed", "label", "description", "owner", "owner_email", "tracker_url")
    return [name for name in sent if name in TEXTS or name.rpartition("-")[2] in ends]


def test_64_kb_are_refused_at_every_field_with_a_sentence_and_nothing_is_lost(desk, draft):
    sent = form_in(desk.get(url(draft.incident)))
    fields = typed_fields(sent)
    assert len(fields) > 25
    sent |= {name: [("ships wait " * 6_000)[:65_536].rstrip()] for name in fields}
    answer = press(desk, draft.incident, sent)
    assert form_in(answer) == sent
    form = answer.context["form"]
    errors = {row.add_prefix(name): told for row in [form, *form.rows] for name, told in row.errors.items()}
    assert set(errors) == set(fields)
    told = {name: " ".join(sentences) for name, sentences in errors.items()}
    assert [name for name in fields if not re.search("at most [0-9,]+ fit|Write one whole address", told[name])] == []
    draft.refresh_from_db()
    assert draft.lessons == "Paint one gate at a time."


@pytest.mark.parametrize("name", ["brackets", "backticks", "quotes"])
def test_a_flood_is_refused_at_every_text_with_a_sentence_and_nothing_is_lost(desk, draft, name):
    flood = {"brackets": "[" * 5_000, "backticks": "`" * 5_000, "quotes": ">" * 5_000}[name]
    sent = form_in(desk.get(url(draft.incident)))
    fields = [field for field in typed_fields(sent) if field in TEXTS or field.endswith("description")]
    sent |= {field: [flood] for field in fields}
    answer = press(desk, draft.incident, sent)
    assert form_in(answer) == sent
    form = answer.context["form"]
    assert {row.add_prefix(name) for row in [form, *form.rows] for name in row.errors} == set(fields)


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_owners_address_is_one_address_or_refused(desk, draft, address):
    sent = form_in(desk.get(url(draft.incident))) | {"mitigations-0-owner_email": [address]}
    answer = press(desk, draft.incident, sent)
    assert "Write one whole address" in answer.content.decode()
    assert draft.mitigations.filter(owner_email__contains="@").count() == 0


@pytest.mark.parametrize("field", ["reason", "all_the_same"])
def test_the_last_look_refuses_what_is_too_much_and_keeps_it(desk, draft, field):
    publish_postmortem(draft, author=None)
    save(draft, lessons="Doubled doubled words.")
    draft.refresh_from_db()
    seen = value_of(desk.get(url(draft.incident, "publish")), "seen")
    said = {"seen": seen, "reason": "More.", "all_the_same": "As said."} | {field: "x" * 65_536}
    answer = desk.post(url(draft.incident, "publish"), said)
    told = answer.content.decode()
    assert "This has 65536 characters" in told
    assert "x" * 65_536 in told
    assert draft.revisions.count() == 1


def test_a_withdrawal_refuses_what_is_too_much_and_keeps_it(desk, draft):
    publish_postmortem(draft, author=None)
    told = desk.post(url(draft.incident, "withdraw"), {"reason": "x" * 65_536}).content.decode()
    assert "at most 500 fit" in told
    assert "x" * 65_536 in told
    assert Postmortem.objects.get().is_published
