"""Keeping child processes together: one that ends by itself is started again, and all end when they are asked to."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import NamedTuple

PATIENCE = 20.0
LOOK_EVERY = 0.1
# Whoever ends sooner than so many seconds after it began, so often in a row, would do so for ever.
SOON, OFTEN = 10.0, 4
PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Child(NamedTuple):
    """What to run, what to call it when telling people, and what process lists show."""

    name: str
    title: str
    main: Callable[[], None]


class Supervisor:
    """Runs children, each the leader of its own session, until a signal asks for the end.

    A killed clock must not take the page down, nor a killed server the clock.

    They are forked, not started anew: all that takes long to load is loaded once.
    """

    def __init__(self, *, tell: Callable[[str], None], patience: float = PATIENCE) -> None:
        self.tell = tell
        self.patience = patience
        self.asked = False
        self.running: dict[str, BaseProcess] = {}
        self.began: dict[str, tuple[Child, float]] = {}
        self.ended_soon: Counter[str] = Counter()

    def run(self, children: list[Child], *, meanwhile: Callable[[], None]) -> int:
        """Exit status: 0 when asked to end, 1 when a child ended by itself again and again.

        Calls `meanwhile` at each look; it may start more children.
        """
        for number in SIGNALS:
            if signal.getsignal(number) != signal.SIG_IGN or number != signal.SIGHUP:  # nohup outlives its terminal
                signal.signal(number, self._ask)
        try:
            for child in children:
                self.start(child)
            while not self.asked and self._all_run():
                meanwhile()
                time.sleep(LOOK_EVERY)
            asked = self.asked
        finally:
            self._stop()
        return 0 if asked else 1

    def start(self, child: Child) -> None:
        """Start one more child, which ends with the rest."""
        self.began[child.name] = child, time.monotonic()
        process = multiprocessing.get_context("fork").Process(target=_be, args=(child, os.getpid()))
        self.running[child.name] = process
        # A signal sent to a child that still has our handlers would be lost.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        process.start()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True

    def _all_run(self) -> bool:
        """Start again whoever ended by itself; False once that is of no use."""
        for name, process in list(self.running.items()):
            if process.exitcode is None:
                continue
            child, since = self.began[name]
            self.ended_soon[name] = self.ended_soon[name] + 1 if time.monotonic() - since < SOON else 1
            told = f"{name} ended by itself ({_ending(process.exitcode)})"
            if self.ended_soon[name] >= OFTEN:
                self.tell(f"{told}, {OFTEN} times in a row; stopping the rest.")
                return False
            self.tell(f"{told} and is started again.")
            _end_session(process)
            self.start(child)
        return True

    def _stop(self) -> None:
        """Ask each child to end, then end whatever is left of its session."""
        for process in self.running.values():
            process.terminate()
        deadline = time.monotonic() + self.patience
        for name, process in self.running.items():
            process.join(max(deadline - time.monotonic(), 0))
            if process.is_alive():
                self.tell(f"{name} did not end within {self.patience:.0f} s and is killed.")
            _end_session(process)
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


def _end_session(process: BaseProcess) -> None:
    """Leave nothing of what a child had started itself."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid or 0, signal.SIGKILL)


def _ending(exitcode: int) -> str:
    return f"signal {-exitcode}" if exitcode < 0 else f"exit status {exitcode}"
