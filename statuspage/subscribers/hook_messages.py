"""What each kind of hook is told: a document for programs, a message for a chat.

People's words stand in these as words alone: nobody can make Slack call a channel, or Teams show a link, by the name
of an incident.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _

from statuspage.publishing.models import StatusPage
from statuspage.subscribers import links, marks
from statuspage.subscribers.models import Channel, Notice

# As Statuspage orders them; a database may have kept them in another order.
PAYLOAD = ("page", "component", "component_update", "incident")
# What a section of Slack's takes, and of that the name; Teams takes 28 kB for all.
SECTION, NAME = 3000, 500
# The only characters by which Slack tells its own syntax from words.
SLACK_SYNTAX = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"}


class Endpoint(Protocol):
    """A subscriber whose channel is a hook, or what a line of the ledger knows of one."""

    @property
    def code(self) -> str: ...
    @property
    def secret(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def locale(self) -> str: ...
    @property
    def time_zone(self) -> str: ...


def message(endpoint: Endpoint, notice: Notice, page: StatusPage, *, at: datetime) -> dict[str, Any]:
    """What a hook is sent to tell of a notice."""
    if endpoint.channel == Channel.WEBHOOK:
        return webhook_document(endpoint, notice, page, at=at)
    # All of it in the language of its words, which the page may have stopped speaking, or begun to, since then.
    language = notice.language(endpoint.locale, page.locale)
    with translation.override(language):
        chat = Chat(endpoint, notice, page, language=language, at=at)
        return slack_message(chat) if endpoint.channel == Channel.SLACK else teams_message(chat)


def webhook_document(endpoint: Endpoint, notice: Notice, page: StatusPage, *, at: datetime) -> dict[str, Any]:
    """What Statuspage's webhooks are sent: `meta`, `page`, and the incident or the component that changed."""
    meta = {
        "unsubscribe": unsubscribe_url(endpoint, page),
        "documentation": f"{page.url}/api",
        "generated_at": at.astimezone(page.zone).isoformat(timespec="milliseconds"),
    }
    return {"meta": meta, **{name: notice.payload[name] for name in PAYLOAD if name in notice.payload}}


class Chat:
    """What a chat is told, in one language and in the zone of whoever asked for it."""

    def __init__(self, endpoint: Endpoint, notice: Notice, page: StatusPage, *, language: str, at: datetime) -> None:
        zone = ZoneInfo(endpoint.time_zone) if endpoint.time_zone else page.zone
        letter = notice.letter(language)
        self.name, self.brief = (
            marks.filled(letter[part], notice.moments, zone, language).strip() for part in ("subject", "brief")
        )
        self.title = page.title
        manage = links.manage_pass(endpoint.code, endpoint.secret, at)
        self.more = (_("Read it on the status page"), notice.url)
        self.ways = [
            (_("Choose what you are told"), f"{page.url}/subscriptions/manage/{manage}"),
            (_("Unsubscribe"), unsubscribe_url(endpoint, page)),
        ]


def slack_message(chat: Chat) -> dict[str, Any]:
    """A message for an incoming webhook of Slack; `text` is for notifications, and for chats that know no blocks."""
    link = _slack_link(*chat.more)
    name = _slack_words(chat.name, NAME)
    brief = _slack_words(chat.brief, SECTION - NAME - len(link) - len("**\n\n"))
    text = "\n".join(part for part in (f"*{name}*", brief, link) if part)
    ways = " · ".join([_slack_words(chat.title, NAME), *(_slack_link(*way) for way in chat.ways)])
    return {
        "text": text,
        "blocks": [
            {"type": "section", "text": _verbatim(text)},
            {"type": "context", "elements": [_verbatim(ways)]},
        ],
        # Else Slack opens each link by itself, and shows what it finds.
        "unfurl_links": False,
        "unfurl_media": False,
    }


def teams_message(chat: Chat) -> dict[str, Any]:
    """A message for a workflow or an incoming webhook of Teams: an Adaptive Card, its words in runs without markup."""
    words = [
        _run(chat.name, NAME, weight="Bolder", size="Medium"),
        *(_run(line, SECTION) for line in _cut(chat.brief, SECTION).split("\n")),
        _run(chat.title, NAME, isSubtle=True, size="Small"),
    ]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": f"{_cut(chat.name, NAME)} {chat.more[1]}",
        "body": [{"type": "RichTextBlock", "inlines": [run]} for run in words if run["text"]],
        "actions": [{"type": "Action.OpenUrl", "title": title, "url": url} for title, url in (chat.more, *chat.ways)],
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def unsubscribe_url(endpoint: Endpoint, page: StatusPage) -> str:
    """Where a hook is told no more; nothing happens there before a button is pressed."""
    return f"{page.url}/subscriptions/unsubscribe/{links.unsubscribe_pass(endpoint.code, endpoint.secret)}"


def _slack_words(text: str, most: int) -> str:
    words = text.translate(SLACK_SYNTAX)
    # Half an entity would show.
    return words if len(words) <= most else f"{re.sub('&[a-z]*$', '', words[: most - 2])} …"


def _slack_link(title: str, url: str) -> str:
    return f"<{url.translate(SLACK_SYNTAX)}|{title.translate(SLACK_SYNTAX)}>"


def _verbatim(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _run(text: str, most: int, **look: Any) -> dict[str, Any]:
    return {"type": "TextRun", "text": _cut(text, most), **look}


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 2]} …"
