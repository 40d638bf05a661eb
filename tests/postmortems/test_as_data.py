"""A published postmortem as data: JSON that keeps to its published schema, Markdown that says whose it is."""

import json
from dataclasses import fields

import pytest
from django.core.management import call_command
from jsonschema import Draft202012Validator

from postmortems.measures import MEASURES, MeasureLine
from postmortems.models import Fact, Mitigation, Revision
from postmortems.pages import PostmortemJson, PostmortemMarkdown, PostmortemSchema
from postmortems.report import (
    ActionLine,
    EntryLine,
    FactLine,
    Look,
    MitigationLine,
    Report,
    UpdateLine,
)
from postmortems.services import publish_postmortem
from statuspage.components.status import Status
from statuspage.incidents.models import Incident
from statuspage.publishing import store
from statuspage.publishing.models import StatusPage
from statuspage.publishing.precision import Precision
from statuspage.publishing.press import publish
from tests.conftest import NOW
from tests.postmortems.conftest import MINUTE
from tests.postmortems.documents import DOCUMENTS
from tests.postmortems.readers import front_matter
from tests.postmortems.samples import a_revision

# What each part was published without, before it was thought of.
NEWER = {
    "facts": {"day", "precision", "until"},
    "measures": {"key", "seconds", "status", "spent"},
    "mitigations": {"code"},
}
LATER = {"kind", "affected_names", "look", "entries"}


@pytest.fixture
def schema(page):
    document = json.loads(PostmortemSchema().body(None, page))
    Draft202012Validator.check_schema(document)
    return document


@pytest.fixture
def published(draft) -> Revision:
    return publish_postmortem(draft, author=None, at=NOW + 60 * MINUTE)


def wrong_in(document, schema):
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(document)]


def data_of(revision):
    return json.loads(PostmortemJson().body(revision.postmortem, StatusPage.objects.get()))


def markdown_of(revision):
    return PostmortemMarkdown().body(revision.postmortem, StatusPage.objects.get()).decode()


def test_the_schema_says_where_it_is(schema):
    publish()
    assert json.loads(store.find("/schemas/postmortem.json")) == schema
    assert schema["$id"] == f"{StatusPage.objects.get().url}/schemas/postmortem.json"
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_what_readers_get_keeps_to_the_schema(schema, published):
    assert wrong_in(data_of(published), schema) == []


def test_the_demos_postmortems_keep_to_it(schema):
    call_command("load_demo", verbosity=0)
    revisions = Revision.objects.exclude(published_as=None)
    assert [wrong_in(data_of(one), schema) for one in revisions] == [[]] * len(revisions) != []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_shape_keeps_to_it(schema, name):
    revision = a_revision(DOCUMENTS[name]())
    document = {"revision": revision.number, "sha256": revision.sha256, **revision.snapshot}
    assert wrong_in(json.loads(json.dumps(document)), schema) == []


def test_what_was_published_long_ago_keeps_to_it(schema, published):
    old = {name: value for name, value in data_of(published).items() if name not in LATER}
    for part, newer in NEWER.items():
        old[part] = [{name: value for name, value in line.items() if name not in newer} for line in old[part]]
    assert wrong_in(old, schema) == []


def test_the_schema_names_every_key_there_is(schema):
    def keys(kind):
        return {field.name for field in fields(kind)}

    told = schema["properties"]
    assert told.keys() == keys(Report) | {"revision", "sha256"}
    assert told["look"]["properties"].keys() == keys(Look)
    lines = {
        "facts": FactLine,
        "measures": MeasureLine,
        "actions": ActionLine,
        "mitigations": MitigationLine,
        "updates": UpdateLine,
        "entries": EntryLine,
    }
    for part, kind in lines.items():
        assert told[part]["items"]["properties"].keys() == keys(kind)


def test_the_schema_names_every_word_there_is(schema):
    told = schema["properties"]
    lines = {part: told[part]["items"]["properties"] for part in ("facts", "measures", "mitigations", "updates")}
    assert told["impact"]["enum"] == Incident.Impact.values
    assert told["kind"]["enum"] == Incident.Kind.values
    assert told["look"]["properties"]["paper"]["enum"] == StatusPage.Paper.values
    assert lines["facts"]["key"]["enum"] == Fact.Key.values
    assert lines["facts"]["source"]["enum"] == Fact.Source.values
    assert lines["facts"]["precision"]["enum"] == [*Precision.values, ""]
    assert lines["measures"]["key"]["enum"] == [*MEASURES, ""]
    assert lines["mitigations"]["kind"]["enum"] == [*Mitigation.Kind.values, ""]
    assert lines["mitigations"]["status"]["enum"] == Mitigation.Status.values
    assert lines["updates"]["status"]["enum"] == Incident.Status.values
    assert schema["$defs"]["componentStatus"]["enum"] == [*Status.values, ""]


@pytest.mark.parametrize(
    ("spoil", "where"),
    [
        (lambda data: data.pop("sha256"), "$: "),
        (lambda data: data.update(revision=0), "$.revision"),
        (lambda data: data.update(posted_at="yesterday"), "$.posted_at"),
        (lambda data: data["facts"][0].update(key="weather"), "$.facts[0].key"),
        (lambda data: data["mitigations"][0].update(due_on="soon"), "$.mitigations[0].due_on"),
        (lambda data: data["updates"][0].pop("body"), "$.updates[0]"),
    ],
)
def test_what_does_not_keep_to_it_is_found(schema, published, spoil, where):
    document = data_of(published)
    spoil(document)
    assert any(one.startswith(where) for one in wrong_in(document, schema))


def test_markdown_begins_with_what_it_is(published):
    assert front_matter(markdown_of(published)) == {
        "title": "Ships wait",
        "organisation": "Harbour",
        "incident": published.postmortem.incident.code,
        "url": f"{StatusPage.objects.get().url}{published.postmortem.path}",
        "impact": published.snapshot["impact"],
        "components": ["Harbour (Berths)"],
        "language": "en",
        "posted": "2026-11-21T10:00:00+00:00",
        "revision": "1",
        "published": "2026-11-21T10:00:00+00:00",
        "sha256": published.sha256,
    }


def test_markdown_of_an_incident_without_components_says_so(published):
    published.snapshot |= {"affected_names": [], "title": 'A "quoted" \\ title'}
    said = front_matter(markdown_of(published))
    assert (said["components"], said["title"]) == ([], 'A "quoted" \\ title')
