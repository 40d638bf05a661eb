import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from statuspage.publishing.supervisor import Child, Supervisor


def sleep():
    time.sleep(600)


def quit_with_3():
    sys.exit(3)


def refuse_to_end(note):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    note.with_suffix(".new").write_text(str(grandchild.pid))
    note.with_suffix(".new").rename(note)
    sleep()


def child(name, main):
    return Child(name, "candor-test", main)


@pytest.fixture(autouse=True)
def _own_signals():
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def told():
    return []


def gone(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_every_child_and_is_no_failure(told, number):
    supervisor = Supervisor(tell=told.append)
    children = [child("one", sleep), child("two", sleep)]
    assert supervisor.run(children, meanwhile=lambda: os.kill(os.getpid(), number)) == 0
    assert [process.exitcode for process in supervisor.running.values()] == [-signal.SIGTERM] * 2
    assert told == []


def test_a_child_that_ends_by_itself_again_and_again_is_named_and_ends_the_rest(told):
    supervisor = Supervisor(tell=told.append)
    children = [child("sleeper", sleep), child("quitter", quit_with_3)]
    assert supervisor.run(children, meanwhile=lambda: None) == 1
    assert told == [
        *["quitter ended by itself (exit status 3) and is started again."] * 3,
        "quitter ended by itself (exit status 3), 4 times in a row; stopping the rest.",
    ]
    assert supervisor.running["sleeper"].exitcode is not None


def test_a_child_that_is_killed_is_started_again_and_the_others_go_on(told):
    supervisor = Supervisor(tell=told.append)
    first = {}

    def kill_once():
        if not first:
            first.update({name: process.pid for name, process in supervisor.running.items()})
            os.kill(first["one"], signal.SIGKILL)
        elif supervisor.running["one"].pid != first["one"]:
            os.kill(os.getpid(), signal.SIGTERM)

    assert supervisor.run([child("one", sleep), child("two", sleep)], meanwhile=kill_once) == 0
    assert told == ["one ended by itself (signal 9) and is started again."]
    assert supervisor.running["two"].pid == first["two"]


def test_a_child_that_will_not_end_is_killed_with_its_own_children(told, tmp_path):
    supervisor = Supervisor(tell=told.append, patience=0.2)
    note = tmp_path / "pid"

    def stop_when_settled():
        if note.exists():
            os.kill(os.getpid(), signal.SIGTERM)

    assert supervisor.run([child("mule", partial(refuse_to_end, note))], meanwhile=stop_when_settled) == 0
    assert told == ["mule did not end within 0 s and is killed."]
    assert supervisor.running["mule"].exitcode == -signal.SIGKILL
    grandchild = int(note.read_text())
    deadline = time.monotonic() + 30
    while not gone(grandchild):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_child_may_be_started_later(told):
    supervisor = Supervisor(tell=told.append)

    def start_second():
        if len(supervisor.running) == 1:
            supervisor.start(child("two", lambda: None))

    assert supervisor.run([child("one", sleep)], meanwhile=start_second) == 1
    assert told[-1] == "two ended by itself (exit status 0), 4 times in a row; stopping the rest."
