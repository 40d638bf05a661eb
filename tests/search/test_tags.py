"""Tags: typed at the desk, the team's own until somebody makes them public."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from postmortems.services import publish_postmortem
from statuspage.incidents.models import Tag
from statuspage.incidents.services_tags import tag_incident
from statuspage.publishing import store
from statuspage.publishing.export import export
from statuspage.publishing.press import publish
from statuspage.team.models import User
from tests.incidents.desk import HTMX, url
from tests.search.conftest import names


@pytest.fixture
def desk(client, staff, page):
    client.force_login(staff)
    return client


def tags_of(incident):
    return [tag.name for tag in incident.tags.all()]


def test_they_are_typed_with_commas_between_them(desk, make_incident):
    incident = make_incident()
    assert desk.post(url("tags", incident.code), {"names": " DNS,  third  party ,, dns,"}).status_code == 302
    assert tags_of(incident) == ["DNS", "third party"]
    text = desk.get(url("incident", incident.code)).text
    assert 'value="DNS, third party"' in text
    desk.post(url("tags", incident.code), {"names": "third party"})
    assert tags_of(incident) == ["third party"]


def test_one_that_is_there_keeps_its_spelling_and_is_suggested(desk, make_incident):
    tag_incident(make_incident(), names="Réseau")
    incident = make_incident()
    tag_incident(incident, names="reseau")
    assert tags_of(incident) == ["Réseau"]
    assert '<option value="Réseau">' in desk.get(url("incident", incident.code)).text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("x" * 41, "too long for a tag: 40 characters at most"),
        (",".join(f"t{number}" for number in range(11)), "These are 11 tags; 10 at most fit an incident."),
        ("good, \u200b", "no tag that anybody could type again"),
        ("´", "no tag that anybody could type again"),
    ],
)
def test_what_does_not_fit_gets_a_sentence_and_stays_typed(desk, make_incident, typed, sentence):
    incident = make_incident()
    tag_incident(incident, names="kept")
    for headers in ({}, HTMX):
        answer = desk.post(url("tags", incident.code), {"names": typed}, **headers)
        assert answer.status_code == 422
        assert sentence in answer.text
        assert f'value="{typed}"' in answer.text
    assert tags_of(incident) == ["kept"]
    with pytest.raises(ValidationError):
        tag_incident(incident, names=typed)


def test_in_the_editor_nothing_else_of_the_page_changes(desk, draft):
    assert (
        reverse("desk:tags", args=[draft.incident.code])
        in desk.get(reverse("postmortems:edit", args=[draft.incident.code])).text
    )
    answer = desk.post(url("tags", draft.incident.code), {"names": "gates"}, **HTMX)
    assert answer.text.lstrip().startswith("<form")
    assert "Saved." in answer.text


def test_only_staff_may_give_them(client, page, make_incident):
    assert client.post(url("tags", make_incident().code), {"names": "x"}).status_code == 401
    assert not Tag.objects.exists()


class TestForReaders:
    @pytest.fixture
    def incident(self, draft):
        publish_postmortem(draft, author=None, unchecked=True)
        tag_incident(draft.incident, names="gates & locks, secret")
        Tag.objects.filter(name="gates & locks").update(public=True)
        publish()
        return draft.incident

    def test_public_ones_lead_from_the_incident_and_its_postmortem_to_all_others(self, client, incident):
        for path in (incident.path, f"{incident.path}/postmortem", f"/de{incident.path}"):
            text = store.find(path).decode()
            assert 'search?tag=gates-%26-locks"' in text
            assert "gates &amp; locks" in text
            assert "secret" not in text
        assert 'href="/de/search?tag=' in store.find(f"/de{incident.path}").decode()
        answer = client.get("/search?tag=gates-%26-locks")
        assert names(answer) == ["Ships wait"]
        assert "Only with the tag “gates &amp; locks”." in answer.text

    def test_they_are_offered_where_nothing_is_looked_for(self, client, incident):
        text = client.get("/search").text
        assert "gates &amp; locks" in text
        assert "secret" not in text

    def test_a_site_carried_elsewhere_keeps_the_words_and_leads_to_no_search(self, incident, tmp_path):
        export(tmp_path / "elsewhere")
        text = (tmp_path / f"elsewhere{incident.path}.html").read_text()
        assert "gates &amp; locks" in text
        assert "/search" not in text
        assert "/search" not in (tmp_path / "elsewhere/history.html").read_text()

    def test_the_public_api_is_as_it_was(self, incident):
        assert b"gates" not in store.find(f"{incident.path}.json")
        assert b"tags" not in store.find(f"{incident.path}.json")

    def test_a_page_follows_when_its_public_tags_change(self, incident, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            tag_incident(incident, names="")
        assert "gates" not in store.find(incident.path).decode()


class TestInTheSettings:
    @pytest.fixture
    def settings_of(self, client, page):
        client.force_login(User.objects.create_superuser("owner@example.com", "correct horse battery"))
        return client

    def test_a_tag_is_made_public_and_renamed_and_all_pages_follow(
        self, settings_of, make_incident, django_capture_on_commit_callbacks
    ):
        incident = make_incident()
        [tag] = tag_incident(incident, names="gates")
        publish()
        with django_capture_on_commit_callbacks(execute=True):
            settings_of.post(f"/admin/incidents/tag/{tag.pk}/change/", {"name": "Locks", "public": "on"})
        publish()
        assert "search?tag=locks" in store.find(incident.path).decode()

    def test_no_two_may_be_the_same_to_the_search(self, settings_of, make_incident):
        tag_incident(make_incident(), names="gates, locks")
        tag = Tag.objects.get(slug="locks")
        answer = settings_of.post(f"/admin/incidents/tag/{tag.pk}/change/", {"name": "GATES"})
        assert "There is such a tag already." in answer.text
