"""Real Chromium against the real WSGI application, for tests marked `browser`."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.wsgi import get_wsgi_application
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from statuspage.publishing.serving import PublicFiles

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
# What no page of ours may ever cause; told by the browser itself.
WATCH = """
  window.troubles = [];
  document.addEventListener("securitypolicyviolation", (event) =>
    troubles.push(`CSP ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
  document.addEventListener("htmx:evalDisallowedError", () => troubles.push("htmx wanted to eval"));
"""


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    allow_reuse_address = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of a worker."""
    if not CHROMIUM.exists():
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say(f"{CHROMIUM} is not there; ./run test installs it where it may.")
    # Playwright runs an event loop in this thread; nothing of Django's is asynchronous here.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def site(transactional_db, page, public) -> Iterator[str]:
    """The address at which the product answers: public files first, then Django, as in production."""
    public.mkdir(parents=True, exist_ok=True)
    application = PublicFiles(partial(_static_or, get_wsgi_application()), root=public)
    server = make_server("127.0.0.1", 0, application, Server, Quiet)
    settings.CSRF_TRUSTED_ORIGINS = [f"http://localhost:{server.server_port}"]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def tab(browser: Browser, site: str, **options: object) -> Iterator[Page]:
    """A tab of its own; at the end, nothing may have gone wrong in it."""
    context: BrowserContext = browser.new_context(base_url=site, **options)
    context.set_default_timeout(10_000)
    context.add_init_script(WATCH)
    told: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: told.append(message.text) if _is_trouble(message) else None)
    page.on("pageerror", lambda error: told.append(str(error)))
    yield page
    if options.get("java_script_enabled", True):
        told += page.evaluate("window.troubles")
    context.close()
    assert not told, told


def complaints(page: Page) -> list[str]:
    """What axe finds wrong with the page, in a line each."""
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


def _is_trouble(message: object) -> bool:
    # A refused form is answered 401, 409 or 422 on purpose, as /404 is with its name; Chromium logs them as errors, and
    # so it does where a test takes the network away.
    meant = re.search("status of (401|409|422)|ERR_INTERNET_DISCONNECTED", message.text)
    meant = meant or message.location["url"].endswith("/404")
    return message.type == "error" and not meant


def _static_or(application, environ, start_response):
    """Static files from where they are written, since nothing is collected in tests; then Django."""
    path = environ["PATH_INFO"]
    found = path.startswith("/static/") and finders.find(path.removeprefix("/static/"))
    if not found:
        try:
            return list(application(environ, start_response))
        finally:
            connections.close_all()
    kind = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}.get(Path(found).suffix, "font/ttf")
    start_response("200 OK", [("Content-Type", kind)])
    return [Path(found).read_bytes()]
