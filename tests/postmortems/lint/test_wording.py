"""Blame, names of people, and slips of the pen."""

from tests.postmortems.lint.samples import Action, fires, found_in, measure, not_found_in, quiet, targets, texts


def says(words):
    return {"texts": texts(root_cause=words)}


FIRES = [
    fires("PM033", "/root_cause", "“She”, “human error”", **says("She typed it: human error.")),
    fires("PM033", "/root_cause", "“at fault”", targets=targets(blaming=("at fault",)), **says("Nobody was at fault.")),
    fires("PM033", "/root_cause", "“fault”", **says("It was our fault.")),
    fires("PM033", "/root_cause", "“Olga Brandt”", language="de", **says("Olga Brandt hat es bemerkt.")),
    fires("PM033", "/root_cause", "“@olga”", **says("We told @olga.")),
    fires("PM033", "/mitigations/0/owner", "the owner of measure 1", measures=measure(owner="Olga Brandt")),
    fires("PM039", "/root_cause", "“the the” in the root cause", **says("It was the the queue.")),
    fires("PM039", "/root_cause", "“a the”", **says("It was a the queue.")),
    fires("PM039", "/root_cause", "“Tideledger” for TideLedger", **says("Tideledger was slow.")),
    fires(
        "PM039",
        "/lessons",
        "a second time",
        texts=texts(root_cause="The queue takes all that comes.", lessons="So: \nThe queue takes all that comes."),
    ),
]
QUIET = [
    quiet(
        "PM033",
        **says(
            "The gauge here, `he`, a page fault, the fault lies deeper, fault tolerance, olga@tides.example, blameless."
        ),
    ),
    quiet("PM033", language="de", **says("Das kam von her.")),
    quiet("PM033", actions=(Action("Olga looked at the Brandt gauge, @2x pictures."),)),
    quiet("PM039", **says("All that that gauge had had; a then; the A record; the a.m. tide; no no-one.")),
    quiet("PM039", **says("TideLedger, tideledger.example, `tideledger`, https://tideledger.example, @tideledger.")),
    quiet("PM039", organisation="Harbour", **says("The harbour was closed; HARBOUR is a name.")),
    quiet("PM039", language="de", **says("Die die das sahen.")),
    quiet("PM039", texts=texts(root_cause="It was slow.", lessons="It was slow.")),
]


test_it_is_found = found_in(FIRES)
test_it_is_left_alone = not_found_in(QUIET)
