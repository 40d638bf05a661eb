"""What a team promises its readers, and what its postmortems never say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from statuspage.incidents.models import Incident

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Targets:
    """The measures by which postmortems are checked; a team may have its own."""

    # How far a typed time may lie from the update that tells of the same.
    tolerance: timedelta = 5 * MINUTE
    silence: timedelta = 60 * MINUTE
    first_update: timedelta = 15 * MINUTE
    first_update_minor: timedelta = 30 * MINUTE
    farthest_due: timedelta = timedelta(days=180)
    required: tuple[str, ...] = ("description", "root_cause")
    # The impacts from which on numbers and contributing factors are expected.
    grave: tuple[str, ...] = (Incident.Impact.MAJOR, Incident.Impact.CRITICAL)
    # The impacts at which a promise without owner and day blocks publishing.
    promises_bind: tuple[str, ...] = ()
    # Words that judge people, in English.
    blaming: tuple[str, ...] = (
        *("he", "she", "him", "his", "her", "hers", "himself", "herself"),
        *("human error", "should have", "careless", "carelessly", "carelessness", "negligent", "negligence"),
        *("fault", "blame", "blamed", "blames"),
    )
    # The same words where they judge nobody.
    blameless: tuple[str, ...] = (
        *("page fault", "segmentation fault", "hardware fault", "power fault", "network fault", "electrical fault"),
        *("a fault", "the fault lies", "the fault lay", "the fault was in", "the fault is in"),
        *("fault tolerance", "fault tolerant", "fault-tolerant", "fault-tolerance", "fault injection", "fault domain"),
    )
    internal_suffixes: tuple[str, ...] = (
        *("internal", "intranet", "local", "localdomain", "lan", "corp", "private", "home.arpa", "svc.cluster.local"),
    )
    # What stands before the @ of addresses that are meant for readers.
    public_mailboxes: tuple[str, ...] = ("support", "help", "status", "security", "privacy", "contact", "info", "press")
    # Customers who are not to be named.
    customers: tuple[str, ...] = ()
