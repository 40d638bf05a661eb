"""Facts, their refresh, the journal and the timeline as a browser has them."""

import pytest
from django.urls import reverse

from postmortems.models import Fact, Postmortem
from postmortems.services import publish_postmortem, save_draft
from statuspage.incidents.models import Incident
from statuspage.incidents.services import edit_incident
from statuspage.incidents.services_journal import note_down
from statuspage.publishing.press import publish
from tests.browser import complaints, tab
from tests.conftest import NOW
from tests.postmortems.conftest import MINUTE
from tests.postmortems.desk import url

pytestmark = pytest.mark.browser
AT = {"author": None, "all_the_same": "A try.", "unchecked": True}


@pytest.fixture
def told(site, draft, staff):
    """A published postmortem with facts of every precision and a journal; the incident was put right since."""
    facts = {fact.key: fact for fact in draft.facts.all()}
    late = {"at": NOW + 20 * MINUTE, "until": NOW + 35 * MINUTE}
    facts["started"] = Fact(key="started", at=NOW - 11 * MINUTE, precision="approximate", source="typed", typed="~8:49")
    facts["stable"] = Fact(key="stable", **late, precision="range", source="typed")
    note_down(draft.incident, words="The **spare** was away.", by=staff, at=NOW + 10 * MINUTE, starred=True)
    note_down(draft.incident, words="Nobody had slept.", by=staff, at=NOW + 15 * MINUTE)
    actions = list(draft.actions_taken.all())
    draft = save_draft(draft, texts={}, facts=list(facts.values()), actions=actions, mitigations=[])
    publish_postmortem(draft, at=NOW + 60 * MINUTE, **AT)
    incident = Incident.objects.get(pk=draft.incident_id)
    said = {"name": incident.name, "impact": None, "started_at": NOW - 12 * MINUTE, "seen": incident.version}
    edit_incident(incident, resolved_at=NOW + 42 * MINUTE, **said)
    publish()
    return draft


@pytest.fixture
def desk(chromium, site, client, staff):
    def desk(**options):
        client.force_login(staff)
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}
        return Tab(tab(chromium, site, **options), cookie)

    return desk


class Tab:
    """A tab in which somebody of the team is signed in."""

    def __init__(self, opened, cookie):
        self.opened, self.cookie = opened, cookie

    def __enter__(self):
        page = self.opened.__enter__()
        page.context.add_cookies([self.cookie])
        return page

    def __exit__(self, *trouble):
        return self.opened.__exit__(*trouble)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_every_page_is_accessible_and_fits(told, desk, width, scheme):
    incident = reverse("desk:incident", args=[told.incident.code])
    with desk(viewport={"width": width, "height": 900}, color_scheme=scheme) as page:
        for path in (url(told.incident), url(told.incident, "refresh"), incident, told.path, told.incident.path):
            page.goto(path)
            assert complaints(page) == []
            assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def test_the_end_of_a_range_is_asked_for_where_it_is_one(told, desk):
    with desk() as page:
        page.goto(url(told.incident))
        end = page.get_by_label("Incident detected, and")
        assert not end.is_visible()
        page.get_by_label("Incident detected, how precisely").select_option("range")
        page.get_by_label("Incident detected, picked").fill("2026-11-21T09:01")
        end.fill("2026-11-21T09:04")
        assert page.get_by_label("Stability restored, and").is_visible()
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_text("Saved. Readers see it").wait_for()
    fact = Fact.objects.get(postmortem=told, key="detected")
    assert (fact.at, fact.until) == (NOW + MINUTE, NOW + 4 * MINUTE)


def test_a_note_in_the_journal_leaves_the_next_update_as_it_is_typed(told, desk):
    with desk() as page:
        page.goto(reverse("desk:incident", args=[told.incident.code]))
        page.get_by_label("Message").fill("Half a sentence")
        page.get_by_label("What happened").fill("The painter came back.")
        page.get_by_role("button", name="Note it down").click()
        page.locator("#journal .update", has_text="The painter came back.").wait_for()
        page.locator("#journal .update", has_text="Nobody had slept.").get_by_role("button", name="Star").click()
        page.locator("#journal .update", has_text="Nobody had slept.").get_by_text("Starred").wait_for()
        assert page.get_by_label("Message").input_value() == "Half a sentence"
    assert told.incident.journal.filter(starred=True).count() == 2


def test_facts_are_taken_from_the_incident_without_a_script(told, desk):
    with desk(java_script_enabled=False) as page:
        page.goto(url(told.incident))
        page.get_by_role("button", name="Save, and take from the incident…").click()
        ticked = page.locator("input[name=take]:checked")
        assert [box.get_attribute("value") for box in ticked.all()] == ["resolved"]
        page.get_by_role("button", name="Take what is ticked").click()
        page.get_by_text("Saved. Readers see it").wait_for()
    facts = {fact.key: fact for fact in Postmortem.objects.get().facts.all()}
    assert facts["resolved"].at == NOW + 42 * MINUTE
    assert facts["started"].typed == "~8:49"
