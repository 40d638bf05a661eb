"""The public site carried by nginx, with the configuration that docs/static-site.md gives: the same answers as ours."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from contextlib import contextmanager
from threading import Thread
from wsgiref.simple_server import make_server

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

from benchmarks.loopback import HOST, free_port, get, running
from statuspage.publishing import store
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
OWN = {"Content-Length", "ETag"}


@pytest.fixture
def guide() -> str:
    """The configuration in the guide."""
    return re.search(r"```nginx\n(.*?)```", GUIDE.read_text(), re.DOTALL)[1]


@pytest.fixture
def alone(guide) -> str:
    """The same where no Candor answers, changed as the guide says."""
    without = re.sub(r" *location @candor \{.*?\}\n", "", guide, flags=re.DOTALL)
    return without.replace("@candor;", "=404;")


@pytest.fixture
def demo(page, public):
    """A site with all that there can be."""
    call_command("load_demo")


@pytest.fixture
def carry(page, public, tmp_path):
    """Start nginx with a configuration, on the published site; tells where it listens."""
    if not shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin"):
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say("nginx is not there; ./run test installs it where it may.")
    publish()
    folder = tmp_path / "nginx"
    folder.mkdir()

    @contextmanager
    def carry(ours):
        port = free_port()
        ours = ours.replace("listen 80;", f"listen {HOST}:{port};").replace("/srv/candor/public", str(public))
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(FRAME.format(user=user, folder=folder, ours=ours))
        program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
        with running([program, "-c", str(folder / "nginx.conf"), "-p", str(folder)], stderr=subprocess.DEVNULL):
            yield port

    return carry


@pytest.fixture
def port(carry, alone):
    """Where nginx carries the site, with nothing of Candor running behind it."""
    with carry(alone) as port:
        yield port


def test_every_address_is_answered_alike(demo, port, public):
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
        if not told["Vary"]:
            # It says so only of what there is in two forms.
            file = store.file_for(location)
            assert not file.with_name(f"{file.name}.gz").exists()
            wanted.pop("Vary"), told.pop("Vary")
        assert (location, answer.status, told) == (location, 200, wanted)
        assert answer.body == body


def test_packed_pages_are_sent_packed(port):
    assert get(port, "/", {"Accept-Encoding": "gzip"}).getheader("Content-Encoding") == "gzip"


def test_nothing_beside_the_site_is_served(port, public):
    assert get(port, "/.lock", {}).status == 404
    assert (public / ".lock").exists()


def test_what_is_not_there_is_not_found_where_no_candor_answers(port, public):
    for path in ("/nowhere", "/desk/", "/history.json?page=99", "/404", "/404.html", "/de/404.html"):
        answer = get(port, path, {})
        assert (path, answer.status, answer.body) == (path, 404, (public / "404.html").read_bytes())


def test_numbered_pages_of_the_history_are_answered_from_their_files(port):
    store.put("/history/page-2.json", b"{}")
    assert get(port, "/history.json?page=2", {}).body == b"{}"
    assert get(port, "/history.json?page=1", {}).body == store.find("/history.json")


def test_candor_is_asked_for_the_rest_as_the_reader_asked(carry, guide):
    def echo(environ, start_response):
        start_response("200 OK", [])
        return [f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}".encode()]

    candor = make_server(HOST, 0, echo)
    Thread(target=candor.serve_forever, daemon=True).start()
    try:
        with carry(guide.replace("127.0.0.1:8000", f"{HOST}:{candor.server_port}")) as port:
            for asked in ("/history.json?page=99", "/desk/?a=b"):
                assert get(port, asked, {}).body.decode() == asked
    finally:
        candor.shutdown()
        candor.server_close()
