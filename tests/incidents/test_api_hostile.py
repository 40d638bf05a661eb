"""Whatever people type: every document stays JSON of the one format, and gives the words back as they were."""

import json

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from statuspage.incidents.documents import component_rows, full_incident_document, to_json
from statuspage.incidents.models import Incident
from statuspage.incidents.overview import overview
from statuspage.incidents.pages.api import Answers, ApiDocument, ApiList
from statuspage.incidents.pages.history_json import HistoryDocument
from statuspage.incidents.services import open_incident
from statuspage.publishing.wording import running_text
from tests.conftest import NOW
from tests.incidents.public_format import DOCUMENTS, HISTORY, INCIDENT_IN_FULL, check

HOSTILE = [
    '"},{"', "\\", "\\u0000", "</script><script>", "<br />", "\u2028\u2029", "\r\n\t", "'; --", "\N{PILE OF POO}",
    "\N{RIGHT-TO-LEFT OVERRIDE}abc", "e\N{COMBINING ACUTE ACCENT}", "\x7f\x1b[31m", "{{ x }}{% now %}", "\N{BOM}",
]  # fmt: skip
letters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
words = st.lists(st.one_of(st.sampled_from(HOSTILE), st.text(letters, max_size=20)), min_size=1, max_size=5).map(
    "".join
)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.django_db
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=words,
    body=words,
    part=words,
    group=words,
    description=words,
    status=st.sampled_from(["investigating", "resolved"]),
)
def test_every_document_keeps_the_format(page, make_component, name, body, part, group, description, status):
    assume(all(text.strip() for text in (name, part, group, description)))
    with transaction.atomic():
        component = make_component(part[:200], group=group[:200], description=description)
        try:
            incident = open_incident(
                name=name, status=status, body=body, affected={component: "operational"}, author=None, at=NOW
            )
        except ValidationError:
            assume(False)
        _look_at_all(page, incident, body)
        transaction.set_rollback(True)


def _look_at_all(page, incident, body):
    answers = Answers(page)
    for name, shape in DOCUMENTS.items():
        document = json.loads(to_json((ApiDocument.DOCUMENTS | ApiList.DOCUMENTS)[name](answers)))
        assert list(check(document, shape)) == []
    told = json.loads(to_json(answers.incidents()))["incidents"][0]
    assert (told["name"], told["incident_updates"][0]["body"]) == (incident.name, running_text(body))

    [incident] = Incident.objects.with_documents()
    full = full_incident_document(incident, component_rows(overview(timezone.now()), page), page)
    assert list(check(json.loads(to_json(full)), INCIDENT_IN_FULL)) == []
    history = json.loads(HistoryDocument().body(1, page))
    assert list(check(history, HISTORY)) == []
    told = [one["name"] for month in history["months"] for one in month["incidents"]]
    assert told == [incident.name] * (not incident.is_open)
