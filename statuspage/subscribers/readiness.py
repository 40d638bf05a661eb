"""Whether mail from here will be believed: what the big providers look up of a sender (SPF, DKIM, DMARC, PTR).

SPF is RFC 7208, DKIM RFC 6376, DMARC RFC 7489; forward-confirmed reverse DNS is asked of the mail server's address.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum

import dns.exception
import dns.resolver
import dns.reversename
from django.conf import settings

from statuspage.subscribers.django_mail import is_smtp
from statuspage.subscribers.envelopes import sender_address, sender_host

# Answers to a question of the DNS: a name, and a type of record. Raises LookupFailed.
Lookup = Callable[[str, str], list[str]]
SECONDS = 3.0
# Where no selector is set: those that mail servers and providers use unasked.
SELECTORS = ("default", "mail", "dkim", "selector1", "selector2", "google", "k1", "s1", "s2", "mandrill", "pm", "mx")


class LookupFailed(Exception):
    """The DNS gave no answer; that says nothing of the record."""


class Mark(Enum):
    """How a finding is to be taken."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked up: what was found, and what to do about it."""

    what: str
    mark: Mark
    told: str


def findings(lookup: Lookup | None = None) -> list[Finding]:
    """Everything worth knowing before a bulk of mails leaves, in the order of what matters most."""
    lookup = lookup or ask
    domain = sender_host().lower()
    if "." not in domain or domain.endswith(".localhost"):
        told = (
            f"Mails come from {sender_address()}, which nobody can answer. Set MAIL_FROM to an address of your domain."
        )
        return [Finding("Sender", Mark.BAD, told)]
    checks = [lambda: spf(domain, lookup), lambda: dkim(domain, lookup), lambda: dmarc(domain, lookup)]
    checks += [lambda: pointer(settings.EMAIL_HOST, lookup)] if is_smtp() else []
    with ThreadPoolExecutor(len(checks)) as pool:
        found = list(pool.map(_told, checks))
    return [_channel(), *found]


def spf(domain: str, lookup: Lookup) -> Finding:
    """Whether the domain says who may send for it."""
    records = [record for record in lookup(domain, "TXT") if record.lower().split(" ")[0] == "v=spf1"]
    if not records:
        told = f"{domain} has no SPF record. Publish one that names your mail server, such as “v=spf1 mx -all”."
        return Finding("SPF", Mark.BAD, told)
    if len(records) > 1:
        return Finding(
            "SPF", Mark.BAD, f"{domain} has {len(records)} SPF records; receivers take none of them. Keep one."
        )
    last = records[0].lower().split()[-1]
    if last in ("+all", "all", "?all"):
        return Finding("SPF", Mark.BAD, f"“{records[0]}” lets everybody send for {domain}. End it with -all or ~all.")
    return Finding("SPF", Mark.GOOD, records[0])


def dkim(domain: str, lookup: Lookup) -> Finding:
    """Whether there is a public key by which mails of the domain can be checked."""
    selectors = [settings.MAIL_DKIM_SELECTOR] if settings.MAIL_DKIM_SELECTOR else list(SELECTORS)
    for selector in selectors:
        records = [record for record in lookup(f"{selector}._domainkey.{domain}", "TXT") if "p=" in record]
        if records and records[0].replace(" ", "").partition("p=")[2].partition(";")[0]:
            return Finding("DKIM", Mark.GOOD, f"{selector}._domainkey.{domain} holds a key.")
    if settings.MAIL_DKIM_SELECTOR:
        told = f"{selectors[0]}._domainkey.{domain} holds no key, so signatures cannot be checked."
        return Finding("DKIM", Mark.BAD, told)
    told = (
        f"No key was found under the usual selectors of {domain}. Set MAIL_DKIM_SELECTOR to the one your server uses."
    )
    return Finding("DKIM", Mark.WARNING, told)


def dmarc(domain: str, lookup: Lookup) -> Finding:
    """Whether the domain, or the one above it, says what to do with mails that fail both."""
    labels = domain.split(".")
    for start in range(max(len(labels) - 1, 1)):
        name = f"_dmarc.{'.'.join(labels[start:])}"
        records = [record for record in lookup(name, "TXT") if record.replace(" ", "").lower().startswith("v=dmarc1")]
        if records:
            return Finding("DMARC", Mark.GOOD, records[0])
    told = f"_dmarc.{domain} has no record. “v=DMARC1; p=none” is the least that the big providers ask of bulk senders."
    return Finding("DMARC", Mark.BAD, told)


def pointer(host: str, lookup: Lookup) -> Finding:
    """Whether the mail server's address leads to a name, and that name back to it."""
    addresses = [host] if _is_address(host) else lookup(host, "A") + lookup(host, "AAAA")
    public = [address for address in addresses if ipaddress.ip_address(address).is_global]
    if not public:
        told = f"{host} is no public address: look up the one under which it reaches the world."
        return Finding("Reverse DNS", Mark.WARNING, told)
    for address in public:
        names = lookup(dns.reversename.from_address(address).to_text(), "PTR")
        kind = "AAAA" if ":" in address else "A"
        if not any(address in lookup(name.rstrip("."), kind) for name in names):
            told = f"{address} has no name that leads back to it; many servers refuse mail from such an address."
            return Finding("Reverse DNS", Mark.BAD, told)
    return Finding("Reverse DNS", Mark.GOOD, f"{', '.join(public)} can be looked up both ways.")


def ask(name: str, kind: str) -> list[str]:
    """The records of a name, as text; none where it has none."""
    try:
        answer = dns.resolver.resolve(name, kind, lifetime=SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as error:
        raise LookupFailed(f"The DNS does not answer for {name}.") from error
    if kind == "TXT":
        return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]
    return [record.to_text() for record in answer]


def _told(check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except LookupFailed as error:
        return Finding("DNS", Mark.WARNING, str(error))


def _channel() -> Finding:
    backend = settings.EMAIL_BACKEND.rpartition("backends.")[2].partition(".")[0]
    if is_smtp():
        return Finding("Mail server", Mark.GOOD, f"{settings.EMAIL_HOST}, port {settings.EMAIL_PORT}.")
    if backend in ("console", "dummy", "locmem", "filebased"):
        told = "EMAIL_URL is not set: mails are printed where the server runs, and reach nobody."
        return Finding("Mail server", Mark.BAD, told)
    return Finding("Mail server", Mark.GOOD, f"By the service “{backend}”.")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
