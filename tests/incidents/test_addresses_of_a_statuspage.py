"""Bookmarks made of a Statuspage, and addresses of languages, lead somewhere."""

import re
from datetime import timedelta

import pytest

from statuspage.incidents.services import backfill_incident
from statuspage.publishing.press import publish
from tests.conftest import NOW


@pytest.fixture
def published(page):
    """Five months of history, in two languages."""
    page.translations = ["de"]
    page.save()
    for months in range(5):
        began = NOW - timedelta(days=30 * months + 1)
        backfill_incident(
            name="Over",
            body="It broke.",
            resolution="It works.",
            started_at=began,
            resolved_at=began + timedelta(hours=1),
            affected={},
            author=None,
            at=NOW,
        )
    publish()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("/history?page=2", "/history/2026-08"),
        ("/de/history?page=2", "/de/history/2026-08"),
        ("/history?page=1", "/history"),
        ("/history?page=99", "/history"),
        ("/history?page=-1", "/history"),
        ("/history?page=two", "/history"),
        ("/de", "/de/"),
        ("/en", "/"),
        ("/en/history/2026-08", "/history/2026-08"),
        ("/fr/history", "/history"),
        ("/ja/", "/"),
        ("/history/2026-08/", "/history/2026-08"),
        ("/de/history/", "/de/history"),
    ],
)
@pytest.mark.django_db
def test_it_leads_somewhere(client, published, asked, found, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get(asked)
    assert (answer.status_code, answer.headers["Location"]) == (302, found)


def test_nothing_is_nothing_in_another_language_too(client, published):
    assert client.get("/de/nowhere").status_code == 404


@pytest.mark.parametrize("path", ["/fr//example.com/", "/fr///example.com", "/fr/\\\\example.com"])
def test_no_address_leads_out_of_the_site(client, published, path):
    assert re.match(r"/(?![/\\])", client.get(path).headers["Location"])
