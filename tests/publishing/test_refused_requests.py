"""Requests that no view will see are answered in the product's look, with what to do."""

import pytest

from tests.incidents.desk import declaration, url


@pytest.fixture
def desk(client, staff, page):
    client.force_login(staff)
    return client


def test_too_much_at_once_is_refused_with_what_fits(desk, page):
    response = desk.post(url("declare"), declaration(body="x" * 20 * 1024 * 1024))
    assert response.status_code == 413
    assert "That was too much at once" in response.text
    assert "At most 16 MB can be sent, so nothing was saved." in response.text
    assert "candor.css" in response.text


def test_too_many_fields_are_too_much_as_well(desk, page):
    response = desk.post(url("declare"), {f"field{number}": "" for number in range(5_001)})
    assert (response.status_code, "too much at once" in response.text) == (413, True)


def test_an_address_that_is_not_ours_is_told_which_one_is(client, settings):
    settings.SITE_URL = "https://status.harbour.example"
    response = client.get("/desk/", headers={"host": "elsewhere.example"})
    assert response.status_code == 400
    assert "This address is not known here" in response.text
    assert '<a href="https://status.harbour.example/">' in response.text
    assert "elsewhere" not in response.text
