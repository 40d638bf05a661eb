"""What must not become public: what was marked internal, secrets, the inside of the network, people and customers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from postmortems.lint.findings import Fix, Hit, Severity, rule
from postmortems.lint.subject import Passage, Subject

# As many characters as nobody writes twice in the same words by chance.
LONG_ENOUGH = 30
SECRETS = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a cloud access key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[\w-]{35}\b"),
    "an access token": re.compile(
        r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{22,}|glpat-[\w-]{20,}|xox[abeprs]-[\w-]{10,}"
        r"|[sr]k_(?:live|test)_[A-Za-z0-9]{16,})\b"
    ),
    "a signed token": re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]+"),
    "a bearer token": re.compile(r"\b[Bb]earer\s+(?=[\w.~+/-]{0,99}\d)[\w.~+/-]{20,}"),
    "a password": re.compile(
        r"(?i)\b(?:password|passwd|pwd|secret|api[_-]?key|access[_-]?token)\b[\"']?"
        r"\s*(?:=\s*[\"']?[^\s\"'=]{4,99}|:\s*[\"']?(?=[^\s\"']{0,99}\d)[^\s\"']{8,99})"
    ),
    "an address with a password in it": re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{1,100}:[^\s/@]{1,100}@"),
}
PRIVATE_ADDRESS = re.compile(
    r"(?<![\w.])(?:10(?:\.\d{1,3}){3}|192\.168(?:\.\d{1,3}){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2})(?![\w]|\.\d)"
)
MAIL_ADDRESS = re.compile(r"(?<![\w.+-])([\w.+-]{1,64})@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
TELEPHONE = re.compile(r"(?<![\w+])\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{2,4}(?:[ .-]?\d{2,4}){1,4}(?!\w)")


@rule("PM050", Severity.ERROR)
def internal_words_stand_in_public_text(subject: Subject) -> Iterator[Hit]:
    """A line of what was marked internal stands word for word in what readers get."""
    hidden = {line: passage for passage in subject.hidden for line in _lines(passage.text)}
    for passage in subject.passages:
        text = " ".join(passage.text.split())
        for line, source in hidden.items():
            if line in text:
                yield Hit(
                    passage.place,
                    f"“{line[:60]}” stands in {source.name}, and word for word in {passage.name}.",
                    Fix("Remove it from one of the two."),
                )


@rule("PM051", Severity.ERROR)
def a_secret(subject: Subject) -> Iterator[Hit]:
    """Something that opens a door. It is not repeated here, only where it begins."""
    for passage in _everything(subject):
        for name, pattern in SECRETS.items():
            if found := pattern.search(passage.text):
                yield Hit(
                    passage.place,
                    f"What begins with “{found[0][:8]}” in {passage.name} looks like {name}.",
                    Fix("Remove it, and replace it where it is in use: drafts are copied too."),
                )


@rule("PM052", Severity.WARNING)
def the_inside_shows(subject: Subject) -> Iterator[Hit]:
    """Addresses inside the network, mail addresses of people, telephone numbers, tickets that readers cannot open."""
    suffixes = "|".join(re.escape(suffix) for suffix in subject.targets.internal_suffixes)
    host = re.compile(rf"(?<![\w.-])(?:[a-z0-9-]{{1,63}}\.){{1,6}}(?:{suffixes})(?![\w-]|\.\w)", re.IGNORECASE)
    for passage in _everything(subject):
        found = [one[0] for one in PRIVATE_ADDRESS.finditer(passage.text)]
        found += [one[0] for one in host.finditer(passage.text)] if suffixes else []
        found += [one[0] for one in MAIL_ADDRESS.finditer(passage.text) if not _is_public(one[1], subject)]
        found += [one[0] for one in TELEPHONE.finditer(passage.text)]
        if found:
            yield Hit(
                passage.place,
                f"{', '.join(dict.fromkeys(found))} in {passage.name} tells readers of the inside.",
                Fix("Remove it, or name what it stands for."),
            )
    for number, measure in enumerate(subject.measures):
        name = _host(measure.tracker_url) if measure.public else ""
        if name and "." not in name:
            yield Hit(
                f"/mitigations/{number}/tracker_url",
                f"The ticket of measure {number + 1} lies on “{name}”, which only the inside can reach.",
                Fix("Leave the ticket out, or make the measure internal."),
            )


@rule("PM053", Severity.WARNING)
def a_customer_by_name(subject: Subject) -> Iterator[Hit]:
    """Somebody on the list of customers who are not to be named."""
    for passage in subject.passages:
        for name in subject.targets.customers:
            if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", passage.text, re.IGNORECASE):
                yield Hit(passage.place, f"{passage.name} names {name}.", Fix("Say “a customer”."))


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        words = " ".join(line.split()).lstrip("-*+# ")
        if len(words) >= LONG_ENOUGH:
            yield words


def _everything(subject: Subject) -> Iterator[Passage]:
    """All that readers get, tickets among it."""
    yield from subject.passages
    for number, measure in enumerate(subject.measures):
        if measure.public and measure.tracker_url:
            place = f"/mitigations/{number}/tracker_url"
            yield Passage(place, f"the ticket of measure {number + 1}", measure.tracker_url)


def _is_public(mailbox: str, subject: Subject) -> bool:
    return mailbox.lower() in subject.targets.public_mailboxes


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
