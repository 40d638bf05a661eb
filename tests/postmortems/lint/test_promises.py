"""Promises that can be kept and followed."""

from datetime import timedelta

from tests.postmortems.lint.samples import (
    DAY,
    MEASURES,
    Measure,
    fires,
    found_in,
    measure,
    not_found_in,
    quiet,
    targets,
    texts,
)


def in_days(days):
    return DAY + timedelta(days=days)


BARE = Measure("Something.")

FIRES = [
    fires("PM034", "/mitigations/0", "measure 1 has no owner, due day or kind", severity="warning", measures=(BARE,)),
    fires("PM034", "/mitigations/1", "measure 2 has no owner", measures=(MEASURES[0], *measure(owner=" "))),
    fires("PM034", "/mitigations/0", severity="error", measures=(BARE,), targets=targets(promises_bind=("major",))),
    fires("PM035", "/mitigations", "none prevents it", measures=measure(kind="detect")),
    fires("PM036", "/mitigations/0/tracker_url", "“ftp:”", measures=measure(tracker_url="ftp://tides.example/7")),
    fires("PM036", "/root_cause", "“file:”", texts=texts(root_cause="See [the log](file:///var/log).")),
    fires("PM037", "/mitigations/0/due_on", "before the incident", measures=measure(due_on=in_days(-1))),
    fires(
        "PM037",
        "/mitigations/0/due_on",
        "more than 180 days",
        severity="warning",
        measures=measure(due_on=in_days(200)),
    ),
    fires("PM037", "/mitigations/0/due_on", "is not done", severity="info", measures=measure(due_on=in_days(0))),
]
QUIET = [
    quiet("PM034", measures=(*MEASURES, Measure("Not this.", status="wont_do"))),
    quiet("PM034", measures=measure(status="done", due_on=None)),
    quiet("PM034", measures=()),
    quiet("PM035"),
    quiet("PM035", measures=measure(kind="")),
    quiet(
        "PM036", texts=texts(root_cause="[a](https://tides.example) [b](mailto:status@tides.example) `[c](file:///x)`")
    ),
    quiet("PM037", measures=measure(due_on=in_days(180))),
    quiet("PM037", measures=measure(due_on=in_days(0), status="done")),
]


test_it_is_found = found_in(FIRES)
test_it_is_left_alone = not_found_in(QUIET)


def test_all_that_lacks_something_is_told_in_one_sentence():
    [found] = fires("PM034", "", measures=(BARE,) * 8).found()
    assert "measure 5 has no" in found.message
    assert "and 3 more" in found.message
