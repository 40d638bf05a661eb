"""Times told, beside the updates that told of the same; and one slip behind several of them."""

from postmortems.lint.findings import Change
from tests.postmortems.lint.samples import UPDATES, Update, clock, fact, facts, fires, found_in, not_found_in, quiet

EARLIER = {"started": clock("08:02"), "stable": clock("09:00"), "resolved": clock("09:20")}
AT_NIGHT = {
    "started": clock("21:02", days=-1),
    "detected": None,
    "stable": clock("22:00", days=-1),
    "resolved": clock("22:20", days=-1),
}
REOPENED = (*UPDATES, Update("investigating", clock("15:00")), Update("resolved", clock("16:00")))
SLOW = (UPDATES[0], Update("monitoring", clock("10:20")), Update("resolved", clock("10:30")))
OVERNIGHT = (*UPDATES, Update("investigating", clock("07:00", days=1)), Update("resolved", clock("07:30", days=1)))

FIRES = [
    fires("PM004", "/facts", "60 minutes later", "zone", facts=facts(detected=None, **EARLIER)),
    fires("PM004", "/facts", "12 hours later", "a.m. or p.m.", facts=facts(**AT_NIGHT)),
    fires("PM005", "/facts/resolved", "30 min apart", "slip of the finger", facts=facts(resolved=clock("10:50"))),
    fires("PM005", "/facts/resolved", "Use the update’s time, 10:20 CST", facts=facts(resolved=clock("10:26"))),
    fires(
        "PM006", "/facts/stable", "15 min before the Monitoring update of 10:00 CST", facts=facts(stable=clock("09:45"))
    ),
    fires("PM006", "/facts/stable", "and 10 min before the Identified", facts=facts(stable=clock("09:20"))),
    fires("PM012", "/updates", "1 h 10 min, from", "the target is 1 h", updates=SLOW),
    fires("PM013", "/facts/resolved", "reopened once", updates=REOPENED),
]
QUIET = [
    quiet("PM004"),
    # A single time that is half an hour off is a delay; a single fact tells nothing of a zone.
    quiet("PM004", facts=facts(detected=clock("08:35"), started=clock("08:32"), stable=None, resolved=clock("09:50"))),
    quiet("PM004", facts=facts(detected=None, resolved=clock("09:20"))),
    quiet("PM004", facts=facts(detected=clock("09:05"), users_impacted="5", resolved=fact("resolved", clock("10:20")))),
    quiet("PM005", facts=facts(resolved=clock("10:25"))),
    quiet("PM005", facts=facts(resolved=clock("11:20")), is_open=True, updates=UPDATES[:3]),
    quiet("PM006", facts=facts(stable=clock("09:55"))),
    quiet("PM012", updates=OVERNIGHT),
    quiet(
        "PM013", updates=REOPENED, facts=facts(resolved=fact("resolved", clock("16:00"), typed="16:00, the last time"))
    ),
    quiet("PM013", updates=REOPENED, facts=(*facts(), fact("other", "Once, at 15:00", name="Reopened"))),
]


test_it_is_found = found_in(FIRES)
test_it_is_left_alone = not_found_in(QUIET)


def test_the_updates_time_can_be_used_by_a_button():
    [found] = fires("PM005", "", facts=facts(resolved=clock("10:50"))).found()
    assert found.fix.changes == (Change("/facts/resolved", at=clock("10:20")),)
