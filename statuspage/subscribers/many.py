"""Writes about many subscribers at once, beside `services`, which does the same for one: a few statements for all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.db.models.functions import Lower

from statuspage.components.models import Component, ComponentGroup
from statuspage.publishing.waking import wake_soon
from statuspage.subscribers.models import SignUp, Subscriber
from statuspage.subscribers.reading import Wanted
from statuspage.subscribers.services import ANSWER_SIGN_UPS, Scope

# By channel and address in lower case.
Key = tuple[str, str]
Item = TypeVar("Item")
# As many values as one statement may have on SQLite, and some to spare.
BATCH = 500


def key_of(one: Wanted | Subscriber | SignUp) -> Key:
    """By what two are the same."""
    return one.channel, one.address.lower()


def known_among(wanted: Iterable[Wanted]) -> dict[Key, Subscriber]:
    """Those who are here already, with their groups and components; locked, for they are about to be written."""
    addresses: dict[str, list[str]] = defaultdict(list)
    for one in wanted:
        addresses[one.channel].append(one.address.lower())
    found: dict[Key, Subscriber] = {}
    for channel, some in addresses.items():
        same = Subscriber.objects.select_for_update().alias(lower=Lower("address")).filter(channel=channel)
        for batch in _batches(some):
            here = same.filter(lower__in=batch).order_by("pk").prefetch_related("groups", "components")
            found |= {key_of(one): one for one in here}
    return found


@transaction.atomic
def subscribe_all(wanted: Sequence[Wanted], *, proof: str, at: datetime) -> None:
    """Subscribe people of whom none was here; `proof` says where and how they agreed."""
    made = Subscriber.objects.bulk_create(
        Subscriber(
            channel=one.channel,
            address=one.address,
            contact=one.contact,
            proof=proof,
            confirmed_at=at,
            whole_page=one.scope.whole_page,
            incidents=one.scope.incidents,
            maintenance=one.scope.maintenance,
            locale=one.locale,
            time_zone=one.time_zone,
        )
        for one in wanted
    )
    _add_parts((subscriber, one.scope) for subscriber, one in zip(made, wanted, strict=True))


@transaction.atomic
def widen_all(asked: Sequence[tuple[Subscriber, Scope]]) -> None:
    """Add to what those who listen hear of; nothing is taken away from anybody."""
    alike: dict[tuple[bool, bool, bool], list[int]] = defaultdict(list)
    for subscriber, scope in asked:
        whole_page = subscriber.whole_page or scope.whole_page
        sorts = subscriber.incidents or scope.incidents, subscriber.maintenance or scope.maintenance
        alike[whole_page, *sorts].append(subscriber.pk)
    for (whole_page, incidents, maintenance), keys in alike.items():
        chosen = {"whole_page": whole_page, "incidents": incidents, "maintenance": maintenance}
        for batch in _batches(keys):
            Subscriber.objects.filter(pk__in=batch).update(**chosen, strikes=0, failing_since=None)
    _add_parts(asked)


@transaction.atomic
def ask_all(wanted: Iterable[Wanted]) -> None:
    """Have each asked by mail first; without a network, for it was no stranger who wrote them down."""
    SignUp.objects.bulk_create(
        SignUp(
            channel=one.channel,
            address=one.address,
            contact=one.contact,
            scope=asdict(one.scope),
            locale=one.locale,
            time_zone=one.time_zone,
        )
        for one in wanted
    )
    wake_soon(ANSWER_SIGN_UPS)


def _add_parts(asked: Iterable[tuple[Subscriber, Scope]]) -> None:
    groups = dict(ComponentGroup.objects.values_list("code", "pk"))
    components = dict(Component.objects.values_list("code", "pk"))
    of_groups, of_components = Subscriber.groups.through, Subscriber.components.through
    in_groups, to_components = [], []
    for subscriber, scope in asked:
        for code in scope.groups:
            in_groups.append(of_groups(subscriber_id=subscriber.pk, componentgroup_id=groups[code]))
        for code in scope.components:
            to_components.append(of_components(subscriber_id=subscriber.pk, component_id=components[code]))
    of_groups.objects.bulk_create(in_groups, ignore_conflicts=True)
    of_components.objects.bulk_create(to_components, ignore_conflicts=True)


def _batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))
