"""From a responder's POST at the desk to the new bytes on disk, over HTTP, with everything running as in production."""

from __future__ import annotations

import http.client
import os
import sqlite3
import statistics
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.loopback import HOST, get, running

SIGN_IN = """
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from statuspage.incidents.models import Incident
from statuspage.team.models import User
user = User.objects.create_user("bench@example.com", "only for this run", is_staff=True, is_superuser=True)
session = SessionStore()
session.update({
    SESSION_KEY: str(user.pk), HASH_SESSION_KEY: user.get_session_auth_hash(),
    BACKEND_SESSION_KEY: "allauth.account.auth_backends.AuthenticationBackend",
})
session.create()
print(session.session_key, *Incident.objects.open().values_list("code", flat=True))
"""
TOKEN = "b" * 32


def measure(data_dir: Path, port: int, *, posts: int) -> str:
    """Post updates to the open incidents in turn: each when all of the last is published, then without a pause."""
    environment = {**os.environ, "DATA_DIR": str(data_dir), "PORT": str(port), "HOST": HOST}
    cookies, codes = sign_in(environment)
    with running([sys.executable, "manage.py", "serve", "--no-demo"], env=environment, stdout=subprocess.DEVNULL):
        # Nobody posts who has not opened the incident before.
        get(port, f"/desk/incidents/{codes[0]}/", cookies)
        connection = http.client.HTTPConnection(HOST, port, timeout=30)

        def taken(number: int) -> float:
            code, words = codes[number % len(codes)], f"Told for the {number}th time."
            began = time.perf_counter()
            post(connection, code, words, cookies)
            length = time.perf_counter() - began
            for file in (f"incidents/{code}.html", "index.html"):
                if words not in (data_dir / "public" / file).read_text():
                    raise SystemExit(f"{file} did not tell of the post when it was answered.")
            return length

        until_published(data_dir)
        by_itself = []
        for number in range(posts // 4):
            by_itself.append(taken(number))
            until_published(data_dir)
        in_a_row = [taken(number) for number in range(posts // 4, posts)]
    return f"{_line('each by itself', by_itself)}\n{_line('without a pause', in_a_row)}"


def until_published(data_dir: Path) -> None:
    """Wait until nothing is owed to readers any more."""
    deadline = time.monotonic() + 600
    with closing(sqlite3.connect(data_dir / "candor.sqlite3", timeout=20)) as database:
        while database.execute("SELECT EXISTS (SELECT * FROM publishing_owed)").fetchone()[0]:
            if time.monotonic() > deadline:
                raise SystemExit("The clock did not publish all that was owed.")
            time.sleep(0.1)


def _line(name: str, taken: list[float]) -> str:
    taken.sort()
    p99 = taken[min(round(len(taken) * 0.99), len(taken) - 1)]
    return (
        f"  {name:<16} median {statistics.median(taken) * 1000:.0f} ms   p99 {p99 * 1000:.0f} ms   "
        f"worst {taken[-1] * 1000:.0f} ms   of {len(taken)} (goal: p99 at most 250 ms)"
    )


def sign_in(environment: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    """The cookies of somebody at the desk, and the codes of the open incidents."""
    session, *codes = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c", SIGN_IN],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    return {"Cookie": f"sessionid={session}; csrftoken={TOKEN}"}, codes


def post(
    connection: http.client.HTTPConnection, code: str, words: str, cookies: dict[str, str], *, notify: bool = True
) -> None:
    """Post an update, of which subscribers are told or not."""
    form = {"csrfmiddlewaretoken": TOKEN, "status": "monitoring", "body": words, "notify": "on" if notify else ""}
    headers = {"Content-Type": "application/x-www-form-urlencoded", **cookies}
    connection.request("POST", f"/desk/incidents/{code}/updates/", urlencode(form), headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 302:
        raise SystemExit(f"The desk answered {answer.status}, where it should have posted.")
