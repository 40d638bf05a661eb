"""A real report, imported and written at the desk: what is wrong with it is found, and nothing else."""

import json
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import call_command

from postmortems.checking import check
from postmortems.fixing import fix_finding
from postmortems.models import Fact, Postmortem
from postmortems.split import split
from statuspage.importers.management.commands import import_statuspage
from tests.postmortems.desk import form_in, press, url

SEED = Path(__file__).parents[4] / "shared" / "seed"
pytestmark = pytest.mark.skipif(not SEED.is_dir(), reason="the report is not part of the project")

AFTER = Counter(
    ["PM005", "PM006", "PM012", "PM014", "PM021", "PM023", "PM033", "PM034", "PM038", "PM039"],
)
BEFORE = AFTER + Counter({"PM001": 3, "PM004": 1})


def standing(postmortem, page):
    """What blocks or warns, by rule."""
    postmortem = Postmortem.objects.get(pk=postmortem.pk)
    return [one for one in check(postmortem, page=page) if one.severity != "info"]


def counted(findings):
    return Counter(one.rule for one in findings)


@pytest.fixture(autouse=True)
def unrendered(monkeypatch):
    """What pages and paper look like is told elsewhere."""
    for name in ("publish", "render_all"):
        monkeypatch.setattr(import_statuspage, name, lambda: None)


def documents(tmp_path, *, with_postmortem, zone="EDT"):
    told = json.loads((SEED / "incidents.json").read_text().replace(" EDT", f" {zone}"))
    body = told["incidents"][0]["incident_updates"][0]["body"]
    if not with_postmortem:
        told["incidents"][0]["incident_updates"].pop(0)
        told["incidents"][0]["status"] = "resolved"
    file = tmp_path / "incidents.json"
    file.write_text(json.dumps(told))
    call_command("import_statuspage", SEED / "components.json", file, verbosity=0)
    return body


@pytest.fixture
def imported(page, tmp_path):
    documents(tmp_path, with_postmortem=True)
    page.refresh_from_db()
    return Postmortem.objects.get()


@pytest.fixture
def written(page, tmp_path, client, staff):
    """The same words, typed into the form that the desk offers for the incident."""
    parts = split(documents(tmp_path, with_postmortem=False))
    page.refresh_from_db()
    client.force_login(staff)
    code = json.loads((SEED / "incidents.json").read_text())["incidents"][0]["id"]
    client.post(f"/desk/postmortems/{code}/start/")
    incident = Postmortem.objects.get().incident
    sent = form_in(client.get(url(incident)))
    sent |= {name: [getattr(parts, name)] for name in ("description", "root_cause", "contributing_factors", "lessons")}
    for fact in parts.facts:
        sent[f"facts-{fact.key}-typed"] = [fact.typed]
    for group, items in (("actions", parts.actions), ("mitigations", parts.mitigations)):
        sent[group] = [str(number) for number in range(len(items))]
        for number, text in enumerate(items):
            sent |= {f"{group}-{number}-description": [text], f"{group}-{number}-public": ["on"]}
            if group == "mitigations":
                sent[f"{group}-{number}-status"] = ["open"]
    assert press(client, incident, sent).status_code == 302
    return Postmortem.objects.get()


@pytest.mark.parametrize("way", ["imported", "written"])
def test_its_errors_and_warnings_are_found_and_no_others(way, request, page):
    postmortem = request.getfixturevalue(way)
    found = standing(postmortem, page)
    assert counted(found) == BEFORE
    assert {one.rule for one in found if one.severity == "error"} == {"PM001"}


@pytest.mark.parametrize("way", ["imported", "written"])
def test_once_its_zone_is_put_right_only_what_came_from_it_is_gone(way, request, page):
    postmortem = request.getfixturevalue(way)
    for finding in standing(postmortem, page):
        if finding.rule == "PM001":
            postmortem = Postmortem.objects.get()
            fix_finding(postmortem, rule="PM001", place=finding.place, seen=postmortem.version, page=page)
    assert counted(standing(postmortem, page)) == AFTER
    typed = dict(Fact.objects.filter(key__in=Fact.TIMES, typed__gt="").values_list("key", "typed"))
    assert typed.keys() == {"started", "stable", "resolved"}
    assert all(words.endswith(" EST") for words in typed.values())


def test_told_in_the_right_zone_from_the_beginning_it_has_the_same_left(page, tmp_path):
    documents(tmp_path, with_postmortem=True, zone="EST")
    page.refresh_from_db()
    assert counted(standing(Postmortem.objects.get(), page)) == AFTER


def test_what_it_says_of_times_is_what_people_would_say(imported, page):
    told = {one.rule: one for one in standing(imported, page)}
    assert "1 h 30 min apart" in told["PM005"].message
    assert "60 minutes later" in told["PM004"].message
    assert "1 h 45 min" in told["PM012"].message
    for place in ("started", "stable", "resolved"):
        postmortem = Postmortem.objects.get()
        fix_finding(postmortem, rule="PM001", place=f"/facts/{place}", seen=postmortem.version, page=page)
    told = {one.rule: one for one in standing(imported, page)}
    assert "30 min apart" in told["PM005"].message
    assert "slip of the finger" in told["PM005"].message
    assert "1 h 48 min before the Monitoring update" in told["PM006"].message
    assert "Identified" not in told["PM006"].message
    postmortem = Postmortem.objects.get()
    fix_finding(postmortem, rule="PM005", place="/facts/resolved", seen=postmortem.version, page=page)
    assert counted(standing(imported, page)) == AFTER - Counter(["PM005"])


def test_the_command_says_the_same_and_ends_with_the_error(imported, capsys):
    with pytest.raises(SystemExit) as ended:
        call_command("lint_postmortem", imported.incident.code, format="json")
    assert ended.value.code == 1
    found = json.loads(capsys.readouterr().out)
    assert Counter(one["rule"] for one in found if one["severity"] != "info") == BEFORE
    assert all(one.keys() == {"rule", "severity", "message", "place", "fix"} for one in found)
