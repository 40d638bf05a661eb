"""Keeping child processes together: they start together, and when one ends all end."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import NamedTuple

PATIENCE = 20.0
LOOK_EVERY = 0.1
PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Child(NamedTuple):
    """What to run, what to call it when telling people, and what process lists show."""

    name: str
    title: str
    main: Callable[[], None]


class Supervisor:
    """Runs children, each the leader of its own session, until one ends or a signal asks for the end.

    They are forked, not started anew: all that takes long to load is loaded once.
    """

    def __init__(self, *, tell: Callable[[str], None], patience: float = PATIENCE) -> None:
        self.tell = tell
        self.patience = patience
        self.asked = False
        self.running: dict[str, BaseProcess] = {}

    def run(self, children: list[Child], *, meanwhile: Callable[[], None]) -> int:
        """Exit status: 0 when asked to end, 1 when a child ended by itself.

        Calls `meanwhile` at each look; it may start more children.
        """
        for number in SIGNALS:
            if signal.getsignal(number) != signal.SIG_IGN or number != signal.SIGHUP:  # nohup outlives its terminal
                signal.signal(number, self._ask)
        try:
            for child in children:
                self.start(child)
            while not self.asked and all(process.is_alive() for process in self.running.values()):
                meanwhile()
                time.sleep(LOOK_EVERY)
            asked = self.asked
            if not asked:
                self._tell_who_ended()
        finally:
            self._stop()
        return 0 if asked else 1

    def start(self, child: Child) -> None:
        """Start one more child, which ends with the rest."""
        process = multiprocessing.get_context("fork").Process(target=_be, args=(child, os.getpid()))
        self.running[child.name] = process
        # A signal sent to a child that still has our handlers would be lost.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        process.start()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True

    def _tell_who_ended(self) -> None:
        for name, process in self.running.items():
            if process.exitcode is not None:
                self.tell(f"{name} ended by itself ({_ending(process.exitcode)}); stopping the rest.")

    def _stop(self) -> None:
        """Ask each child to end, then end whatever is left of its session."""
        for process in self.running.values():
            process.terminate()
        deadline = time.monotonic() + self.patience
        for name, process in self.running.items():
            process.join(max(deadline - time.monotonic(), 0))
            if process.is_alive():
                self.tell(f"{name} did not end within {self.patience:.0f} s and is killed.")
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid or 0, signal.SIGKILL)
            process.join()


def _be(child: Child, parent: int) -> None:
    """The whole life of a child."""
    os.setsid()
    if sys.platform == "linux":
        library = ctypes.CDLL(None)
        # However the supervisor ends, even killed, its children are asked to end too.
        library.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        library.prctl(PR_SET_NAME, child.title.encode())
    if os.getppid() != parent:
        sys.exit(1)
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    child.main()


def _ending(exitcode: int) -> str:
    return f"signal {-exitcode}" if exitcode < 0 else f"exit status {exitcode}"
