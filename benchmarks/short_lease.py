"""The product's own settings with a lease of seconds, for whoever kills senders and cannot wait for minutes."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig

from statuspage.settings import *  # noqa: F403
from statuspage.settings import CELERY_BEAT_SCHEDULE, INSTALLED_APPS

LEASE, MESSAGE, LOOK = 5, 2.0, 1.0
INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks.short_lease.ShortLease"]
CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    name: {**entry, "schedule": min(float(str(entry["schedule"])), LOOK)}
    for name, entry in CELERY_BEAT_SCHEDULE.items()
    if "subscribers" in str(entry["task"])
}


class ShortLease(AppConfig):
    """Shortens the lease, and what one message may take, before any sender begins."""

    name = "benchmarks"

    def ready(self) -> None:
        import_module("statuspage.subscribers.ledger").LEASE = LEASE
        for module in ("smtp", "slow_lane", "couriers"):
            import_module(f"statuspage.subscribers.{module}").MESSAGE = MESSAGE
