"""Lists of subscribers: what goes out comes in again, all of it or nothing, and no cell becomes a formula."""

import csv
import io

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from statuspage.subscribers.models import SignUp, Subscriber
from statuspage.subscribers.services import Scope, suspend, unsubscribe
from statuspage.subscribers.spreadsheet import csv_line, escaped, unescaped
from tests.subscribers.conftest import told

ANY_CELL = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"])) | st.builds(
    "{}{}{}".format, st.text(";\t\r\n a'\"", max_size=3), st.sampled_from("=+-@'"), st.text(max_size=5)
)
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def exported() -> str:
    out = io.StringIO()
    call_command("export_subscribers", stdout=out)
    return out.getvalue()


@pytest.fixture
def take_in(page, tmp_path):
    """Import a text; gives the report."""

    def take(text: str | bytes, *options: str) -> str:
        file, out = tmp_path / "list.csv", io.StringIO()
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        call_command("import_subscribers", str(file), *options, stdout=out)
        return out.getvalue()

    return take


VERIFIED = ("--verified", "--proof", "Asked on paper.")


@given(ANY_CELL)
def test_a_cell_is_never_a_formula_and_is_read_back_as_it_was(cell):
    assert unescaped(escaped(cell)) == cell
    assert not escaped(cell).startswith(BEGINS_A_FORMULA)


@given(st.lists(ANY_CELL, min_size=1, max_size=4), st.sampled_from(",;\t"))
def test_nor_where_a_spreadsheet_splits_at_another_sign(cells, separator):
    """Such a spreadsheet takes quotes after a comma for letters: what stands in them can begin a cell, or a line."""
    for row in csv.reader(io.StringIO(csv_line(cells), newline=""), delimiter=separator):
        assert not [cell for cell in row if cell.lstrip("\r\n").startswith(BEGINS_A_FORMULA)]


def test_what_goes_out_comes_in_again(take_in, make_subscriber, make_component):
    berths, website = make_component("Berths", group="=Harbour; North"), make_component("Website")
    make_component("Berths", group="South")
    make_subscriber("+tag@example.com", time_zone="Asia/Tokyo", locale="ja")
    parts = Scope(groups=(berths.group.code,), components=(berths.code, website.code), maintenance=False)
    make_subscriber("parts@example.com", scope=parts)
    hook = "https://hooks.example.net/a?b=1,2"
    make_subscriber(hook, channel="webhook", contact="ops@example.com", scope=Scope(whole_page=True, incidents=False))

    def everybody():
        listed = Subscriber.objects.order_by("address").prefetch_related("groups", "components")
        names = ("channel", "address", "contact", "whole_page", "incidents", "maintenance", "locale", "time_zone")
        return [[*(getattr(one, n) for n in names), *one.groups.all(), *one.components.all()] for one in listed]

    before, text = everybody(), exported()
    rows = list(csv.reader(io.StringIO(text)))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert take_in(text, *VERIFIED).startswith("0 new, 0 changed, 3 unchanged, 0 left out.")
    Subscriber.objects.all().delete()
    assert take_in(text, *VERIFIED).startswith("3 new, 0 changed, 0 unchanged, 0 left out.")
    assert everybody() == before
    assert told("+tag@example.com").proof == "Asked on paper."


def test_whoever_follows_one_incident_alone_does_not_come_in_again_for_everything(
    take_in, make_subscriber, make_component
):
    make_subscriber("a@example.com", scope=Scope(incident="h4x8k2m9q1w3"))
    both = make_subscriber("b@example.com", scope=Scope(components=(make_component("Incident abcdefghijkl").code,)))
    both.followed.create(incident="h4x8k2m9q1w3")
    make_subscriber("c@example.com", scope=Scope())
    make_subscriber("d@example.com").followed.create(incident="h4x8k2m9q1w3")
    text = exported()
    assert "email,a@example.com,,incident h4x8k2m9q1w3,yes,yes" in text
    assert "email,d@example.com,,page; incident h4x8k2m9q1w3,yes,yes" in text
    Subscriber.objects.all().delete()
    report = take_in(text, *VERIFIED)
    assert report.startswith("2 new, 0 changed, 0 unchanged, 2 left out.")
    assert "line 2: left out, single incidents are followed from their own pages." in report
    assert "line 4: left out, it says that nothing is to be told." in report
    assert [one.name for one in told("b@example.com").components.all()] == ["Incident abcdefghijkl"]
    assert not told("b@example.com").whole_page
    assert told("d@example.com").whole_page
    assert not told("b@example.com").followed.exists()


