"""Requests per second of our server, compared with nginx serving the very same files."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from benchmarks.loopback import HOST, cpu_seconds, free_port, get, running

CONNECTIONS, THREADS = 64, 2
GZIP = {"Accept-Encoding": "gzip"}
NGINX = """
{user}
worker_processes 2;
daemon off;
pid {folder}/nginx.pid;
error_log stderr error;
events {{ worker_connections 1024; }}
http {{
  types {{ text/html html; application/json json; text/css css; }}
  access_log off;
  sendfile on;
  tcp_nopush on;
  open_file_cache max=1000 inactive=60s;
  keepalive_requests 100000000;
  gzip_static on;
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  server {{
    listen {host}:{port} backlog=1024;
    root {root};
    location = / {{ try_files /index.html =404; }}
    location / {{ try_files $uri $uri.html =404; }}
  }}
}}
"""


class Server(NamedTuple):
    name: str
    port: int
    leader: int


class Round(NamedTuple):
    rate: float
    cpu: float
    slowest: str


@dataclass
class Case:
    """One way of asking, and what each server made of it."""

    name: str
    path: str
    conditional: bool = False
    rounds: dict[str, list[Round]] = field(default_factory=dict)


def measure(web_command: list[str], port: int, root: Path, folder: Path, *, rounds: int, seconds: int) -> str:
    """Ask both servers in turn, round after round, for each case."""
    summary = "/api/v2/summary.json"
    cases = [Case("/ gzip", "/"), Case(f"{summary} gzip", summary), Case("/ 304", "/", conditional=True)]
    config = folder / "nginx.conf"
    nginx_port = free_port()
    # Its workers must be able to read a directory that is ours alone.
    user = "user root;" if os.geteuid() == 0 else ""
    config.write_text(NGINX.format(user=user, folder=folder, host=HOST, port=nginx_port, root=root))
    with ExitStack() as stack:
        nginx = stack.enter_context(running(["nginx", "-c", str(config), "-p", str(folder)]))
        ours = stack.enter_context(running(web_command))
        servers = [Server("nginx", nginx_port, nginx.pid), Server("ours", port, ours.pid)]
        _check_same(servers, cases)
        for case in cases:
            for server in servers:
                _ask(server, case, seconds=1)
        for _ in range(rounds):
            for case in cases:
                for server in servers:
                    case.rounds.setdefault(server.name, []).append(_ask(server, case, seconds=seconds))
    # The page, packed, is the yardstick for all: a 304 of nginx measures the load generator rather than nginx.
    return "\n".join(_line(case, cases[0]) for case in cases)


def _check_same(servers: list[Server], cases: list[Case]) -> None:
    """A comparison is one only if both answer alike."""
    for case in cases:
        answers = [get(server.port, case.path, GZIP) for server in servers]
        seen = [(one.status, one.getheader("Content-Encoding"), one.body) for one in answers]  # type: ignore[attr-defined]
        if seen[0] != seen[1] or seen[0][:2] != (200, "gzip"):
            raise SystemExit(f"{case.path}: nginx and our server do not answer alike: {[one[:2] for one in seen]}")


def _ask(server: Server, case: Case, *, seconds: int) -> Round:
    headers = dict(GZIP)
    if case.conditional:
        headers["If-None-Match"] = get(server.port, case.path, GZIP).getheader("ETag") or ""
        if get(server.port, case.path, headers).status != 304:
            raise SystemExit(f"{server.name} does not answer 304")
    before = cpu_seconds(server.leader)
    said = subprocess.run(
        [
            *("wrk", f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency"),
            *(word for name, value in headers.items() for word in ("-H", f"{name}: {value}")),
            f"http://{HOST}:{server.port}{case.path}",
        ],
        check=True,
        capture_output=True,
        text=True,
        timeout=seconds + 30,
    ).stdout
    used = cpu_seconds(server.leader) - before
    if "Non-2xx" in said or "Socket errors" in said:
        raise SystemExit(f"{server.name}, {case.name}: not every request was answered:\n{said}")
    count, rate = re.search(r"(\d+) requests in", said), re.search(r"Requests/sec:\s+([\d.]+)", said)
    slowest = re.search(r"^ +99% +(\S+)", said, re.MULTILINE)
    if not count or not rate or not slowest:
        raise SystemExit(f"wrk said what cannot be read:\n{said}")
    return Round(float(rate[1]), used / int(count[1]), slowest[1])


def _line(case: Case, page: Case) -> str:
    ours = case.rounds["ours"]
    of_page, of_same = (
        statistics.median(b.rate / a.rate for a, b in zip(one.rounds["nginx"], ours, strict=True))
        for one in (page, case)
    )
    each = [
        f"{name} {statistics.median(one.rate for one in rounds):8,.0f}/s "
        f"{statistics.median(one.cpu for one in rounds) * 1e6:4.0f} µs CPU, p99 {rounds[-1].slowest}"
        for name, rounds in case.rounds.items()
    ]
    ratios = f"ratio {of_page:.2f} of nginx's page, {of_same:.2f} of its same answer"
    return f"  {case.name:<28} {ratios}   {'   '.join(each)}"
