"""Whether mail from here will be believed is looked up and told in sentences."""

import pytest
from django.urls import reverse

from statuspage.subscribers.readiness import LookupFailed, Mark, findings

GOOD = {
    ("example.com", "TXT"): ["google-site-verification=x", "v=spf1 mx -all"],
    ("mail._domainkey.example.com", "TXT"): ["v=DKIM1; k=rsa; p=MIIB"],
    ("_dmarc.example.com", "TXT"): ["v=DMARC1; p=none"],
    ("mail.example.com", "A"): ["198.41.0.4"],
    ("4.0.41.198.in-addr.arpa.", "PTR"): ["mail.example.com."],
}


@pytest.fixture
def look(settings):
    """Look up a sender in an invented DNS."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.DEFAULT_FROM_EMAIL = "mail.example.com", "Harbour <status@example.com>"
    settings.MAIL_DKIM_SELECTOR = ""

    def ask(**changes):
        zone = GOOD | {tuple(key.split()): value for key, value in changes.pop("records", {}).items()}
        return {one.what: one for one in findings(lambda name, kind: zone.get((name, kind), []))}

    return ask


def test_all_is_well(look):
    assert {one.mark for one in look().values()} == {Mark.GOOD}


@pytest.mark.parametrize(
    ("what", "records", "mark", "words"),
    [
        ("SPF", {"example.com TXT": []}, Mark.BAD, "no SPF record"),
        ("SPF", {"example.com TXT": ["v=spf1 a -all", "v=spf1 mx -all"]}, Mark.BAD, "2 SPF records"),
        ("SPF", {"example.com TXT": ["v=spf1 +all"]}, Mark.BAD, "lets everybody send"),
        ("SPF", {"example.com TXT": ["v=spf10 -all"]}, Mark.BAD, "no SPF record"),
        ("DKIM", {"mail._domainkey.example.com TXT": []}, Mark.WARNING, "MAIL_DKIM_SELECTOR"),
        ("DKIM", {"mail._domainkey.example.com TXT": ["v=DKIM1; p="]}, Mark.WARNING, "No key"),
        ("DMARC", {"_dmarc.example.com TXT": []}, Mark.BAD, "p=none"),
        ("Reverse DNS", {"4.0.41.198.in-addr.arpa. PTR": ["other.example.net."]}, Mark.BAD, "leads back"),
        ("Reverse DNS", {"4.0.41.198.in-addr.arpa. PTR": []}, Mark.BAD, "leads back"),
        ("Reverse DNS", {"mail.example.com A": ["10.0.0.1"]}, Mark.WARNING, "no public address"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(look, what, records, mark, words):
    found = look(records=records)[what]
    assert found.mark == mark
    assert words in found.told


def test_a_policy_of_the_domain_above_counts(look, settings):
    settings.DEFAULT_FROM_EMAIL = "status@news.example.com"
    assert look()["DMARC"].mark == Mark.GOOD


def test_a_selector_that_was_set_is_the_one_that_is_asked(look, settings):
    settings.MAIL_DKIM_SELECTOR = "candor"
    assert look()["DKIM"].mark == Mark.BAD


def test_a_sender_without_a_domain_needs_no_look(look, settings):
    settings.DEFAULT_FROM_EMAIL = "status@localhost"
    assert [one.mark for one in look().values()] == [Mark.BAD]


def test_a_dns_that_does_not_answer_says_nothing_of_the_records(look):
    def silent(name, kind):
        raise LookupFailed("The DNS does not answer.")

    assert {one.mark for one in findings(silent)[1:]} == {Mark.WARNING}


def test_the_page_comes_at_once_and_looks_up_afterwards(client, staff, page, monkeypatch):
    def not_now():
        raise AssertionError("The page must not wait for the DNS.")

    monkeypatch.setattr("statuspage.subscribers.views_desk.findings", not_now)
    client.force_login(staff)
    assert "Looking it up" in client.get(reverse("subscribers:readiness")).text
