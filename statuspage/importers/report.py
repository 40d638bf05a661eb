"""What an import did, for whoever ran it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

MOST_NOTES = 50


@dataclass
class Tally:
    """How many of a kind the sources told of, and what became of them here."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0

    @property
    def total(self) -> int:
        return self.new + self.changed + self.unchanged

    def count(self, *, new: int, changed: int, total: int) -> None:
        self.new += new
        self.changed += changed
        self.unchanged += total - new - changed


@dataclass
class Report:
    """The tallies by kind, what was reported of components, and notes on whatever a reader of the source would miss."""

    groups: Tally = field(default_factory=Tally)
    components: Tally = field(default_factory=Tally)
    incidents: Tally = field(default_factory=Tally)
    maintenances: Tally = field(default_factory=Tally)
    updates: Tally = field(default_factory=Tally)
    postmortems: Tally = field(default_factory=Tally)
    reported: int = 0
    notes: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """The report as it is printed."""
        yield f"{'':14}{'read':>8}{'new':>8}{'changed':>9}{'unchanged':>11}"
        for name in ("groups", "components", "incidents", "maintenances", "updates", "postmortems"):
            tally: Tally = getattr(self, name)
            yield f"{name:14}{tally.total:>8}{tally.new:>8}{tally.changed:>9}{tally.unchanged:>11}"
        if self.reported:
            yield f"{self.reported} component(s) stood otherwise than incidents say; reported as the source has it."
        yield from (f"note: {note}" for note in self.notes[:MOST_NOTES])
        if len(self.notes) > MOST_NOTES:
            yield f"note: and {len(self.notes) - MOST_NOTES} more like these."
