"""A postmortem's text is split into our fields, and not a word of it is lost."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postmortems.models import Fact
from postmortems.split import Split, split

SEED = Path(__file__).parents[2].parent / "shared" / "seed"

PLAIN = """\
Date of Incident: 03/04/2023

Time/Date Incident Started: 03/04/2023, 09:15am PST
Customers affected:\N{NO-BREAK SPACE}Every third
  and some more

Severity: 2

Incident description:\N{NO-BREAK SPACE}

Ferry tickets could not be printed.

Root Cause Analysis:

A queue was full.

Nobody was told.

Actions Taken:

  1. Emptied the queue.\N{NO-BREAK SPACE}
  2. Printed the tickets
     that were waiting.

     All of them.
  3. Watched it.


Mitigation Measures:

  - Alert on the length of the queue.
  - Print from two queues:
      - one at the pier
      - one on board

"""

MARKDOWN = """\
# Review of the printing outage

**Impact:** No tickets
- **Detected**: by a customer

Written a day later.

## Executive Summary

It was down.

### Side note

Still the summary.

## Timeline

| Time | What |
|---|---|
| 9:15 | full |

Why it happened
---------------

The queue was full.

```
# Actions Taken
1. not an action
```

**Resolution**

What we did, roughly:

* Emptied it
* Refilled it

## Action items

Alert on length.

Print from two queues.

## 4. Lessons learned ##

Queues fill.

## Customer Communication

