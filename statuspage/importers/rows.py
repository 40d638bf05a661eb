"""What all imported rows have in common: who is newer, and what that changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from statuspage.components.models import Component
from statuspage.importers.report import Tally
from statuspage.importers.told import Told

AT_ONCE = 500
One = TypeVar("One")
Row = TypeVar("Row", bound=Any)


def write_rows(model: type[Row], told: Iterable[Told], tally: Tally) -> dict[str, Row]:
    """Write what was told of a model that knows its objects by code; all of them, by code."""
    told = list(told)
    rows = model.objects.select_for_update().in_bulk([one.code for one in told], field_name="code")
    new, changed, names = [], [], {"updated_at"}
    for one in told:
        row = rows.get(one.code)
        if row is None:
            rows[one.code] = row = model(code=one.code, **one.fields)
            new.append(row)
            continue
        differing = {**one.fields, "retired_at": None} if is_stand_in(row) else differences(row, one)
        if differing:
            assign(row, differing)
            names |= set(differing)
            changed.append(row)
    model.objects.bulk_create(new, batch_size=AT_ONCE)
    model.objects.bulk_update(changed, sorted(names), batch_size=AT_ONCE)
    tally.count(new=len(new), changed=len(changed), total=len(told))
    return rows


def differences(row: Any, told: Told) -> dict[str, Any]:
    """The fields that a source may set here: all if it is newer; if it is of the same age, those still empty."""
    if told.updated_at < row.updated_at:
        return {}
    newer = told.updated_at > row.updated_at
    return {
        name: value
        for name, value in told.fields.items()
        if getattr(row, name) != value and (newer or not getattr(row, name))
    }


def assign(row: Any, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        setattr(row, name, value)


def is_stand_in(row: Any) -> bool:
    """A component that was only mentioned so far: retired from its first day."""
    return isinstance(row, Component) and row.retired_at is not None and row.retired_at == row.created_at


def batches(things: Sequence[One]) -> Iterator[Sequence[One]]:
    """A few hundred at once: neither a query for each nor all of a long history in one."""
    for start in range(0, len(things), AT_ONCE):
        yield things[start : start + AT_ONCE]
