"""`manage lint_postmortem`: for people, and for machines."""

import json

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.usefixtures("afterwards")


def run(draft, capsys, **options):
    code = 0
    try:
        call_command("lint_postmortem", draft.incident.code, **options)
    except SystemExit as ended:
        code = ended.code
    return code, capsys.readouterr().out


def test_it_ends_with_one_while_an_error_stands(wrong_zone, capsys):
    code, said = run(wrong_zone, capsys, format="json")
    assert code == 1
    found = json.loads(said)
    assert [one for one in found if one["severity"] == "error"] == [
        {
            "rule": "PM001",
            "severity": "error",
            "message": "“08:50 WEST” in “Incident started”: that day clocks in Europe/Lisbon showed WET, not WEST.",
            "place": "/facts/started",
            "fix": "Write WET instead of WEST.",
        }
    ]


def test_a_warning_is_told_and_ends_well(unnumbered, capsys):
    code, said = run(unnumbered, capsys)
    assert code == 0
    assert said.startswith("warning PM023 /facts/users_impacted: Nothing says how many users were impacted")


def test_nothing_found_is_an_empty_list(draft, capsys):
    assert run(draft, capsys, format="json") == (0, "[]\n")
    assert run(draft, capsys) == (0, "Nothing to mend.\n")


def test_one_that_is_not_there_is_a_sentence(db):
    with pytest.raises(CommandError, match="There is no postmortem of an incident “nosuch”") as refusal:
        call_command("lint_postmortem", "nosuch")
    assert refusal.value.returncode == 2
