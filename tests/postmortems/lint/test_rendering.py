"""What page and paper can show."""

import pytest

from tests.postmortems.lint.samples import assert_fires, assert_quiet, fires, quiet, texts


def says(words):
    return {"texts": texts(root_cause=words)}


FIRES = [
    fires("PM054", "/root_cause", "A picture", severity="error", **says("![](https://tides.example/a.png)")),
    fires("PM054", "/root_cause", "“above” in the root cause analysis links to “#top”", **says("See [above](#top).")),
    fires(
        "PM055",
        "/root_cause",
        "🐙 (octopus)",
        severity="warning",
        undrawable=frozenset("🐙"),
        **says("A 🐙 sat on it."),
    ),
    fires("PM056", "/root_cause", "square brackets", severity="error", **says("[" * 400)),
]
QUIET = [
    quiet(
        "PM054", **says("![The queue, full](https://tides.example/a.png) [there](https://tides.example/#top) `[a](#b)`")
    ),
    quiet("PM055", undrawable=frozenset("🐙"), **says("A ✔ sat on it.")),
    quiet("PM056", **says("[a](https://tides.example) " * 20)),
]


@pytest.mark.parametrize("case", FIRES, ids=str)
def test_it_is_found(case):
    assert_fires(case)


@pytest.mark.parametrize("case", QUIET, ids=str)
def test_it_is_left_alone(case):
    assert_quiet(case)
