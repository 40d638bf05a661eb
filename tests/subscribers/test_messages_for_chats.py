"""Slack and Teams show people's words as they are, and nothing that those words could ask for."""

from __future__ import annotations

import json
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import example, given, settings
from hypothesis import strategies as st

from statuspage.publishing import times
from statuspage.subscribers import links
from statuspage.subscribers.hook_messages import message
from tests.subscribers.hooks import AT, a_notice, a_page, a_subscriber

READ = "<https://status.example.com/incidents/iiiiiiiiiiii|Read it on the status page>"
# Letters are cleaned of the marks that stand for moments and passes before they come here.
WORDS = st.text(st.characters(exclude_characters="\ue000\ue001\ue002", exclude_categories=["Cs"]), max_size=200)
LONG = st.tuples(st.text("&<>x", min_size=1, max_size=12), st.integers(1, 600)).map(lambda part: part[0] * part[1])
HOSTILE = [
    *("<!channel>", "<!here|here>", "<@U024BE7LH>", "<https://evil.example|Sign in>", "&lt;!channel&gt;"),
    *(
        "[Sign in](https://evil.example)",
        "<at>everyone</at>",
        "**bold** _it_ `code`",
        "{{DATE(2026-11-21)}}",
        "> quote",
    ),
]


def slack(**said) -> dict:
    return message(a_subscriber("slack"), a_notice(**said), a_page(), at=AT)


def card(**said) -> dict:
    told = message(a_subscriber("teams"), a_notice(**said), a_page(), at=AT)
    return told["attachments"][0]["content"]


def read_by_slack(text: str) -> str:
    """What readers see of text in which nothing is syntax."""
    assert "<" not in text
    assert ">" not in text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def texts(anything) -> list[str]:
    """Each text of a document, wherever it stands."""
    if isinstance(anything, dict):
        return [text for value in anything.values() for text in texts(value)]
    if isinstance(anything, list):
        return [text for value in anything for text in texts(value)]
    return [anything] if isinstance(anything, str) else []


def hostile(test):
    for text in HOSTILE:
        test = example(name=text, brief=text)(test)
    return test


@hostile
@settings(deadline=None)
@given(name=WORDS, brief=WORDS)
def test_slack_shows_words_as_they_are(name, brief):
    told = slack(name=name, brief=brief)
    text = told["blocks"][0]["text"]
    assert (text["type"], text["verbatim"]) == ("mrkdwn", True)
    words, link = text["text"][: -len(READ)], text["text"][-len(READ) :]
    assert link == READ
    shown = f"*{f'Investigating: {name}'.strip()}*\n" + (f"{brief.strip()}\n" if brief.strip() else "")
    assert read_by_slack(words) == shown
    assert told["text"] == text["text"]


@settings(deadline=None)
@given(name=LONG, brief=LONG)
def test_slack_gets_no_more_than_it_takes_and_no_half_of_a_sign(name, brief):
    text = slack(name=name, brief=brief)["blocks"][0]["text"]["text"]
    assert len(text) <= 3000
    shown_name, shown_brief, _ = read_by_slack(text.removesuffix(READ)).split("\n")
    assert f"*Investigating: {name}*".startswith(shown_name.removesuffix(" …*"))
    assert brief.startswith(shown_brief.removesuffix(" …"))


def test_slack_is_asked_to_open_no_link_by_itself():
    told = slack()
    assert told["unfurl_links"] is told["unfurl_media"] is False


@hostile
@settings(deadline=None)
@given(name=WORDS, brief=WORDS)
def test_teams_shows_words_as_they_are(name, brief):
    told = card(name=name, brief=brief)
    runs = [run for block in told["body"] for run in block["inlines"]]
    # A TextBlock would read them as Markdown.
    assert {block["type"] for block in told["body"]} == {"RichTextBlock"}
    assert {run["type"] for run in runs} == {"TextRun"}
    shown = [f"Investigating: {name}".strip(), *filter(None, brief.strip().split("\n")), "Harbour Status"]
    assert [run["text"] for run in runs] == shown


@pytest.mark.parametrize("sign", ["x", "é", "語", "🚨", "\n", '"'])
def test_teams_gets_no_more_than_it_takes(sign):
    told = message(a_subscriber("teams"), a_notice(name=sign * 9000, brief=sign * 9000), a_page(), at=AT)
    assert len(json.dumps(told, ensure_ascii=False).encode()) < 28_000


@pytest.mark.parametrize("channel", ["slack", "teams"])
def test_a_chat_is_shown_the_way_to_the_page_and_out(channel, settings):
    settings.SITE_URL = "https://status.example.com"
    subscriber = a_subscriber(channel)
    told = "\n".join(texts(message(subscriber, a_notice(), a_page(), at=AT)))
    assert "https://status.example.com/incidents/iiiiiiiiiiii" in told
    secret = (subscriber.code, subscriber.secret)
    assert f"https://status.example.com/subscriptions/manage/{links.manage_pass(*secret, AT)}" in told
    assert f"https://status.example.com/subscriptions/unsubscribe/{links.unsubscribe_pass(*secret)}" in told


@pytest.mark.parametrize("channel", ["slack", "teams"])
@pytest.mark.parametrize(("locale", "zone"), [("en", ""), ("en", "America/New_York"), ("de", "Asia/Tokyo")])
def test_moments_are_told_in_the_language_and_the_zone_of_the_reader(channel, locale, zone):
    brief = "Since \ue0000\ue000."
    letter = {"subject": "Investigating: Slow", "brief": brief}
    notice = a_notice(letters={"en": letter, "de": letter})
    subscriber = a_subscriber(channel, locale=locale, time_zone=zone)
    told = "\n".join(texts(message(subscriber, notice, a_page(), at=AT)))
    with translation.override(locale):
        assert f"Since {times.full(AT, ZoneInfo(zone or 'Europe/Lisbon'))}." in told
    assert "\ue000" not in told


@pytest.mark.parametrize("channel", ["slack", "teams"])
def test_a_message_speaks_one_language_where_the_page_has_none_for_the_reader(channel):
    letter = {"subject": "Investigating: Slow", "brief": "Since \ue0000\ue000."}
    told = message(a_subscriber(channel, locale="de"), a_notice(letters={"en": letter}), a_page(), at=AT)
    ours = message(a_subscriber(channel, locale="en"), a_notice(letters={"en": letter}), a_page(), at=AT)
    assert told == ours


@pytest.mark.parametrize("channel", ["slack", "teams"])
def test_nothing_to_say_besides_the_name_is_no_empty_block(channel):
    told = message(a_subscriber(channel), a_notice(brief=""), a_page(), at=AT)
    assert "" not in texts(told)
    assert "\n\n" not in "".join(texts(told))
