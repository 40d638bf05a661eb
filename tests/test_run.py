import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MANAGE = [sys.executable, str(ROOT / "manage.py")]
PATIENCE = 60
LOCKS = sorted(ROOT.glob("requirements*.lock"))


def wait_until(question, *, what):
    """The first answer that is true; fails loudly rather than waiting for ever."""
    deadline = time.monotonic() + PATIENCE
    while not (answer := question()):
        assert time.monotonic() < deadline, f"waited {PATIENCE} s for {what}"
        time.sleep(0.05)
    return answer


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def status_of(url):
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def processes_of(data_dir):
    """The ids of every living process that was given this data directory."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"DATA_DIR={data_dir}\0".encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
    return found


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A data directory, and how three commands ended that found it empty at the same time."""
    data_dir = tmp_path_factory.mktemp("data with blank")
    command = [*MANAGE, "prepare", "migrate", "--check"]
    commands = [subprocess.Popen(command, env=environ_for(data_dir), stderr=subprocess.PIPE) for _ in range(3)]
    errors = [command.communicate(timeout=180)[1].decode() for command in commands]
    return data_dir, [(command.returncode, error) for command, error in zip(commands, errors, strict=True)]


def environ_for(data_dir, **more):
    ours = (
        "HOST",
        "PORT",
        "SITE_URL",
        "TRUSTED_PROXIES",
        "DATABASE_URL",
        "REDIS_URL",
        "EMAIL_URL",
        "SECRET_KEY",
        "DEBUG",
        "ADMIN_EMAIL",
    )
    kept = {name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in ours}
    return {**kept, "DJANGO_SETTINGS_MODULE": "statuspage.settings", "DATA_DIR": str(data_dir), **more}


class Served:
    def __init__(self, data_dir, log, *words):
        self.data_dir, self.log, self.port = data_dir, log, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [*MANAGE, "serve", "--no-demo", *words],
                env=environ_for(data_dir, PORT=str(self.port)),
                cwd=log.parent,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        wait_until(lambda: "Ctrl-C" in self.said() or self.process.poll() is not None, what="the page to answer")
        assert self.process.poll() is None, self.said()
        wait_until(lambda: len(self.children()) == 2, what="both children")

    def said(self):
        return self.log.read_text()

    def children(self):
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        titles = {Path(f"/proc/{pid}/comm").read_text().strip(): int(pid) for pid in listed}
        return {title: pid for title, pid in titles.items() if title.startswith("candor-")}

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def nothing_left(self):
        return wait_until(lambda: not processes_of(self.data_dir), what="every process to end")


@pytest.fixture
def served(prepared, tmp_path):
    served = Served(prepared[0], tmp_path / "log")
    yield served
    if served.process.poll() is None:
        served.end(signal.SIGKILL)
    served.nothing_left()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_locked_package_is_pinned_by_hash_and_names_no_address(lock):
    text = lock.read_text()
    assert "://" not in text
    assert not re.search(r"^\s*--(?!hash=sha256:)", text, re.MULTILINE)
    packages = re.split(r"\n(?=\S)", text.replace("\\\n", " ").strip())
    for package in packages:
        assert re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==\S+ .*--hash=sha256:[0-9a-f]{64}", package, re.DOTALL), package


def test_what_runs_is_locked_the_same_for_tests():
    pins = {
        lock.name: dict(re.findall(r"^([a-z0-9._-]+)(?:\[.*?\])?==(\S+)", lock.read_text(), re.MULTILINE))
        for lock in LOCKS
    }
    runtime, dev = pins["requirements.lock"], pins["requirements-dev.lock"]
    assert {name: dev.get(name) for name in runtime} == runtime


@pytest.mark.parametrize(("words", "status"), [(["help"], 0), (["nonsense"], 1)])
def test_run_tells_what_it_can_do(words, status, tmp_path):
    ended = subprocess.run([ROOT / "run", *words], cwd=tmp_path, capture_output=True, text=True)
    assert ended.returncode == status
    assert "./run manage COMMAND" in ended.stdout + ended.stderr
    assert "nonsense" in ended.stderr or not status


