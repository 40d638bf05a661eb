"""The status on other people's sites, in real Chromium: a frame, and a notice under a policy stricter than ours."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from wsgiref.simple_server import make_server

import pytest

from statuspage.publishing import store
from statuspage.publishing.press import publish
from tests.browser import Quiet, Server, complaints, tab

SUMMARY = "/api/v2/summary.json"


def summary(indicator="none", description="All Systems Operational", incidents=(), maintenances=()):
    """As the public format has it, with what the notice reads."""
    told = {
        "status": {"indicator": indicator, "description": description},
        "incidents": [
            {"id": id, "name": name, "impact": impact, "status": "identified"} for id, name, impact in incidents
        ],
        "scheduled_maintenances": [
            {"id": id, "name": name, "impact": "maintenance", "status": status} for id, name, status in maintenances
        ],
    }
    return json.dumps(told).encode()


@pytest.fixture
def elsewhere(site):
    """Another site, on another port, with a strict policy; call it to say what is in its page."""
    served = {}

    def application(environ, start_response):
        policy = f"default-src 'none'; script-src {site}; connect-src {site}; frame-src {site}; img-src data:"
        headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Security-Policy", policy)]
        start_response("200 OK", headers)
        return [served["body"].encode()]

    server = make_server("127.0.0.1", 0, application, Server, Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()

    def serve(body):
        lead = '<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,">'
        served["body"] = f"{lead}<main><h1>Shop</h1>{body}</main>"
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def visit(chromium, address, **options):
    with tab(chromium, address, **options) as page:
        page.goto("/")
        yield page


@pytest.fixture
def shop(site, elsewhere):
    """A page of the other site that loads the script."""
    publish()
    return lambda more="": elsewhere(f'{more}<script src="{site}/widget.js" defer></script>')


@pytest.mark.browser
class TestNotice:
    def test_all_well_shows_nothing(self, shop, chromium):
        store.put(SUMMARY, summary(maintenances=[("abcdefghijkl", "Paint", "scheduled")]))
        with tab(chromium, shop()) as page:
            with page.expect_response(f"**{SUMMARY}"):
                page.goto("/")
            page.wait_for_timeout(200)
            assert page.get_by_role("status").inner_text() == ""
            assert not page.get_by_role("button").is_visible()

    def test_trouble_is_told_in_a_corner_in_words_that_stay_words(self, shop, site, chromium):
        name = "<img src=x onerror=alert(1)> down"
        store.put(SUMMARY, summary("major", "Partial System Outage", [("abcdefghijkl", name, "major")]))
        with visit(chromium, shop(), viewport={"width": 360, "height": 640}) as page:
            notice = page.get_by_role("status")
            notice.get_by_text("Partial System Outage").wait_for()
            link = notice.get_by_role("link", name=name)
            assert link.get_attribute("href") == f"{site}/incidents/abcdefghijkl"
            box = notice.bounding_box()
            assert box["y"] > 400
            assert box["x"] + box["width"] < 360
            look = notice.evaluate("node => getComputedStyle(node.parentNode).position")
            assert look == "fixed"
        with visit(chromium, shop(), bypass_csp=True) as page:
            page.get_by_role("status").get_by_text("Partial").wait_for()
            assert [one for one in complaints(page) if "landmark" not in one and "region" not in one] == []

    def test_it_stands_where_the_site_wants_it(self, shop, chromium):
        store.put(
            SUMMARY, summary("maintenance", "Service Under Maintenance", (), [("a" * 12, "Paint", "in_progress")])
        )
        with visit(chromium, shop("<div data-candor></div>")) as page:
            page.locator("[data-candor]").get_by_role("link", name="Paint").wait_for()
            assert page.get_by_role("status").evaluate("node => getComputedStyle(node.parentNode).position") == "static"

    def test_an_open_incident_is_told_though_all_components_work(self, shop, chromium):
        store.put(SUMMARY, summary(incidents=[("abcdefghijkl", "Odd mails", "none")]))
        with visit(chromium, shop()) as page:
            page.get_by_role("link", name="Odd mails").wait_for()
            assert "Operational" not in page.get_by_role("status").inner_text()

    def test_dismissed_it_stays_away_until_something_else_is_wrong(self, shop, chromium):
        store.put(SUMMARY, summary("minor", "Minor Service Outage", [("abcdefghijkl", "First", "minor")]))
        with visit(chromium, shop()) as page:
            page.get_by_role("button", name="Dismiss this notice").click()
            assert not page.get_by_role("link", name="First").is_visible()
            with page.expect_response(f"**{SUMMARY}"):
                page.reload()
            page.wait_for_timeout(200)
            assert page.get_by_role("status").inner_text() == ""
            store.put(SUMMARY, summary("minor", "Minor Service Outage", [("mnopqrstuvwx", "Second", "minor")]))
            page.reload()
            page.get_by_role("link", name="Second").wait_for()

    def test_it_follows_what_happens_and_rests_in_a_hidden_tab(self, shop, chromium):
        store.put(SUMMARY, summary())
        with tab(chromium, shop()) as page:
            asked = []
            page.on("request", lambda request: asked.append(request.url) if SUMMARY in request.url else None)
            page.clock.install()
            page.goto("/")
            page.clock.run_for(1000)
            assert len(asked) == 1
            store.put(SUMMARY, summary("minor", "Minor Service Outage"))
            page.clock.run_for(71_000)
            page.get_by_role("link", name="Read more").wait_for()
            assert len(asked) == 2
            page.evaluate("Object.defineProperty(document, 'hidden', { get: () => true, configurable: true })")
            page.clock.run_for(600_000)
            assert len(asked) == 2
            store.put(SUMMARY, summary())
            page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
            page.get_by_role("link", name="Read more").wait_for(state="detached")

    @pytest.mark.parametrize("answer", [b"<!doctype html>", b"{}", b"[]", b"null"])
    def test_an_answer_it_does_not_understand_is_passed_over_in_silence(self, shop, chromium, answer):
        store.put(SUMMARY, answer)
        with tab(chromium, shop()) as page:
            with page.expect_response(f"**{SUMMARY}"):
                page.goto("/")
            page.wait_for_timeout(200)
            assert page.get_by_role("status").inner_text() == ""


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [200, 360])
def test_the_frame_fits_shows_what_is_behind_it_and_leads_to_the_page(
    site, elsewhere, chromium, make_component, make_incident, scheme, width
):
    incident = make_incident({make_component(): "major_outage", make_component("Other"): "operational"}, name="x" * 80)
    publish()
    frame = f'<iframe src="{site}/embed" title="Status" width="{width}" height="300"></iframe>'
    meta = '<meta name="color-scheme" content="light dark">'
    with visit(chromium, elsewhere(meta + frame), color_scheme=scheme) as page:
        inner = page.frame_locator("iframe")
        verdict = inner.get_by_role("link", name="Harbour Status: Partial System Outage")
        verdict.wait_for()
        assert verdict.get_attribute("target") == "_blank"
        assert inner.get_by_role("link", name="x" * 80).get_attribute("href").endswith(incident.path)
        document = inner.locator("html")
        assert document.evaluate("html => html.scrollWidth - innerWidth") <= 0
        backgrounds = "html => [html, document.body].map(one => getComputedStyle(one).backgroundColor)"
        assert document.evaluate(backgrounds) == ["rgba(0, 0, 0, 0)"] * 2
    with tab(chromium, site, color_scheme=scheme, viewport={"width": width, "height": 300}, bypass_csp=True) as page:
        page.goto("/embed")
        # axe takes a page without a background for white; in the dark, the browser draws it dark.
        assert [one for one in complaints(page) if scheme == "light" or "color-contrast" not in one] == []


@pytest.mark.browser
def test_the_frame_speaks_other_languages_and_no_other_page_can_be_framed(site, elsewhere, chromium, page):
    publish()
    with visit(chromium, elsewhere(f'<iframe src="{site}/de/embed" title="Status"></iframe>')) as tab_:
        tab_.frame_locator("iframe").locator("html[lang=de] h1 a").wait_for()
    with chromium.new_context() as context:
        other = context.new_page()
        other.goto(elsewhere(f'<iframe src="{site}/" title="Status"></iframe>'))
        other.wait_for_timeout(300)
        assert other.frames[1].url.startswith("chrome-error:")
