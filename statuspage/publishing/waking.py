"""Waking a worker for work that is already a row in the database."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from celery import current_app
from django.conf import settings
from django.db import transaction

logger = logging.getLogger(__name__)

# Somebody waits for their post meanwhile, so it is tried once; workers have more patience with their broker.
PATIENCE = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5, "max_retries": 0}
# For so many seconds a broker that failed is left alone: what is done at once waits for it once.
REST = 5.0


class _Broker:
    """The way to the workers, which may be gone, or accept everything and never answer."""

    rests_until = 0.0

    def wake(self, task: str, after: timedelta) -> None:
        if not settings.REDIS_URL or time.monotonic() < self.rests_until:
            return
        try:
            with current_app.connection_for_write(transport_options=PATIENCE) as connection:
                countdown = max(after.total_seconds(), 0.0) or None
                current_app.send_task(task, connection=connection, retry=False, countdown=countdown)
        except Exception:
            # Whatever the broker's client raises: the work is recorded, and the next look at the schedule finds it.
            logger.warning("No worker could be woken for %s; the schedule will find it.", task, exc_info=True)
            self.rests_until = time.monotonic() + REST


_broker = _Broker()


def wake_soon(task: str, *, after: timedelta = timedelta(0)) -> None:
    """Once the current transaction has committed, have a worker run the task of this dotted name, some time after.

    A queue is not a record: without a broker the clock finds the row within a second, and one that is down costs a
    few seconds of delay, never the work.
    """
    transaction.on_commit(lambda: _broker.wake(task, after), robust=True)