def test_commands_that_start_at_once_prepare_one_directory_together(prepared):
    assert [status for status, _ in prepared[1]] == [0, 0, 0], prepared[1]


def test_the_page_is_served_until_it_is_asked_to_stop(served):
    assert status_of(f"{served.url}/") == 200
    assert f"Public page      http://localhost:{served.port}/\n" in served.said()
    assert f"Desk             http://localhost:{served.port}/desk/\n" in served.said()
    assert served.end() == 0
    assert served.nothing_left()


def test_ctrl_c_is_an_orderly_end(served):
    assert served.end(signal.SIGINT) == 0
    assert served.nothing_left()
    assert "Traceback" not in served.said()


def test_a_killed_supervisor_leaves_nothing_behind(served):
    served.end(signal.SIGKILL)
    assert served.nothing_left()


@pytest.mark.parametrize(("child", "name"), [("candor-web", "The web server"), ("candor-clock", "The clock")])
def test_a_child_that_dies_is_named_and_started_again(served, child, name):
    before = served.children()
    os.kill(before[child], signal.SIGKILL)
    wait_until(lambda: served.children().get(child, before[child]) != before[child], what="another one in its place")
    wait_until(lambda: status_of(served.url) == 200, what="the page to answer again")
    assert f"{name} ended by itself (signal 9) and is started again." in served.said()
    assert served.end() == 0
    assert served.nothing_left()


def test_the_first_account_gets_a_link_once_and_it_opens(served, prepared, tmp_path):
    served.end()
    database = prepared[0] / "candor.sqlite3"
    subprocess.run(
        [*MANAGE, "shell", "-v0", "-c", "from statuspage.team.models import User; User.objects.all().delete()"],
        env=environ_for(prepared[0]),
        check=True,
    )
    assert database.exists()
    first = Served(prepared[0], tmp_path / "first")
    try:
        links = re.findall(
            r"^admin@localhost: (http://localhost:\d+/accounts/password/reset/key/\S+)$", first.said(), re.MULTILINE
        )
        assert len(links) == 1
        assert status_of(links[0]) == 200
    finally:
        first.end()
    again = Served(prepared[0], tmp_path / "again")
    again.end()
    assert "/accounts/" not in again.said()


def test_a_taken_port_is_a_sentence(served, tmp_path):
    ended = subprocess.run(
        [*MANAGE, "serve", "--no-demo"],
        env=environ_for(tmp_path, PORT=str(served.port)),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert ended.returncode == 1
    assert f"Port {served.port} on 127.0.0.1 cannot be used: Address already in use." in ended.stderr
    assert f"PORT={served.port + 1} ./run" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_page_stays_up_while_the_database_is_gone(served, prepared, tmp_path):
    database = prepared[0] / "candor.sqlite3"
    database.rename(tmp_path / "away")
    try:
        wait_until(lambda: "is gone; waiting for it" in served.said(), what="the clock to notice")
        assert status_of(f"{served.url}/") == 200
        assert status_of(f"{served.url}/accounts/login/") == 500
        assert not database.exists()
    finally:
        (tmp_path / "away").rename(database)
    wait_until(lambda: "is back" in served.said(), what="the clock to go on")
    assert status_of(f"{served.url}/accounts/login/") == 200
    assert served.end() == 0


def test_a_start_without_its_database_refuses_rather_than_begin_anew(prepared, tmp_path):
    database = prepared[0] / "candor.sqlite3"
    database.rename(tmp_path / "away")
    try:
        ended = subprocess.run(
            [*MANAGE, "serve"],
            env=environ_for(prepared[0], PORT=str(free_port())),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert not database.exists()
    finally:
        (tmp_path / "away").rename(database)
    assert ended.returncode == 1
    assert f"candor: The database {database} is gone" in ended.stderr
    assert "Traceback" not in ended.stderr
