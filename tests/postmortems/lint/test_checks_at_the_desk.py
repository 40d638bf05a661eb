"""The checks in the editor and on the last look before publishing."""

import pytest

from postmortems.models import ActionTaken, Fact, Postmortem, Revision
from postmortems.report import assemble
from postmortems.review import last_look
from tests.conftest import NOW
from tests.postmortems.conftest import MINUTE
from tests.postmortems.desk import form_in, page_of, press, text_of, url, value_of

pytestmark = pytest.mark.usefixtures("afterwards")


@pytest.fixture
def desk(client, staff, afterwards):
    client.force_login(staff)
    return client


def part(response, ident):
    return next(one for one in page_of(response).iter() if one.get("id") == ident)


def checks_in(response):
    return " ".join(" ".join(part(response, "checks").itertext()).split())


def test_the_editor_says_what_is_to_be_mended_and_leads_there(desk, change):
    change(
        without=["users_impacted"],
        facts=[Fact(key="started", at=NOW - 70 * MINUTE, typed="2026-11-21 08:50 WEST", source="typed")],
        actions=[ActionTaken(description="The gate was opened."), ActionTaken(description="It was the the gate.")],
    )
    response = desk.get(url(Postmortem.objects.get().incident))
    told = checks_in(response)
    assert "1 error 2 warnings" in told
    assert told.index("showed WET, not WEST") < told.index("“the the” in action 2")
    leads = {link.get("href").removeprefix("#") for link in part(response, "checks").iter("a")}
    assert {"facts-started", "actions-1", "facts-users_impacted"} <= leads
    assert leads <= {one.get("id") for one in page_of(response).iter()}


def test_with_nothing_to_mend_it_says_so(desk, draft):
    assert "Nothing to mend" in checks_in(desk.get(url(draft.incident)))


def test_what_lies_with_the_incident_leads_to_it(desk, draft):
    draft.incident.updates.filter(status="resolved").update(display_at=NOW + 100 * MINUTE)
    response = desk.get(url(draft.incident))
    assert "Readers heard nothing for 1 h 10 min" in checks_in(response)
    assert f"/desk/incidents/{draft.incident.code}/" in {one.get("href") for one in part(response, "checks").iter("a")}


def test_a_fix_saves_what_was_typed_and_mends_it(desk, wrong_zone):
    incident = wrong_zone.incident
    response = desk.get(url(incident))
    button = next(one for one in part(response, "checks").iter("button") if one.get("name") == "fix")
    assert ("".join(button.itertext()), button.get("value")) == ("Write WET instead of WEST", "PM001 /facts/started")
    sent = form_in(response) | {"lessons": ["Paint at low tide."], "fix": [button.get("value")]}
    answer = press(desk, incident, sent)
    assert answer.status_code == 302
    assert answer["Location"].endswith("#checks")
    assert "Saved, and done: Write WET instead of WEST." in text_of(desk.get(url(incident)))
    assert Fact.objects.get(key="started").typed == "2026-11-21 08:50 WET"
    assert Postmortem.objects.get().lessons == "Paint at low tide."


def test_a_fix_of_what_was_mended_meanwhile_only_saves(desk, draft):
    sent = form_in(desk.get(url(draft.incident))) | {"fix": ["PM001 /facts/started"]}
    press(desk, draft.incident, sent)
    assert "no longer found" in text_of(desk.get(url(draft.incident)))


def test_a_fix_loses_nothing_where_somebody_else_saved(desk, wrong_zone, change):
    sent = form_in(desk.get(url(wrong_zone.incident))) | {"lessons": ["Mine."], "fix": ["PM001 /facts/started"]}
    change(lessons="Theirs.")
    answer = press(desk, wrong_zone.incident, sent)
    assert answer.status_code == 409
    assert "Mine." in answer.content.decode()
    assert Postmortem.objects.get().lessons == "Theirs."


def test_an_error_leaves_nothing_to_press_but_the_way_back(desk, wrong_zone, page):
    response = desk.get(url(wrong_zone.incident, "publish"))
    assert "Mend this first" in text_of(response)
    assert f'href="{url(wrong_zone.incident)}#facts-started"' in response.content.decode()
    assert 'form="publish-form"' not in response.content.decode()
    seen = last_look(wrong_zone, assemble(wrong_zone, page=page))
    answer = desk.post(url(wrong_zone.incident, "publish"), {"seen": seen})
    assert answer.status_code == 200
    assert not Revision.objects.exists()


def test_warnings_are_published_with_a_reason_and_not_without(desk, unnumbered):
    address = url(unnumbered.incident, "publish")
    look = desk.get(address)
    assert "1 warning of the checks" in text_of(look)
    seen = value_of(look, "seen")
    assert "Please fill this in" in text_of(desk.post(address, {"seen": seen}))
    assert not Revision.objects.exists()
    desk.post(address, {"seen": seen, "all_the_same": "Nobody counted."})
    assert [one["reason"] for one in Revision.objects.get().overrides] == ["Nobody counted."]


def test_a_clean_one_asks_for_no_reason(desk, draft):
    address = url(draft.incident, "publish")
    look = desk.get(address)
    assert "all the same" not in text_of(look)
    desk.post(address, {"seen": value_of(look, "seen")})
    assert Postmortem.objects.get().is_published


def test_one_that_was_only_begun_is_not_told_off(desk, over):
    response = desk.post(url(over, "start"), follow=True)
    assert part(response, "checks").get("open") is None
    assert "3 errors" in checks_in(response)
