"""What is learned as pictures: a bar for each month, in a path or a few. Its numbers stand in a table beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from postmortems.learning import Kept, Pace, Promises, Stage
from statuspage.publishing import times

HEIGHT = 100.0
# Of the width that a month has.
BAR = 0.72
# Something that took little time is still to be seen.
LEAST = 1.5

NAMES = {Stage.NOTICE: "Time to notice", Stage.STABLE: "Time to stable", Stage.RESOLVED: "Time to resolve"}
# The look of each kind of bar, from the bottom.
LOOKS = {
    Kept.DONE: "is-ok",
    Kept.LATE: "is-degraded",
    Kept.OVERDUE: "is-major",
    Kept.GIVEN_UP: "is-none",
    Kept.AHEAD: "is-quiet",
}


@dataclass(frozen=True)
class Chart:
    """A picture in numbers, and what it says in words."""

    key: str
    name: str
    told: str
    width: int
    # Each with its look.
    paths: list[tuple[str, str]]
    first: str
    last: str
    highest: str


def draw_pace(pace: Pace) -> Chart:
    """The middle length of each month; a month without incidents has no bar."""
    lengths = [found.length for _, found in pace.months]
    longest = max((length for length in lengths if length), default=timedelta())
    bars = [_bar(number, 0, _share(length, longest)) for number, length in enumerate(lengths) if length is not None]
    names = [month.short_name for month, _ in pace.months]
    said = [
        f"{month.short_name}: {times.span(found.length)}" for month, found in pace.months if found.length is not None
    ]
    return Chart(
        key=pace.stage,
        name=NAMES[pace.stage],
        told=f"Median by month. {'; '.join(said) or 'No incidents'}.",
        width=len(names),
        paths=[("", "".join(bars))] if bars else [],
        first=names[0],
        last=names[-1],
        highest=f"up to {times.span(longest)}" if longest else "",
    )


def draw_promises(promises: Promises) -> Chart:
    """What became of the promises due in each month, one kind upon the other."""
    most = max(sum(counts.values()) for _, counts in promises.months)
    bars: dict[Kept, list[str]] = {kept: [] for kept in Kept}
    for number, (_, counts) in enumerate(promises.months):
        bottom = 0.0
        for kept in LOOKS:
            if counts[kept]:
                share = counts[kept] / most
                bars[kept].append(_bar(number, bottom, share))
                bottom += share
    names = [month.short_name for month, _ in promises.months]
    said = [f"{many} {kept}" for kept, many in promises.totals.items() if many]
    return Chart(
        key="promises",
        name="Measures by the month they were due in",
        told=f"{', '.join(said) or 'None'}, from {names[0]} to {names[-1]}.",
        width=len(names),
        paths=[(LOOKS[kept], "".join(drawn)) for kept, drawn in bars.items() if drawn],
        first=names[0],
        last=names[-1],
        highest=f"up to {most}" if most else "",
    )


def by_month(paces: Sequence[Pace]) -> list[tuple[str, int, list[str]]]:
    """The same in a table, the newest first: a month, its incidents, and the median of each stage."""
    rows = []
    for months in zip(*(pace.months for pace in paces), strict=True):
        count = max(found.count for _, found in months)
        told = [times.span(found.length) if found.length is not None else "–" for _, found in months]
        rows.append((months[0][0].short_name, count, told))
    return rows[::-1]


def _share(length: timedelta, longest: timedelta) -> float:
    return max(length / longest if longest else 0.0, LEAST / HEIGHT)


def _bar(number: int, bottom: float, share: float) -> str:
    """A bar that stands on the line, or on another bar; the line is at 0, and up is negative."""
    foot, top = round(0 - bottom * HEIGHT, 2), round(0 - (bottom + share) * HEIGHT, 2)
    left = round(number + (1 - BAR) / 2, 2)
    return f"M{left:g} {foot:g}V{top:g}h{BAR:g}V{foot:g}z"
