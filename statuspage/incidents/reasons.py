"""By whose word a component is not operational."""

from __future__ import annotations

from statuspage.components.status import Status
from statuspage.incidents.models import Incident
from statuspage.incidents.overview import Overview


def reasons(state: Overview) -> dict[int, list[Incident]]:
    """By the component's key, what is open and speaks against it; a later report silences what was said before it."""
    reported = {component.pk: getattr(component, "reported_at", None) for component in state.components}
    why: dict[int, list[Incident]] = {}
    for standing in state.standings:
        for key, when, status in standing.statements():
            since = reported.get(key)
            if status != Status.OPERATIONAL and (since is None or when > since):
                why.setdefault(key, []).append(standing.incident)
    return why
