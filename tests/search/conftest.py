import html
import re

import pytest

from tests.postmortems.conftest import draft, over

__all__ = ["draft", "over"]


@pytest.fixture
def public_search(client, page):
    """What readers get who look for words: the page."""
    return lambda words="", path="/search", **asked: client.get(path, {"q": words, **asked})


@pytest.fixture
def desk_search(client, staff, page):
    """The same at the desk."""

    def search(words="", **asked):
        client.force_login(staff)
        return client.get("/desk/search/", {"q": words, **asked})

    return search


def names(answer) -> list[str]:
    """What was found, as it is called, in order."""
    assert answer.status_code == 200, answer.text
    found = re.findall(r'<h[23](?: class="ended-name")?><a [^>]*>(.*?)</a>', answer.text)
    return [html.unescape(re.sub("</?mark>", "", name)) for name in found]


def marks(answer) -> list[str]:
    """What is marked, in order."""
    return [html.unescape(mark) for mark in re.findall("<mark>(.*?)</mark>", answer.text)]
