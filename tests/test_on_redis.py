"""With a broker: a worker is woken for work that is a row already, and a dead broker costs nothing but the waking."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from statuspage.publishing.waking import PATIENCE

ROOT = Path(__file__).parents[1]
PUBLISH = """
from statuspage.incidents.services import open_incident
from postmortems.services import publish_postmortem, save_draft, start_postmortem
incident = open_incident(name="Over", status="resolved", body="Over.", affected={}, author=None)
postmortem = save_draft(
    start_postmortem(incident),
    texts={"description": "Nothing moved.", "root_cause": "A queue."},
    facts=[],
    actions=[],
    mitigations=[],
)
publish_postmortem(postmortem, author=None)
print("published", postmortem.path)
"""


@pytest.fixture
def installation(tmp_path):
    """Run the product's commands in a data directory of their own."""
    env = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}}
    env["DATA_DIR"] = str(tmp_path)

    def run(*words, **more):
        done = subprocess.run(
            [sys.executable, ROOT / "manage.py", *words], env=env | more, capture_output=True, text=True, cwd=ROOT
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    run.env, run.public = env, tmp_path / "public"
    run("prepare")
    return run


@contextmanager
def process(*words, **options):
    child = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    try:
        yield child
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(30)


@pytest.fixture
def redis(tmp_path):
    server = shutil.which("redis-server")
    if not server:
        assert not os.environ.get("CI"), "CI must have Redis: ./run test installs it."
        pytest.skip("redis-server is not installed")
    port = free_port()
    with process(server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", tmp_path):
        until(lambda: answers(port), "Redis to answer")
        yield f"redis://127.0.0.1:{port}/0"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def until(reached, what, seconds=90):
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.05)


def test_a_worker_is_woken_to_make_the_pdf(installation, redis):
    worker = [sys.executable, "-m", "celery", "-A", "statuspage", "worker", "-P", "solo", "-Q", "render"]
    with process(*worker, env=installation.env | {"REDIS_URL": redis}, cwd=ROOT):
        path = installation("shell", "-c", PUBLISH, REDIS_URL=redis).split()[-1]
        pdf = installation.public / f"{path[1:]}.pdf"
        until(pdf.exists, "the worker's PDF")
    assert pdf.read_bytes().startswith(b"%PDF-")


def test_a_dead_broker_neither_fails_nor_delays_a_publication(installation):
    path = installation("shell", "-c", PUBLISH, REDIS_URL=f"redis://127.0.0.1:{free_port()}/0").split()[-1]
    assert (installation.public / f"{path[1:]}.html").exists()
    installation("shell", "-c", "from postmortems.tasks import render_due; render_due()")
    assert (installation.public / f"{path[1:]}.pdf").exists()


WAKE_TWICE = """
from statuspage.publishing.waking import wake_soon
for task in ("drain_mail", "drain_hooks"):
    wake_soon(f"statuspage.subscribers.tasks.{task}")
"""


def test_a_broker_that_accepts_and_never_answers_is_asked_once_for_all_that_a_post_does(installation):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        installation("shell", "-c", WAKE_TWICE, REDIS_URL=f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        silent.settimeout(0)
        asked = 0
        with suppress(BlockingIOError):
            while silent.accept():
                asked += 1
    assert asked == 1
    assert PATIENCE["socket_connect_timeout"] + PATIENCE["socket_timeout"] <= 1
