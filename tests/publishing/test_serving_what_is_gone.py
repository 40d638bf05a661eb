"""What was taken from readers is answered as gone, with the reason, while everything behind the files is down."""

import pytest

from statuspage.publishing import store
from statuspage.publishing.serving import SECURITY_HEADERS
from tests.publishing.test_serving import ask, server  # noqa: F401


@pytest.fixture
def gone(public):
    store.put("/papers/one.pdf.gone", b"It was withdrawn.")
    store.put("/papers/one.json.gone", b'{"reason": "It was withdrawn."}')


@pytest.mark.parametrize("path", ["/papers/one.pdf", "/papers/one.pdf.gone"])
def test_it_answers_gone_with_the_reason_in_plain_words(gone, ask, path):  # noqa: F811
    answer = ask(path)
    assert (answer.status, answer.body) == (410, b"It was withdrawn.")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers.items() >= SECURITY_HEADERS.items()


def test_programs_hear_it_as_data_on_whatever_site(gone, ask):  # noqa: F811
    answer = ask("/papers/one.json")
    assert answer.status == 410
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_head_has_no_body_and_what_is_gone_is_never_unchanged(gone, ask):  # noqa: F811
    etag = ask("/papers/one.pdf").headers["ETag"]
    assert ask("/papers/one.pdf", if_none_match=etag).status == 410
    head = ask("/papers/one.pdf", method="HEAD")
    assert (head.status, head.body) == (410, b"")


def test_what_is_there_again_is_served_again(gone, ask):  # noqa: F811
    assert ask("/papers/one.pdf").status == 410
    store.put("/papers/one.pdf", b"%PDF")
    assert (ask("/papers/one.pdf").status, ask("/papers/one.pdf").body) == (200, b"%PDF")
    store.remove("/papers/one.pdf")
    assert ask("/papers/one.pdf").status == 410
