"""Beside each fact stands where it comes from: computed, typed or imported, and where in the record it is found."""

from datetime import timedelta

import pytest

from postmortems.models import Fact
from postmortems.services import save_draft, start_postmortem
from statuspage.incidents.models import Incident
from statuspage.incidents.services import edit_incident, post_update
from tests.conftest import NOW
from tests.postmortems.desk import page_of, url

MINUTE = timedelta(minutes=1)


@pytest.fixture
def shown(client, staff, over):
    """What stands beside a fact in the editor."""
    client.force_login(staff)

    def words(key):
        page = page_of(client.get(url(over)))
        row = next(one for one in page.iter("div") if one.get("id") == f"facts-{key}")
        name = next(one for one in row.iter("div") if one.get("class") == "pm-name")
        records = [one for one in row.iter("p") if one.get("class") == "pm-record"]
        return " ".join(" ".join(one.itertext()) for one in [name, *records]).split()

    return lambda key: " ".join(words(key))


@pytest.fixture
def tell(over):
    """Keep these facts and no others."""
    postmortem = start_postmortem(over)
    return lambda *facts: save_draft(postmortem, texts={}, facts=facts, actions=[], mitigations=[])


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("date", "Date of incident from the record Record: Nov 21, 2026 (day of its start)"),
        ("started", "Record: Nov 21, 2026 - 08:50 WET (started time of the incident)"),
        ("stable", "Record: Nov 21, 2026 - 09:30 WET (Monitoring update)"),
        ("resolved", "Record: Nov 21, 2026 - 09:40 WET (Resolved update)"),
        ("impact", "Record: Critical (impact of the incident)"),
    ],
)
def test_what_is_computed_says_where_in_the_record_it_is_found(shown, over, key, words):
    start_postmortem(over)
    assert "from the record" in shown(key)
    assert words in shown(key)
    assert "Use it" not in shown(key)


@pytest.mark.parametrize("source", ["typed", "imported"])
def test_what_people_wrote_stands_beside_what_the_record_says(shown, tell, source):
    tell(Fact(key="resolved", at=NOW + 30 * MINUTE, typed="half past nine", source=source))
    assert shown("resolved") == (
        f"Incident resolved {source} Record: Nov 21, 2026 - 09:40 WET (Resolved update) Use it"
    )


def test_the_record_may_know_nothing_of_it(shown, tell):
    tell(Fact(key="detected", at=NOW, source="typed"))
    assert shown("detected") == "Incident detected typed"


def test_a_record_that_changed_since_is_told_from_what_it_was(shown, over):
    start_postmortem(over)
    incident = Incident.objects.get(pk=over.pk)
    said = {"name": incident.name, "impact": "minor", "resolved_at": NOW + 40 * MINUTE, "seen": incident.version}
    edit_incident(incident, started_at=NOW - 5 * MINUTE, **said)
    assert "from the record as it was Record: Nov 21, 2026 - 08:55 WET" in shown("started")
    assert "(impact of the incident, set by hand) Use it" in shown("impact")


def test_of_several_resolutions_it_says_which_one_it_has(shown, over):
    start_postmortem(over)
    for status, minutes in (("investigating", 50), ("resolved", 60)):
        post_update(over, status=status, body="News.", affected={}, author=None, at=NOW + minutes * MINUTE)
    assert "Record: Nov 21, 2026 - 10:00 WET (last of 2 Resolved) Use it" in shown("resolved")
    # It was not stable again before it was resolved the second time.
    assert "Record" not in shown("stable")
