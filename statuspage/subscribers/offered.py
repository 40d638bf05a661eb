"""What the page offers to follow: its groups and components, as far as readers see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from statuspage.components.models import Component, ComponentGroup
from statuspage.subscribers.models import Subscriber


@dataclass
class Offer:
    """A group with its components; those outside any have none."""

    group: ComponentGroup | None
    components: list[Component] = field(default_factory=list)


def offered(at: datetime, *, to: Subscriber | None = None) -> list[Offer]:
    """Everything there is to choose from, in the order of the page, those outside any group last.

    Neither what was retired nor what shows only while it is broken; but a subscriber keeps what they chose before.
    """
    shown = Q(pk__in=Component.objects.shown_at(at, known_at=at).filter(only_show_if_degraded=False).values("pk"))
    if to:
        shown |= Q(pk__in=to.components.values("pk"))
    found = Component.objects.filter(shown).select_related("group")
    offers = {group.pk: Offer(group) for group in ComponentGroup.objects.all()}
    others = Offer(None)
    for component in found:
        offers.get(component.group_id or 0, others).components.append(component)
    kept = set(to.groups.values_list("pk", flat=True)) if to else set()
    return [one for key, one in [*offers.items(), (0, others)] if one.components or key in kept]
