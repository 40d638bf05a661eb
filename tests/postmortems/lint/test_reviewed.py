"""Whether somebody else has read what is to be published."""

from postmortems.lint.subject import Standing
from tests.postmortems.lint.samples import fires, found_in, not_found_in, quiet

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


test_it_is_found = found_in(FIRES)
test_it_is_left_alone = not_found_in(QUIET)
