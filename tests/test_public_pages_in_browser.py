"""Every kind of public page as people meet it: in real Chromium, narrow and wide, light and dark."""

import shutil
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command

from statuspage.components.models import Component
from statuspage.incidents.models import Incident
from statuspage.publishing.pages import registry
from statuspage.publishing.press import publish
from tests.browser import complaints, tab

VNU = Path(__file__).parents[1] / "node_modules/vnu-jar/build/dist/vnu.jar"


@pytest.fixture
def everything(site, page):
    """A site with every kind of page, and the path of one of each."""
    call_command("load_demo")
    told = Incident.objects.exclude(postmortem=None).exclude(postmortem__published_revision=None).get()
    open_one, *_ = Incident.objects.open().filter(kind="incident")
    planned, *_ = Incident.objects.open().filter(kind="maintenance")
    one_of_each = [kind.location(next(iter(kind.subjects()))) for kind in registry if kind.translated]
    paths = [
        *one_of_each,
        told.path,
        open_one.path,
        planned.path,
        Component.objects.get(name="Payouts").path,
        "/de/",
        f"/ja{told.path}",
    ]
    return site, list(dict.fromkeys(paths))


@pytest.mark.browser
def test_pages_are_accessible_fit_the_screen_and_break_no_rule_of_their_own(everything, chromium):
    site, paths = everything
    for scheme in ("light", "dark"):
        for width in (320, 360, 1280):
            # axe is injected from outside, which the policy rightly forbids; the rules are watched below.
            with tab(
                chromium, site, color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True
            ) as page:
                for path in paths:
                    page.goto(path)
                    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                    assert (path, width, scheme, wider <= 0) == (path, width, scheme, True)
                    # axe takes a page without a background for white; browsers put one of the scheme's own behind it.
                    if width > 320 and (path, scheme) != ("/embed", "dark"):
                        assert (path, width, scheme, complaints(page)) == (path, width, scheme, [])
    with tab(chromium, site) as page:
        for path in paths:
            page.goto(path)


@pytest.mark.browser
def test_nothing_needs_javascript_to_be_read(everything, chromium):
    site, paths = everything
    texts = []
    for scripts in (True, False):
        with tab(chromium, site, java_script_enabled=scripts) as page:
            texts.append([page.goto(path) and page.locator("main").inner_text() for path in paths])
    assert texts[0] == texts[1]
    assert all(len(text) > 60 for text in texts[0])


@pytest.mark.browser
def test_long_words_and_long_lists_fit_the_narrowest_screen(site, chromium, make_incident, make_component):
    word = "Unbroken" * 30
    parts = {make_component(word + str(number), group=word, description=word): "major_outage" for number in range(3)}
    incident = make_incident(
        parts, name=word, body=f"{word}\n\n`{word}`\n\n```\n{word}\n```\n\n| {word} | b |\n|---|---|\n| {word} | 2 |"
    )
    publish()
    with tab(chromium, site, viewport={"width": 320, "height": 900}) as page:
        for path in ("/", incident.path, "/history"):
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    with tab(chromium, site, viewport={"width": 360, "height": 900}, bypass_csp=True) as page:
        page.goto(incident.path)
        assert complaints(page) == []


@pytest.mark.skipif(not (shutil.which("java") and VNU.exists()), reason="The HTML validator needs Java and vnu-jar.")
def test_pages_are_valid_html(page, public):
    call_command("load_demo")
    Component.objects.update(description="Said in a few words & symbols <>")
    publish()
    files = sorted(public.rglob("*.html"))
    assert len(files) > 20
    found = subprocess.run(["java", "-jar", VNU, "--no-langdetect", *files], capture_output=True, text=True)
    assert (found.returncode, found.stderr) == (0, "")
