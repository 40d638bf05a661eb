"""Times that can, or cannot, all be true."""

from postmortems.lint.findings import Change
from tests.postmortems.lint.samples import (
    DAY,
    UPDATES,
    Update,
    clock,
    fact,
    facts,
    fires,
    found_in,
    not_found_in,
    quiet,
)

NEXT_DAY = DAY.replace(day=15)
AGAIN = (*UPDATES, Update("investigating", clock("15:00")), Update("resolved", clock("16:00")))

FIRES = [
    fires(
        "PM003",
        "/facts/stable",
        "lies before “Incident detected”",
        severity="error",
        facts=facts(stable=clock("09:03")),
    ),
    fires("PM003", "/facts/resolved", "lies before “Stability", severity="error", facts=facts(resolved=clock("09:55"))),
    fires("PM003", "/facts/detected", severity="warning", facts=facts(detected=clock("09:00"))),
    fires("PM007", "/facts/resolved", "is still to come", now=clock("10:10")),
    fires("PM007", "/facts/resolved", "later than", posted_at=clock("10:30"), facts=facts(resolved=clock("10:40"))),
    fires("PM007", "/posted_at", "before the Resolved update", posted_at=clock("10:05"), facts=facts(resolved=None)),
    fires(
        "PM008",
        "/facts/started",
        "after the first public update",
        severity="warning",
        facts=facts(started=clock("09:11")),
    ),
    fires("PM008", "/facts/started", "28 min", "15 min", severity="info", facts=facts(started=clock("08:42"))),
    fires("PM008", "/facts/started", severity="info", impact="minor", facts=facts(started=clock("08:39"))),
    fires("PM009", "/facts/date", "Jan 15, 2026", severity="error", facts=facts(date=NEXT_DAY)),
    fires("PM009", "/facts/date", "past midnight", severity="info", facts=facts(resolved=clock("01:00", days=1))),
]
QUIET = [
    quiet("PM003", facts=facts(detected=clock("09:02"), stable=clock("10:20"))),
    quiet("PM003", facts=facts(detected=None, stable=None)),
    quiet("PM007", posted_at=clock("11:00")),
    quiet("PM007", posted_at=clock("11:00"), updates=AGAIN, facts=facts(resolved=clock("16:00"))),
    quiet("PM008", facts=facts(started=clock("09:10"))),
    quiet("PM008", impact="minor", facts=facts(started=clock("08:42"))),
    quiet("PM009", facts=facts(started=clock("23:59", days=0), date=DAY, resolved=None)),
    quiet("PM009", facts=facts(date=fact("date", DAY, typed="14 and 15 January"), resolved=clock("01:00", days=1))),
]


test_it_is_found = found_in(FIRES)
test_it_is_left_alone = not_found_in(QUIET)


def test_the_date_can_be_put_right_by_a_button():
    [found] = fires("PM009", "", facts=facts(date=NEXT_DAY)).found()
    assert found.fix.changes == (Change("/facts/date", day=DAY),)
