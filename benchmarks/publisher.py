"""A process that publishes when told to, with a database of its own: run inside `manage.py shell`."""

from __future__ import annotations

import sys
import time

from benchmarks.history import fill
from statuspage.incidents.models import Incident
from statuspage.publishing.press import publish


def main(size: int) -> None:
    """Fill DATA_DIR and publish all of it, then one incident for each line of input; say how many seconds each took."""
    fill(size)
    began = time.perf_counter()
    publish()
    print(time.perf_counter() - began, flush=True)
    incident = Incident.objects.open().latest("started_at")
    for number, _ in enumerate(sys.stdin):
        # As an update does: what its pages and the overviews say is other than before.
        incident.name = f"Slow answers, told for the {number}th time"
        incident.save()
        began = time.perf_counter()
        publish(incident)
        print(time.perf_counter() - began, flush=True)
