"""Whether somebody else has read what is to be published."""

import pytest

from postmortems.lint.subject import Standing
from tests.postmortems.lint.samples import assert_fires, assert_quiet, fires, quiet

FIRES = [
    fires("PM060", "/review", "Nobody but its author", severity="warning", standing=Standing(alone=True)),
    fires("PM061", "/review", "Have it approved again", severity="warning", standing=Standing(overtaken=True)),
    fires("PM062", "/review", "exactly this text", severity="info", standing=Standing(unchanged=True)),
]
QUIET = [
    quiet("PM060", standing=Standing(overtaken=True, unchanged=True)),
    quiet("PM061", standing=Standing(alone=True, unchanged=True)),
    quiet("PM062", standing=Standing(alone=True, overtaken=True)),
]


@pytest.mark.parametrize("case", FIRES, ids=str)
def test_it_is_found(case):
    assert_fires(case)


@pytest.mark.parametrize("case", QUIET, ids=str)
def test_it_is_left_alone(case):
    assert_quiet(case)
