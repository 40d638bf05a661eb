"""The clock of the embedded server: runs Celery beat's schedule by itself, in one process and without a broker.

What is owed is a row in the database, so a task that failed or never ran is found again at its next turn. Where
REDIS_URL is set it goes on, looking less often: harmless beside Celery's beat and workers, and the net below them.
As each queue of Celery's has workers of its own, each has a thread here: a hundred thousand mails hold up no page.
"""

from __future__ import annotations

import json
import logging
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import OperationalError, close_old_connections
from django.utils.module_loading import import_string

from statuspage.publishing.preparing import database_is_gone, database_name, never_make_a_database

logger = logging.getLogger(__name__)

# What runs each day must remember its turn across restarts; what runs each minute starts with one.
REMEMBERED_FROM = 3600.0
LONGEST_WAIT = 5.0


@dataclass
class Turn:
    """One entry of the schedule: what to call, how often, and when next on the monotonic clock."""

    name: str
    call: Callable[[], Any]
    interval: float
    due: float
    queue: str = ""
    trouble: str = ""


class Clock:
    """Runs what is due, in each queue one task after the other; no failure of a task ends it."""

    def __init__(self, schedule: dict[str, dict[str, Any]], *, memory: Path) -> None:
        self.memory = memory
        self.waiting_for_database = False
        last_run = self._remembered()
        found = (_turn(name, entry, last_run.get(name)) for name, entry in schedule.items())
        self.turns = [turn for turn in found if turn]
        self._remember(last_run)

    def run(self, stopping: threading.Event) -> None:
        """Keep time until told to stop; a task that has begun is finished."""
        queues: dict[str, list[Turn]] = {}
        for turn in self.turns:
            queues.setdefault(turn.queue, []).append(turn)
        threads = [threading.Thread(target=self._keep, args=(turns, stopping)) for turns in queues.values()]
        for thread in threads:
            thread.start()
        # A signal reaches the main thread only, and only where it waits for nothing that cannot be interrupted.
        stopping.wait()
        for thread in threads:
            thread.join()

    def tick(self, stopping: threading.Event | None = None, turns: list[Turn] | None = None) -> None:
        """Run each entry whose time has come, once, however often it was missed."""
        for turn in self.turns if turns is None else turns:
            if stopping and stopping.is_set():
                return
            if turn.due <= time.monotonic() and self._database_there():
                more = self._run(turn)
                # Counted from the end: a task slower than its interval must not starve the others. One that says that
                # more is due goes on.
                turn.due = time.monotonic() + (0 if more else turn.interval)

    def _keep(self, turns: list[Turn], stopping: threading.Event) -> None:
        while not stopping.is_set():
            self.tick(stopping, turns)
            soonest = min(turn.due for turn in turns)
            stopping.wait(min(max(soonest - time.monotonic(), 0.05), LONGEST_WAIT))

    def _run(self, turn: Turn) -> bool:
        """Run an entry; whether it says that more is due."""
        more = False
        close_old_connections()
        try:
            more = turn.call() is True
        except Exception as error:
            # The same failure each second says nothing new; another one does.
            if turn.trouble != repr(error):
                # A database that does not answer is told in its own words; anything else is ours to look into.
                trace = None if isinstance(error, OperationalError) else error
                logger.error("“%s” failed and will be tried again: %s", turn.name, error, exc_info=trace)
            turn.trouble = repr(error)
        else:
            if turn.trouble:
                logger.info("“%s” works again", turn.name)
            turn.trouble = ""
            if turn.interval >= REMEMBERED_FROM:
                self._remember({**self._remembered(), turn.name: time.time()})
        finally:
            close_old_connections()
        return more

    def _database_there(self) -> bool:
        gone = database_is_gone()
        if gone != self.waiting_for_database:
            level, what = (logging.ERROR, "gone; waiting for it") if gone else (logging.INFO, "back")
            logger.log(level, "The database %s is %s", database_name(), what)
        self.waiting_for_database = gone
        return not gone

    def _remembered(self) -> dict[str, float]:
        try:
            return dict(json.loads(self.memory.read_text()))
        except (OSError, ValueError):
            return {}

    def _remember(self, last_run: dict[str, float]) -> None:
        slow = {turn.name for turn in self.turns if turn.interval >= REMEMBERED_FROM}
        kept = {name: last_run.get(name, time.time()) for name in slow}
        try:
            self.memory.write_text(json.dumps(kept))
        except OSError:
            logger.exception("%s cannot be written", self.memory)


def _turn(name: str, entry: dict[str, Any], last_run: float | None) -> Turn | None:
    """The entry, ready to run; None, and a line in the log, where it names no task or no plain interval."""
    interval = entry["schedule"]
    if isinstance(interval, timedelta):
        interval = interval.total_seconds()
    if not isinstance(interval, int | float):
        logger.error("“%s” has no plain interval, so the clock leaves it out: %r", name, interval)
        return None
    try:
        call = import_string(entry["task"])
    except ImportError as error:
        logger.error("“%s” cannot be run: %s", name, error)
        return None
    due = time.monotonic()
    if interval >= REMEMBERED_FROM:
        # A wall clock set back or forth costs at most one turn.
        due += interval - min(max(time.time() - (last_run or time.time()), 0.0), interval)
    return Turn(name, call, interval, due, _queue(entry["task"]))


def _queue(task: str) -> str:
    """The queue that Celery would put a task into."""
    routes: dict[str, dict[str, str]] = settings.CELERY_TASK_ROUTES
    return next((route["queue"] for pattern, route in routes.items() if fnmatch(task, pattern)), "")


def keep_time() -> None:
    """Run this installation's schedule until asked to stop."""
    never_make_a_database()
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    embedded().run(stopping)


def embedded() -> Clock:
    """The clock for this installation."""
    return Clock(settings.CELERY_BEAT_SCHEDULE, memory=settings.DATA_DIR / "clock.json")
