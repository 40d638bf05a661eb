"""Programs that are started, killed, frozen and started again by name; each a process of its own, known by its id."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path


class Programs:
    """A set of programs on this machine, all ended when the block ends."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.commands: dict[str, tuple[list[str], dict[str, str]]] = {}
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Programs:
        return self

    def __exit__(self, *_: object) -> None:
        self.end(*self.running)

    def start(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        """Start one."""
        self.commands[name] = (command, environment)
        with self.log.open("ab") as log:
            self.running[name] = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def start_again(self, name: str) -> None:
        """Start one that was killed or ended, as before."""
        self.start(name, *self.commands[name])

    def kill(self, name: str) -> None:
        """End one as a crash does."""
        process = self.running.pop(name)
        process.kill()
        process.wait()

    def freeze(self, name: str) -> None:
        """Let one stand still."""
        self.running[name].send_signal(signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """Let it go on."""
        self.running[name].send_signal(signal.SIGCONT)

    def end(self, *names: str) -> None:
        """Ask some to end, and see that they do."""
        found = [self.running.pop(name) for name in list(names)]
        for process in found:
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGTERM)
        for process in found:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