There was none.
"""


def words(text: str) -> Counter[str]:
    """Letters and digits; the number before an item is its place in the list, not a word."""
    lines = (re.sub(r"^\s*\d{1,3}[.)](?=\s|$)", "", line) for line in re.split(r"\r\n?|\n", text))
    return Counter(re.findall(r"[^\W_]+", "\n".join(lines)))


def everything(parts: Split) -> Counter[str]:
    facts = [f"{fact.label}: {fact.typed}" for fact in parts.facts]
    texts = [parts.description, parts.root_cause, parts.contributing_factors, parts.lessons, parts.further]
    kept = [*facts, *texts, *parts.actions, *parts.mitigations, *parts.headings]
    return Counter(re.findall(r"[^\W_]+", "\n".join(kept)))


def test_a_plain_text_is_split_at_lines_that_end_in_a_colon():
    parts = split(PLAIN)
    assert [(fact.key, fact.label, fact.typed) for fact in parts.facts] == [
        (Fact.Key.DATE, "Date of Incident", "03/04/2023"),
        (Fact.Key.STARTED, "Time/Date Incident Started", "03/04/2023, 09:15am PST"),
        (Fact.Key.USERS_IMPACTED, "Customers affected", "Every third and some more"),
        (Fact.Key.OTHER, "Severity", "2"),
    ]
    assert parts.description == "Ferry tickets could not be printed."
    assert parts.root_cause == "A queue was full.\n\nNobody was told."
    assert parts.actions == [
        "Emptied the queue.",
        "Printed the tickets\nthat were waiting.\n\nAll of them.",
        "Watched it.",
    ]
    assert parts.mitigations == [
        "Alert on the length of the queue.",
        "Print from two queues:\n  - one at the pier\n  - one on board",
    ]
    assert not parts.further


def test_markdown_is_split_at_headings_of_every_style():
    parts = split(MARKDOWN)
    assert [(fact.key, fact.typed) for fact in parts.facts] == [
        (Fact.Key.IMPACT, "No tickets"),
        (Fact.Key.DETECTED, "by a customer"),
    ]
    assert parts.description == (
        "# Review of the printing outage\n\nWritten a day later.\n\nIt was down.\n\n### Side note\n\nStill the summary."
    )
    assert parts.root_cause == "The queue was full.\n\n```\n# Actions Taken\n1. not an action\n```"
    assert parts.actions == ["Emptied it", "Refilled it"]
    assert parts.mitigations == ["Alert on length.", "Print from two queues."]
    assert parts.lessons == "Queues fill."
    assert parts.further == (
        "## Timeline\n\n| Time | What |\n|---|---|\n| 9:15 | full |\n\n"
        "## Resolution\n\nWhat we did, roughly:\n\n"
        "## Customer Communication\n\nThere was none."
    )
    assert parts.headings == [
        "Executive Summary",
        "Why it happened",
        "Resolution",
        "Action items",
        "4. Lessons learned",
    ]


def test_sections_on_one_line_each_are_sections_and_facts():
    parts = split("Summary: No tickets.\nImpact: Two piers\nRoot cause: A full queue.\nResolution: We emptied it.\n")
    assert [(fact.key, fact.typed) for fact in parts.facts] == [(Fact.Key.IMPACT, "Two piers")]
    assert (parts.description, parts.root_cause) == ("No tickets.", "A full queue.")
    assert parts.actions == ["We emptied it."]


@pytest.mark.parametrize(
    "text",
    [
        "The printers stood still for an hour.\n\nWe are sorry.",
        "At 9:15 we saw this: nothing was printed.",
        "This happened because of the following:\n\n- one\n- two",
        "```\nRoot cause:\n```",
    ],
)
def test_a_text_without_shape_is_the_description(text):
    assert split(text) == Split(description=text)


def test_an_empty_text_is_nothing():
    assert split(" \r\n\N{NO-BREAK SPACE}\n") == Split()


def test_a_fact_told_twice_keeps_both_tellings():
    keys = [(fact.key, fact.label, fact.typed) for fact in split("Impact: Outage\nImpact: Of piers").facts]
    assert keys == [(Fact.Key.IMPACT, "Impact", "Outage"), (Fact.Key.OTHER, "Impact", "Of piers")]


def test_a_fact_too_long_for_the_table_stays_in_the_text():
    parts = split("Impact: " + "long " * 300)
    assert not parts.facts
    assert words(parts.description)["long"] == 300


def test_a_number_that_no_list_would_give_stays_with_its_item():
    assert split("Actions Taken:\n\n7. Seventh.\n8. Eighth.\n3. Third.").actions == [
        "7. Seventh.",
        "Eighth.",
        "3. Third.",
    ]


def test_an_item_of_nothing_is_none():
    assert split("Actions Taken:\n\n1. One.\n2.\n3. Three.\n-\n").actions == ["One.", "Three."]


def test_a_fence_that_nobody_closes_hides_no_heading():
    assert split("```\nsome code\n\nRoot Cause:\n\nA comma.").root_cause == "A comma."


MARKS = ["", "===", "---", "__bold__", "**Root Cause**: and more", "**", "#", "- ", "  - nested", "1. one", "9) nine"]
OTHERS = ["\tTab: here", "Actions Taken:", "Action items", "a: b", "word\r\nnext"]
LINES = st.sampled_from([*PLAIN.splitlines(), *MARKDOWN.splitlines(), *MARKS, *OTHERS])


@given(st.lists(LINES | st.text(max_size=30), max_size=30).map("\n".join))
def test_every_word_of_any_text_is_kept(text):
    kept, given_words = everything(split(text)), words(text)
    assert not given_words - kept


@given(st.text())
def test_every_word_of_arbitrary_characters_is_kept(text):
    assert not words(text) - everything(split(text))


@given(st.lists(LINES, max_size=30).map("\n".join))
def test_what_was_split_fits_the_database(text):
    parts = split(text)
    keys = [fact.key for fact in parts.facts if fact.key != Fact.Key.OTHER]
    assert len(keys) == len(set(keys))
    assert all(fact.typed and len(fact.typed) <= 1000 and 0 < len(fact.label) <= 200 for fact in parts.facts)
    assert all(item.strip() for item in [*parts.actions, *parts.mitigations])


@pytest.mark.parametrize(
    "text",
    [
        *("a" + " " * 200_000 + "b", "# " + " #" * 100_000, "**a**" + " " * 200_000 + "x", "\n" * 200_000),
        *("A: b\n" * 50_000, "Impact: x\n" * 50_000, "1. " * 100_000, "- a\n" * 50_000),
        *("Actions Taken:\n" * 30_000, "```\n" * 50_001),
    ],
)
def test_a_hostile_text_is_split_in_little_time(text):
    split(text)


def test_the_real_report_is_split_into_all_its_parts():
    if not SEED.is_dir():
        pytest.skip("needs ../shared/seed")
    document = json.loads((SEED / "incidents.json").read_text())
    body = document["incidents"][0]["incident_updates"][0]["body"]
    parts = split(body)
    assert [fact.key for fact in parts.facts] == [
        *(Fact.Key.DATE, Fact.Key.STARTED, Fact.Key.STABLE, Fact.Key.RESOLVED),
        *(Fact.Key.USERS_IMPACTED, Fact.Key.FREQUENCY, Fact.Key.IMPACT),
    ]
    assert (len(parts.actions), len(parts.mitigations), parts.root_cause.count("\n\n")) == (6, 2, 4)
    assert parts.description
    assert parts.further + parts.lessons + parts.contributing_factors == ""
    assert not words(body) - everything(parts)
    report = (SEED / "incident-report.txt").read_text()
    assert split(report.partition("Postmortem\n")[2].partition("Posted Feb 18")[0]) == parts
