"""Names and messages: something that can be seen, and nothing that turns round the words of the page."""

import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from statuspage.components.models import Component
from statuspage.incidents.models import Incident
from statuspage.incidents.services import edit_update, post_update
from statuspage.publishing.models import StatusPage
from statuspage.publishing.wording import BIDI_MARKS, BIDI_SPANS, is_visible, one_line, running_text
from tests.incidents.desk import declaration, url

INVISIBLE = ["\u200b", "\u2060\u200d ", "\ufeff", "\u00ad", "\u3164", "\u2800", "\u202e", "\u0301", "\ufe0f", "\x07"]


@pytest.mark.parametrize("nothing", INVISIBLE)
def test_what_nobody_can_see_is_no_name_and_no_message(desk, make_incident, nothing):
    for field, sentence in (("name", "Give it a name that readers understand."), ("body", "Write a message")):
        response = desk.post(url("declare"), declaration(**{field: nothing}))
        assert (response.status_code, sentence in response.text) == (422, True)
    assert not Incident.objects.exists()
    with pytest.raises(ValidationError, match="Write a message"):
        post_update(make_incident(), status="identified", body=nothing, affected={}, author=None)


@pytest.mark.parametrize("name", ["Ships wait", "船が待つ", "الانتظار", "🚢", "1", "…", "क्षि", "👨‍👩‍👧"])
def test_names_in_any_script_are_kept_as_they_are(make_incident, name):
    assert make_incident(name=name).name == name


def test_a_name_loses_what_would_turn_round_the_words_behind_it(desk):
    desk.post(url("declare"), declaration(name="Pay\u202etnem \u2066now\x07\x1b[31m\u200f"))
    assert Incident.objects.get().name == "Paytnem now[31m"


# Messages as they come, and as they are kept.
MESSAGES = [
    ("Pay\u202etnem fails", "Paytnem fails"),
    ("\u2066one\u2069 \u202btwo\u202c", "one two"),
    ("a\ufffeb\uffffc\U0010ffffd\ufdd0e", "abcde"),
    ("\x1b[31mred\x07\x7f\x9f", "[31mred"),
    ("one\r\ntwo\rthree\n\tfour", "one\ntwo\nthree\n\tfour"),
    ("السفن\u200f تنتظر 👨\u200d👩\u200d👧", "السفن\u200f تنتظر 👨\u200d👩\u200d👧"),
]


@pytest.mark.parametrize(("typed", "kept"), MESSAGES)
def test_a_message_keeps_its_words_and_nothing_that_is_no_text(make_incident, typed, kept):
    incident = make_incident(body=typed)
    [first] = incident.updates.all()
    assert first.body == kept
    post_update(incident, status="identified", body=typed, affected={}, author=None)
    edited = edit_update(first, body=f"{typed}!", seen=0, editor=None)
    assert [incident.updates.last().body, edited.body] == [kept, f"{kept}!"]
    assert "\u202e" not in edited.body_html


def test_what_is_dropped_at_once_is_no_edit(make_incident):
    update = edit_update(make_incident(body="Ships wait").updates.get(), body="Ships\u202e wait", seen=0, editor=None)
    assert update.edits == 0


@given(st.text())
def test_no_name_holds_a_control_character_and_cleaning_twice_changes_nothing(text):
    name = one_line(text)
    assert not BIDI_SPANS.search(name)
    assert not BIDI_MARKS.search(name)
    assert not [sign for sign in name if unicodedata.category(sign) == "Cc"]
    assert one_line(name) == name
    assert is_visible(name) == is_visible(text)


@given(st.text(st.characters()))
def test_no_message_holds_what_is_no_text_and_cleaning_twice_changes_nothing(text):
    message = running_text(text)
    assert not BIDI_SPANS.search(message)
    assert not [sign for sign in message if unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t"]
    assert not [sign for sign in message if ord(sign) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(sign) <= 0xFDEF]
    assert running_text(message) == message
    assert is_visible(message) == is_visible(text)


@pytest.fixture
def admin(client, staff, page):
    staff.is_superuser = True
    staff.save()
    client.force_login(staff)
    return client


def test_components_and_the_page_itself_need_a_name_that_can_be_seen(admin, make_component):
    component = make_component("Berths")
    for address in (f"/admin/components/component/{component.pk}/change/", "/admin/components/componentgroup/add/"):
        assert "a name that readers can see" in admin.post(address, {"name": "\u200b", "position": "0"}).text
    admin.post(f"/admin/components/component/{component.pk}/change/", {"name": "Ber\u202eths", "position": "0"})
    assert Component.objects.get().name == "Berths"
    page = StatusPage.objects.get()
    address = f"/admin/publishing/statuspage/{page.pk}/change/"
    assert "a name that readers can see" in admin.post(address, {"name": "\u200b"}).text
