"""What every postmortem says, and how it is laid out."""

from tests.postmortems.lint.samples import Action, facts, fires, found_in, not_found_in, quiet, targets, texts

FIRES = [
    fires("PM030", "/root_cause", "The root cause analysis is empty", severity="error", texts=texts(root_cause=" \n")),
    fires("PM030", "/lessons", "“TBD” still stands", texts=texts(lessons="Cause: TBD")),
    fires("PM030", "/lessons", texts=texts(lessons="_What went well, and what did not?_")),
    fires("PM030", "/further", texts=texts(further="Lorem ipsum dolor")),
    fires("PM030", "/actions/0", "“XX:XX” still stands in action 1", actions=(Action("At XX:XX we looked."),)),
    fires("PM030", "/facts/users_impacted", "“??”", facts=facts(users_impacted="?? of 1,200")),
    fires("PM031", "/further", "“Deep” has 4 signs", "### Deep", texts=texts(further="## Top\n\n#### Deep")),
    fires("PM032", "/actions/0", "Action 1", actions=(Action("Steps:\n\n- We looked.\n- We mended."),)),
    fires("PM038", "/contributing_factors", texts=texts(contributing_factors="")),
]
QUIET = [
    quiet("PM030", texts=texts(root_cause="The TBDs of old, `TODO` in code, _one_ word, why??")),
    quiet("PM030", texts=texts(root_cause=""), targets=targets(required=("description",))),
    quiet("PM031", texts=texts(further="### Top\n\n#### Below\n\n## Higher\n\n```\n###### no heading\n```")),
    quiet("PM032", actions=(Action("We looked.\n\nAnd mended."),)),
    quiet("PM038", impact="minor", texts=texts(contributing_factors="")),
    quiet("PM038"),
]


test_it_is_found = found_in(FIRES)
test_it_is_left_alone = not_found_in(QUIET)
