"""Zones named beside times: those that clocks showed, and others."""

from zoneinfo import ZoneInfo

from postmortems.lint.findings import Change
from tests.postmortems.lint.samples import SUBJECT, clock, fact, facts, fires, found_in, not_found_in, quiet, texts

LONDON = ZoneInfo("Europe/London")

FIRES = [
    fires(
        *("PM001", "/facts/started", "“9:02 CDT”", "showed CST, not CDT", "Write CST"),
        facts=facts(started=fact("started", clock("08:02"), typed="2026-01-14 9:02 CDT")),
    ),
    fires("PM001", "/facts/started", facts=facts(started=fact("started", clock("08:02"), typed="9:02am cdt, 14 Jan"))),
    fires("PM001", "/root_cause", "“09:02 CDT”", texts=texts(root_cause="At 09:02 CDT a gauge went mad.")),
    fires("PM001", "/root_cause", "no clock shows CET", texts=texts(root_cause="At 16:02 (CET) a gauge went mad.")),
    fires(
        "PM001",
        "/description",
        "showed BST",
        zone=LONDON,
        started_at=clock("09:02", days=180),
        texts=texts(description="At 15:02 GMT."),
    ),
    fires(
        "PM002",
        "/facts/started",
        "“in the morning”",
        "one moment",
        facts=facts(started=fact("started", "in the morning")),
    ),
]
QUIET = [
    quiet("PM001", texts=texts(root_cause="At 09:02 CST, 15:02 UTC and 15:02 GMT the API, at 10:00 SQL, 9:05 PM.")),
    quiet("PM001", texts=texts(root_cause="The move on July 3 begins at 09:00 CDT.")),
    quiet("PM001", texts=texts(root_cause="`09:02 CDT` is how the log has it.\n\n```\n09:02 CDT boom\n```")),
    quiet("PM001", zone=LONDON, texts=texts(description="At 15:02 GMT.")),
    quiet("PM002", facts=facts(users_impacted="in the morning")),
]


test_it_is_found = found_in(FIRES)
test_it_is_left_alone = not_found_in(QUIET)


def test_the_fix_puts_the_right_name_in_place_and_changes_nothing_else():
    text = "CDT is a name. At 09:02 CDT, and at 9 am CDT; `09:02 CDT` in code; 15:02 UTC."
    [found] = fires("PM001", "/root_cause", texts=texts(root_cause=text)).found()
    assert found.fix.changes == (
        Change("/root_cause", words="CDT is a name. At 09:02 CST, and at 9 am CST; `09:02 CDT` in code; 15:02 UTC."),
    )
    mended = SUBJECT.with_changes(texts=texts(root_cause=found.fix.changes[0].words))
    assert fires("PM001", "", texts=mended.texts).found() == []


def test_a_name_from_elsewhere_is_not_changed_by_a_button():
    [found] = fires("PM001", "", texts=texts(root_cause="At 16:02 CET.")).found()
    assert not found.can_be_fixed
