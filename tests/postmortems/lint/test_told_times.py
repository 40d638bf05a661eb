"""Times and lengths of time in running text."""

from tests.postmortems.lint.samples import (
    SUBJECT,
    Action,
    Update,
    clock,
    fact,
    facts,
    fires,
    found_in,
    not_found_in,
    quiet,
    texts,
)


def says(words):
    return {"texts": texts(description=words)}


FIRES = [
    fires("PM010", "/description", "09:17", "add what happened then", **says("At 09:17 the queue was full.")),
    fires("PM010", "/description", "9:17 pm", **says("At 09:02 all was well, at 9:17 pm the queue was full.")),
    fires("PM010", "/description", "15:17 UTC", **says("At 15:17 UTC the queue was full.")),
    fires("PM011", "/description", "“outage lasted 3 hours”", "1 h 18 min", **says("The outage lasted 3 hours.")),
    fires("PM011", "/description", "“30-minute outage”", **says("A 30-minute outage.")),
    fires("PM011", "/description", **says("Tables were unavailable for about half an hour.")),
    fires(
        "PM014", "/facts/started", "“9:02am”", facts=facts(started=fact("started", clock("09:02"), typed="9:02am CST"))
    ),
    fires(
        "PM014", "/description", "“01/02/2026” in the incident description", "“5 pm”", **says("On 01/02/2026 at 5 pm.")
    ),
]
QUIET = [
    quiet("PM010", **says("At 09:02, 9:11 am, 15:02 UTC and 09:50 something happened; the ratio was 16:9.")),
    quiet(
        "PM010",
        **says("## Timeline\n\n- 09:17 the queue was full\n- **09:19** it ran over\n\nSo at 09:17 it was full."),
    ),
    quiet("PM010", actions=(Action("At 09:17 we looked."),), **says("At 09:17 we looked.")),
    quiet("PM010", updates=(Update("resolved", clock("10:20"), "Since 09:17 all is well."),), **says("At 09:17.")),
    quiet("PM010", **says("`09:17` is in the log.")),
    quiet("PM011", **says("The outage lasted for about an hour and 20 minutes; a 58-minute outage for tables.")),
    quiet("PM011", **says("Each reading waited 3 hours. We look every 5 minutes. It was slow for 20 minutes.")),
    quiet("PM011", language="de", **says("The outage lasted 3 hours.")),
    quiet("PM014", **says("On 01/14/2026, 2026-01-02, 03/03/2026 and 3.4.2026 at 17:00; version 1/2; I am at 5.")),
]


test_it_is_found = found_in(FIRES)
test_it_is_left_alone = not_found_in(QUIET)


def test_one_habit_is_told_once():
    started, resolved = (fact(key, clock("10:20"), typed="10:20am") for key in ("started", "resolved"))
    [found] = fires("PM014", "", facts=facts(started=started, resolved=resolved), **says("At 5 pm.")).found()
    assert [name in found.message for name in ("“Incident started”", "“Incident resolved”", "description")] == [
        True
    ] * 3


def test_a_length_is_measured_to_a_tenth():
    told = {
        minutes: fires("PM011", "", **says(f"An outage of {minutes} minutes.")).found() for minutes in range(60, 100)
    }
    assert SUBJECT.lengths == (58 * 60.0,)
    assert [minutes for minutes, found in told.items() if not found] == [*range(60, 64), *range(71, 86)]
