"""A process that publishes when told to, with a database of its own: run inside `manage.py shell`."""

from __future__ import annotations

import sys
import time

from benchmarks.history import fill
from statuspage.incidents.models import Incident
from statuspage.publishing.press import publish, publish_at_once


def main(components: int, incidents: int) -> None:
    """Fill DATA_DIR and say so; then publish an incident for each line of input.

    Tells how many seconds it took: what a request waits for, then all of it.
    """
    fill(incidents, components=components)
    print("filled", flush=True)
    incident = Incident.objects.open().latest("started_at")
    for number, _ in enumerate(sys.stdin):
        # As an update does: what its pages and the overviews say is other than before.
        incident.name = f"Slow answers, told for the {number}th time"
        incident.save()
        began = time.perf_counter()
        publish_at_once(incident)
        between = time.perf_counter()
        publish(incident)
        print(between - began, time.perf_counter() - between, flush=True)
