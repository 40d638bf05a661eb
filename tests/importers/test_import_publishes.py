"""The command ends with the pages on disk, the PDF among them; and a base address is as good as files."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.management import CommandError

from statuspage.incidents.models import Incident
from tests.importers.conftest import run_command
from tests.importers.documents import document, incident, maintenance, summary, with_postmortem


@pytest.fixture
def serve():
    """Serve documents on the loopback; answers the base address."""
    servers = []

    def start(documents: dict[str, object]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                found = documents.get(self.path)
                self.send_response(200 if found is not None else 404)
                self.end_headers()
                self.wfile.write(json.dumps(found).encode())

            def log_message(self, *args):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.django_db(transaction=True)
def test_the_command_ends_with_every_page_on_disk(page, public, tmp_path):
    path = tmp_path / "source.json"
    path.write_text(json.dumps(summary(incidents=[with_postmortem()])))
    run_command(str(path))
    html = (public / "incidents" / "papershortag.html").read_text()
    assert "The paper roll was empty." in html
    assert "This incident affected: <bdi>Tickets (Pier printer)</bdi>." in html
    assert (public / "incidents" / "papershortag" / "postmortem.pdf").read_bytes().startswith(b"%PDF")
    before = {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in public.rglob("*.*") if file.is_file()}
    run_command(str(path))
    after = {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in public.rglob("*.*") if file.is_file()}
    changed = {file.name for file in after if after[file] != before.get(file)}
    # The heartbeat tells the second of each run.
    assert not {name for name in changed if not name.startswith(("heartbeat.", ".lock", ".whole"))}
    assert after.keys() == before.keys()


def test_a_base_address_is_read_whole(import_sources, serve):
    base = serve(
        {
            "/api/v2/summary.json": summary(),
            "/api/v2/incidents.json": document(
                incidents=[incident(status="postmortem"), incident("lostcargo000", status="postmortem", updates=[])]
            ),
            "/api/v2/scheduled-maintenances.json": document(scheduled_maintenances=[maintenance()]),
            "/incidents/papershortag.json": with_postmortem(),
        }
    )
    assert "lostcargo000.json, has it" in run_command(f"{base}/")
    assert {one.code: one.status for one in Incident.objects.all()} == {
        "papershortag": "resolved",
        "lostcargo000": "resolved",
        "newprinters0": "scheduled",
    }
    assert Incident.objects.get(code="papershortag").postmortem.is_published


def test_an_address_that_fails_imports_nothing(import_sources, serve):
    base = serve({"/api/v2/summary.json": summary()})
    with pytest.raises(CommandError, match=r"api/v2/incidents\.json: cannot be fetched: HTTP Error 404"):
        run_command(base)
    assert not Incident.objects.exists()
