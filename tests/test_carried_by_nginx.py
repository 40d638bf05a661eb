"""The public site carried by nginx, with the configuration that docs/static-site.md gives: the same answers as ours."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

from benchmarks.loopback import HOST, free_port, get, running
from statuspage.publishing.press import publish
from statuspage.publishing.serving import PublicFiles
from tests.test_every_public_url import ask, locations

GUIDE = settings.BASE_DIR / "docs" / "static-site.md"
FRAME = """
{user}
daemon off;
pid {folder}/nginx.pid;
error_log stderr error;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
{ours}
}}
"""
# What a web server adds by itself, or says in another form.
OWN = {"Content-Length", "ETag", "Vary"}


@pytest.fixture
def guide() -> str:
    """The configuration in the guide."""
    return re.search(r"```nginx\n(.*?)```", GUIDE.read_text(), re.DOTALL)[1]


@pytest.fixture
def port(page, public, guide, tmp_path):
    """Where nginx carries the demo's site, with nothing of Candor running behind it."""
    if not shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin"):
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say("nginx is not there; ./run test installs it where it may.")
    call_command("load_demo")
    publish()
    port, folder = free_port(), tmp_path / "nginx"
    folder.mkdir()
    ours = guide.replace("listen 80;", f"listen {HOST}:{port};").replace("/srv/candor/public", str(public))
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(FRAME.format(user=user, folder=folder, ours=ours))
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    with running([program, "-c", str(folder / "nginx.conf"), "-p", str(folder)], stderr=subprocess.DEVNULL):
        yield port


def test_every_address_is_answered_alike(port, public):
    site = PublicFiles(get_wsgi_application(), root=public)
    for location in locations(public):
        if location.endswith("/404"):
            continue
        _, expected, body = ask(site, location)
        answer = get(port, location, {})
        told = {name: answer.getheader(name) for name in expected if name not in OWN}
        told["Content-Type"] = told["Content-Type"].lower()
        wanted = {name: expected[name] for name in told}
        # The page's own headers say the same twice, for browsers of another age.
        wanted.pop("X-Frame-Options", None), told.pop("X-Frame-Options", None)
        assert (location, answer.status, told) == (location, 200, wanted)
        assert answer.body == body


def test_packed_pages_are_sent_packed(port):
    assert get(port, "/", {"Accept-Encoding": "gzip"}).getheader("Content-Encoding") == "gzip"


def test_nothing_beside_the_site_is_served(port, public):
    assert get(port, "/.lock", {}).status == 404
    assert get(port, "/nowhere", {}).status in {404, 502}
    assert (public / ".lock").exists()