def test_one_bad_line_and_nothing_is_imported(take_in, make_component):
    make_component("Berths", group="North")
    make_component("Berths", group="South")
    text = (
        "channel,address,contact,scope,incidents,maintenance,language,time_zone\n"
        "email,good@example.com,,page,yes,yes,en,\n"
        "email,nobody,,Bertts,yes,yes,xx,Mars/Olympus\n"
        "email,good@example.com,,page,,,,\n"
        "pigeon,a@example.com,,page,maybe,,,\n"
        "webhook,http://hooks.example.net/,,page,,,,\n"
        "email,b@example.com,,Berths,no,no,,\n"
        "email,c@example.com,,Berths,,,,\n"
        "email,d@example.com\n"
    )
    with pytest.raises(CommandError) as refusal:
        take_in(text, *VERIFIED)
    for sentence in (
        "line 3: “nobody” is no mail address.",
        "line 3: there is no group or component “Bertts”.",
        "line 3: there is no language “xx” here",
        "line 3: “Mars/Olympus” is no time zone",
        "line 4: good@example.com stands in line 2 already.",
        "line 5: “pigeon” is no channel",
        "line 5: “maybe” under incidents: write yes or no.",
        "line 6: The address must begin with https://",
        "line 7: neither incidents nor maintenance",
        "line 8: more than one is called “Berths”",
        "line 9: the scope is empty; write “page” for everything.",
    ):
        assert sentence in str(refusal.value)
    assert not Subscriber.objects.exists()


def test_without_proof_each_is_asked_first_and_no_limit_of_networks_counts_them(take_in, mailed):
    lines = "".join(f"reader{number}@example.com\n" for number in range(8))
    assert take_in(f"address\n{lines}").startswith("8 asked to confirm")
    assert not Subscriber.objects.exists()
    assert SignUp.objects.filter(network="").count() == 8
    assert len(mailed()) == 8


def test_proof_and_verified_belong_together(take_in):
    for options in (("--verified",), ("--proof", "x")):
        with pytest.raises(CommandError, match="belong together"):
            take_in("address\na@example.com\n", *options)


def test_nobody_is_brought_back_who_left_or_is_suspended(take_in, make_subscriber):
    left, bounced = make_subscriber("left@example.com"), make_subscriber("gone@example.com")
    unsubscribe(left)
    suspend(bounced, Subscriber.Suspension.BOUNCE)
    text = exported()
    report = take_in("address\nLEFT@example.com\ngone@example.com\nnew@example.com\n", *VERIFIED)
    assert report.startswith("1 new, 0 changed, 0 unchanged, 2 left out.")
    assert "LEFT@example.com left here on their own" in report
    assert not told("left@example.com").is_listening
    assert "the file calls it unsubscribed" in take_in(text, *VERIFIED)


def test_a_statuspages_own_list_is_read(take_in, make_component):
    berths, website = make_component("Berths", code="h4x8k2m9q1w3"), make_component("Website", code="a4x8k2m9q1w3")
    text = (
        "id,mode,email,endpoint,components,quarantined_at,created_at\r\n"
        '1,email,a@example.com,,"h4x8k2m9q1w3,a4x8k2m9q1w3",,2021-01-01\r\n'
        "2,webhook,ops@example.com,https://hooks.example.net/1,,,2021-01-01\r\n"
        "3,email,bounced@example.com,,,2022-01-01,2021-01-01\r\n"
    )
    report = take_in(b"\xef\xbb\xbf" + text.encode(), *VERIFIED)
    assert report.startswith("2 new, 0 changed, 0 unchanged, 1 left out.")
    assert set(told("a@example.com").components.all()) == {berths, website}
    assert told("https://hooks.example.net/1").contact == "ops@example.com"


def test_a_spreadsheet_that_writes_semicolons_is_read(take_in):
    assert take_in("address;language\na@example.com;de\n", *VERIFIED).startswith("1 new")
    assert told("a@example.com").locale == "de"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "must name the columns"),
        (b"name,phone\nA,1\n", "must name the columns"),
        (b"\xff\xfe\x00", "no text in UTF-8"),
        (b'address\n"never closed\n', "cannot be read"),
        (b"address\na@example.com,b\n", "Line 2 has 2 cells"),
    ],
)
def test_what_is_no_list_is_refused_with_the_reason(take_in, content, sentence):
    with pytest.raises(CommandError, match=sentence):
        take_in(content, *VERIFIED)
