"""The promises of all postmortems, and what of them somebody asks for. Pure reading."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Case, Count, F, Q, Value, When

from postmortems.models import Mitigation, MitigationQuerySet

UNSETTLED = Q(status__in=Mitigation.UNSETTLED)


class Shown(StrEnum):
    """Which measures somebody wants to see."""

    ALL = ""
    OPEN = "open"
    OVERDUE = "overdue"
    DONE = "done"
    GIVEN_UP = "given up"


@dataclass(frozen=True)
class Wish:
    """A filter of the list: a state, and an owner; what makes no sense asks for all."""

    shown: Shown = Shown.ALL
    owner: str = ""

    @classmethod
    def of(cls, state: str, owner: str) -> Wish:
        """What an address asks for."""
        known = state if state in set(Shown) else Shown.ALL
        # PostgreSQL refuses to look for a null.
        return cls(Shown(known), owner.replace("\0", ""))

    def measures(self, today: date) -> MitigationQuerySet:
        """What it asks for: overdue ones first, then what is due next, then what was settled last."""
        found = Mitigation.objects.select_related("postmortem__incident").filter(_meant(today)[self.shown])
        if self.owner:
            found = found.filter(owner=self.owner)
        is_settled = Case(When(UNSETTLED, then=Value(0)), default=Value(1))
        due = Case(When(UNSETTLED, then=F("due_on")))
        return found.order_by(is_settled, due.asc(nulls_last=True), F("settled_at").desc(nulls_last=True), "-pk")


def counted(today: date) -> dict[Shown, int]:
    """How many measures there are of each state."""
    meant = _meant(today)
    names = {f"count_{number}": shown for number, shown in enumerate(meant)}
    counts = Mitigation.objects.aggregate(**{name: Count("pk", filter=meant[shown]) for name, shown in names.items()})
    return {shown: counts[name] for name, shown in names.items()}


def owners() -> list[str]:
    """Whoever owns a measure, by name."""
    return list(Mitigation.objects.exclude(owner="").order_by("owner").values_list("owner", flat=True).distinct())


def _meant(today: date) -> dict[Shown, Q]:
    return {
        Shown.ALL: Q(pk__isnull=False),
        Shown.OPEN: UNSETTLED,
        Shown.OVERDUE: UNSETTLED & Q(due_on__lt=today),
        Shown.DONE: Q(status=Mitigation.Status.DONE),
        Shown.GIVEN_UP: Q(status=Mitigation.Status.WONT_DO),
    }
