"""Checks leave alone what may be true of a time that is not known to the second."""

from dataclasses import replace
from datetime import timedelta

from tests.postmortems.lint.samples import clock, fact, facts, fires, found_in, not_found_in, quiet


def roughly(key, words):
    return replace(fact(key, clock(words)), precision="approximate")


def between(key, start, end):
    return replace(fact(key, clock(start)), precision="range", until=clock(end))


SOON = fact("started", clock("09:02") + timedelta(seconds=30))
OVER_MIDNIGHT = replace(between("started", "00:00", "00:10"), at=clock("23:50", days=-1))

FIRES = [
    fires("PM003", "/facts/stable", "lies before", facts=facts(stable=roughly("stable", "08:30"))),
    fires(
        "PM003",
        "/facts/stable",
        "between Jan 14, 2026 - 08:10 and 08:50 CST",
        facts=facts(stable=between("stable", "08:10", "08:50")),
    ),
    fires("PM005", "/facts/resolved", "says about Jan 14", facts=facts(resolved=roughly("resolved", "10:50"))),
]
QUIET = [
    quiet("PM003", facts=facts(detected=roughly("detected", "08:59"))),
    quiet("PM003", facts=facts(detected=between("detected", "08:50", "09:10"))),
    quiet("PM003", facts=facts(started=between("started", "08:50", "09:30"))),
    quiet("PM005", facts=facts(resolved=roughly("resolved", "10:29"))),
    quiet("PM005", facts=facts(resolved=between("resolved", "10:00", "10:40"))),
    quiet("PM006", facts=facts(stable=roughly("stable", "09:52"))),
    # The minute in which it was detected may be the one in which it started.
    quiet("PM003", facts=facts(detected=replace(fact("detected", clock("09:02")), precision="minute"), started=SOON)),
    quiet("PM007", facts=facts(resolved=between("resolved", "10:20", "23:59")), now=clock("12:00")),
    quiet("PM008", facts=facts(started=between("started", "09:00", "09:20"))),
    quiet("PM009", facts=facts(started=OVER_MIDNIGHT), started_at=clock("00:00")),
    quiet("PM025", facts=facts(started=roughly("started", "09:05"))),
]

test_it_is_found = found_in(FIRES)
test_it_is_left_alone = not_found_in(QUIET)
