"""What was affected, how badly, how many: in the postmortem as in the record."""

from tests.postmortems.lint.samples import (
    SUBJECT,
    Affected,
    clock,
    fact,
    facts,
    fires,
    found_in,
    not_found_in,
    quiet,
)

BOTH = (*SUBJECT.affected, Affected("Harbour maps", "", "degraded_performance"))
DOWN = (Affected("Tide tables", "Forecasts", "major_outage"),)
SLOW = (Affected("Tide tables", "Forecasts", "degraded_performance"),)


def listed(words, name="Affected components"):
    return {"facts": (*facts(), fact("other", words, name=name, number=1))}


FIRES = [
    fires("PM020", "/facts/other/1", "leaves out Harbour maps", affected=BOTH, **listed("Tide tables")),
    fires("PM020", "/facts/other/1", "no update names Harbour maps", **listed("Tide tables and Harbour maps")),
    fires("PM021", "/facts/users_impacted", "Forecasts only; Harbour maps was", affected=BOTH),
    fires(
        "PM021", "/title", "Harbour maps only", affected=BOTH, title="Harbour maps", facts=facts(users_impacted=None)
    ),
    fires("PM022", "/facts/impact", "“outage”", "“Degraded performance”", affected=SLOW),
    fires("PM022", "/facts/impact", "“Slow”", "“Major outage”", affected=DOWN, facts=facts(impact="Slow tables")),
    fires("PM023", "/facts/users_impacted", "“All boats” is no number", facts=facts(users_impacted="All boats")),
    fires("PM023", "/facts/users_impacted", "Nothing says how many", facts=facts(users_impacted=None)),
    fires("PM024", "/incident", "still open", severity="error", is_open=True),
    fires("PM025", "/facts/started", "09:00", "09:02", severity="info", facts=facts(started=clock("09:00"))),
]
QUIET = [
    quiet("PM020", affected=BOTH, **listed("Forecasts (tide tables), Harbour maps.")),
    quiet("PM020", affected=BOTH, **listed("Nothing", name="Weather")),
    quiet("PM020", **listed("Forecasts for small boats, tide tables")),
    quiet("PM021", affected=BOTH, title="Tide tables and Harbour maps open slowly"),
    quiet("PM021", affected=BOTH, title="Nothing opens"),
    quiet("PM021"),
    quiet("PM022", affected=SLOW, facts=facts(impact="Slow tables")),
    quiet("PM022", affected=DOWN, facts=facts(impact="Outage after slowness")),
    quiet("PM022", affected=(), facts=facts(impact="Outage")),
    quiet("PM023", facts=facts(users_impacted="A third of all boats")),
    quiet("PM023", impact="minor", facts=facts(users_impacted=None)),
    quiet("PM024"),
    quiet("PM025", facts=facts(started=fact("started", clock("09:02"), typed="2026-01-14 09:02 CST"))),
]


test_it_is_found = found_in(FIRES)
test_it_is_left_alone = not_found_in(QUIET)
