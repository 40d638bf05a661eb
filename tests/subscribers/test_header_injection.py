"""Whatever is typed as an address: refused, or mailed to with no header more than any other letter has."""

import unicodedata

import pytest
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from statuspage.publishing.models import StatusPage
from statuspage.subscribers.addresses import check_url
from statuspage.subscribers.mailboxes import clean_mailbox
from statuspage.subscribers.models import SignUp
from statuspage.subscribers.replies import confirm_letter

ENDS = [
    "\r\n",
    "\n",
    "\r",
    "\r\n ",
    "\x0b",
    "\x0c",
    "\x1c",
    "\x85",
    "\u2028",
    "\u2029",
    "\0",
    "%0d%0a",
    "=0D=0A",
    "\u560d\u560a",
]
HEADERS = [
    "Bcc: a@evil.example",
    "Subject: x",
    "Content-Type: text/html",
    "\r\n<html>",
    "RCPT TO:<a@evil.example>",
    ".",
]
PLACES = [
    "{}a@example.com",
    "a{}@example.com",
    "a@{}example.com",
    "a@example{}.com",
    "a@example.com{}",
    '"a{}"@example.com',
]
CORPUS = [place.format(end + header) for end in ENDS for header in HEADERS for place in PLACES]
ODD = [
    *("a@b@example.com", "a@example.com,b@evil.example", "a@example.com;b@evil.example", "<a@example.com>"),
    *("A <a@example.com>", '"a b"@example.com', "a@[127.0.0.1]", "a@localhost", "a@-x.com", "a@x-.com", "a@x..com"),
    *(".a@example.com", "a.@example.com", "a..b@example.com", "ä@example.com", "a@example.com.", "a@exa mple.com"),
    *("a\u202e@example.com", "a@exam\u200dple.com", "ａ@example.com", "a@example。com", "a@straße.example"),
    *("@example.com", "a@", "", "@", "a" * 65 + "@example.com", "a@" + "b" * 64 + ".com", "a@" + "b." * 130 + "com"),
    "=?utf-8?q?a=0d=0a?=@example.com",
]


def headers_of(letter: EmailMultiAlternatives) -> list[str]:
    head = letter.message().as_bytes(linesep="\r\n").partition(b"\r\n\r\n")[0].decode("ascii")
    return [line.partition(":")[0] for line in head.split("\r\n") if not line.startswith((" ", "\t"))]


@pytest.fixture(scope="module")
def page():
    return StatusPage(name="Harbour", time_zone="UTC")


@pytest.fixture
def letter_to(page, monkeypatch):
    """The letter that somebody of this address would get."""
    monkeypatch.setattr("statuspage.subscribers.replies.in_words", lambda scope: {"of": ["everything"], "news": ""})

    def write(address, **told):
        asked = SignUp(**{"channel": "email", "address": address, "scope": {}, "created_at": timezone.now()} | told)
        return confirm_letter(asked, page)

    return write


def test_hundreds_of_addresses_that_try_to_write_headers_do_not(letter_to):
    plain = headers_of(letter_to("a@example.com"))
    assert {"Subject", "To", "From", "Message-ID", "Auto-Submitted"} <= set(plain)
    passed = []
    for typed in CORPUS:
        try:
            passed.append(clean_mailbox(typed))
        except ValidationError:
            continue
    assert len(CORPUS) > 500
    for address in passed:
        assert headers_of(letter_to(address)) == plain
        assert letter_to(address).message()["To"] == address


@pytest.mark.parametrize("typed", ODD)
def test_what_is_no_single_plain_address_is_refused(typed):
    if "?" in typed:
        # Odd but legal, and nobody decodes it: it is quoted where it stands.
        assert clean_mailbox(typed) == typed
        return
    with pytest.raises(ValidationError):
        clean_mailbox(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Reader@EXAMPLE.com\n", "Reader@example.com"),
        ("a+b@bücher.example", "a+b@xn--bcher-kva.example"),
        ("a@bu\u0308cher.example", "a@xn--bcher-kva.example"),
        ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
        ("o'neil_x-1@sub.example.co.uk", "o'neil_x-1@sub.example.co.uk"),
    ],
)
def test_an_address_is_kept_as_mail_servers_know_it(typed, kept):
    assert clean_mailbox(typed) == kept


@given(st.text(max_size=30), st.text(max_size=30))
@example("a", "example.com\r\nBcc: b")
def test_what_passes_is_one_plain_address(local, domain):
    try:
        kept = clean_mailbox(f"{local}@{domain}")
    except ValidationError:
        return
    assert kept.isascii()
    assert kept.isprintable()
    assert kept.count("@") == 1
    assert not set(' ,;:<>()[]"\\') & set(kept)
    assert clean_mailbox(kept) == kept
    assert unicodedata.is_normalized("NFC", kept)


@pytest.mark.parametrize("end", ENDS)
def test_the_address_of_a_hook_writes_no_header_either(letter_to, end):
    url = f"https://hooks.example.net/{end}Bcc: a@evil.example"
    try:
        check_url(url)
    except ValidationError:
        return
    told = {"channel": "webhook", "contact": "a@example.com"}
    assert headers_of(letter_to(url, **told)) == headers_of(letter_to("a@example.com"))


def test_the_name_of_the_page_writes_no_header(letter_to, page, monkeypatch):
    plain = headers_of(letter_to("a@example.com"))
    for name in ("Harbour\r\nBcc: b@evil.example", 'Har"bour <b@evil.example>', "Häfen\u2028X: 1"):
        monkeypatch.setattr(page, "name", name)
        letter = letter_to("a@example.com")
        assert headers_of(letter) == plain
        assert str(letter.message()["From"]).count("@") in (1, 2)
