"""What page and paper can show."""

from dataclasses import replace

from tests.postmortems.lint.samples import UPDATES, fires, found_in, not_found_in, quiet, texts


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
    fires("PM055", "/title", "🐙 (octopus) in the title", undrawable=frozenset("🐙"), title="A 🐙 in the queue"),
    fires("PM055", "/title", "🐙 (octopus) in the page’s name", undrawable=frozenset("🐙"), organisation="Tides 🐙"),
    fires(
        "PM055",
        "/title",
        "🐙 (octopus) in the updates",
        undrawable=frozenset("🐙"),
        updates=(*UPDATES[:-1], replace(UPDATES[-1], text="The 🐙 is gone.")),
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


test_it_is_found = found_in(FIRES)
test_it_is_left_alone = not_found_in(QUIET)
