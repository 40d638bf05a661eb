"""Waking a worker for work that is already a row in the database."""

from __future__ import annotations

import logging
from datetime import timedelta

from celery import current_app
from django.conf import settings
from django.db import transaction

logger = logging.getLogger(__name__)


def wake_soon(task: str, *, after: timedelta = timedelta(0)) -> None:
    """Once the current transaction has committed, have a worker run the task of this dotted name, some time after.

    A queue is not a record: without a broker the clock finds the row within a second, and one that is down costs a
    few seconds of delay, never the work.
    """
    transaction.on_commit(lambda: _wake(task, after), robust=True)


def _wake(task: str, after: timedelta) -> None:
    if not settings.REDIS_URL:
        return
    try:
        current_app.send_task(task, retry=False, countdown=max(after.total_seconds(), 0.0) or None)
    except Exception:
        # Whatever the broker's client raises: the work is recorded, and the next look at the schedule finds it.
        logger.warning("No worker could be woken for %s; the schedule will find it.", task, exc_info=True)
