"""What readers get at an address where nothing is."""

import pytest

from statuspage.publishing.press import publish


@pytest.fixture
def published(page):
    publish()


@pytest.mark.parametrize(
    "path",
    [
        *("/nowhere", "/404", "/de/404", "/404.html", "/de/404.html", "/incidents/nope/postmortem.pdf"),
        *("/badge.svg/x/", "/" + 300 * "a" + "/", "/de/" + 300 * "a" + "/"),
    ],
)
def test_it_is_not_found(client, published, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert "s-maxage" in answer["Cache-Control"]


def test_it_is_told_in_the_language_of_the_address(client, published):
    assert '<html lang="de"' in client.get("/de/nowhere").text
    assert '<html lang="en"' in client.get("/nowhere").text
    assert '<html lang="en"' in client.get("/xx/nowhere").text


@pytest.mark.parametrize("path", ["/incidents/NOPE.json", "/api/v2/nope.json", "/de/nope.json", "/nope.json/"])
def test_programs_of_any_site_hear_it_in_json(client, published, path):
    answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")
    assert answer.json() == {"error": "There is nothing here."}
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "s-maxage" in answer["Cache-Control"]


def test_it_is_told_before_anything_is_published(client, public):
    assert client.get("/nowhere").content == b"Not found"
