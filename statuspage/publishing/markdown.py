"""The one Markdown renderer. User text is hostile, staff's too."""

from __future__ import annotations

import re
import threading
from functools import lru_cache
from html import unescape

import markdown
import nh3
from django.core.exceptions import ValidationError
from django.utils.html import escape, linebreaks, strip_tags

from statuspage.publishing.wording import running_text

LONGEST = 20_000
MOST_LINES = 1_500
DEEPEST = 10
MOST_BRACKETS = 300
# One line of a thousand costs the layout of a PDF five seconds, of six thousand more than it gets.
MOST_EMPHASES = 300
MOST_ROWS = 300
MOST_COLUMNS = 12

# Quotes and list items one inside the other; a line of nothing but dashes or stars is a rule across the page.
NESTED = re.compile(
    rf"^[ \t]*(?!([-*])(?:[ \t]*\1)*[ \t]*$)(?:>[ \t]*|(?:[-*+]|\d+[.)])[ \t]+){{{DEEPEST + 1}}}", re.MULTILINE
)

# What may begin or end an emphasis; an underline inside a word does neither.
EMPHASIS = re.compile(r"\*+|(?<!\w)_+|_+(?!\w)")

_mine = threading.local()

TAGS = {
    *("p", "br", "strong", "em", "del", "code", "pre", "blockquote", "ul", "ol", "li"),
    *("h3", "h4", "h5", "h6", "a", "table", "thead", "tbody", "tr", "th", "td", "hr"),
}
ATTRIBUTES = {"a": {"href", "title"}, "th": {"align"}, "td": {"align"}, "ol": {"start"}}


@lru_cache(maxsize=512)
def to_html(text: str, *, heading: int = 3) -> str:
    """Safe HTML for a text in Markdown: raw HTML off, then an allow-list.

    Its headings begin at the level `heading`, below those of the page around it, and never skip one.

    Python-Markdown is super-linear on brackets, nesting and short lines; a text that goes beyond what it can be trusted
    with comes out as plain paragraphs, so that whatever is stored can be shown. The last ones are remembered: each is
    asked for by several pages, in several languages.
    """
    text = running_text(text)
    if reason_against(text):
        return linebreaks(escape(text))
    safe = nh3.clean(
        # Without the reset it would know the link references of the last text.
        _with_headings_from(heading, _renderer().reset().convert(text)),
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_without_gaps,
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener noreferrer",
        generic_attribute_prefixes=set(),
    )
    # A wide table scrolls by itself; whoever has no mouse needs a way in.
    return safe.replace("<table>", '<table tabindex="0">')


def plain(html: str) -> str:
    """What a piece of our own HTML says, without its marks: a line for each of its parts."""
    return unescape(strip_tags(html))


def _without_gaps(tag: str, name: str, value: str) -> str:
    """No address has a blank in it; whoever takes one out must not find a scheme that we never saw."""
    return re.sub(r"\s", "%20", value) if name == "href" else value


def _renderer() -> markdown.Markdown:
    """This thread's own: making one costs more than rendering an ordinary message."""
    if not hasattr(_mine, "renderer"):
        _mine.renderer = markdown.Markdown(
            extensions=["fenced_code", "tables", "sane_lists", "nl2br"],
            extension_configs={"tables": {"use_align_attribute": True}},
            output_format="html",
        )
        _mine.renderer.preprocessors.deregister("html_block")
        _mine.renderer.inlinePatterns.deregister("html")
    return _mine.renderer


def _with_headings_from(first: int, html: str) -> str:
    used = [int(level) for level in re.findall(r"<h([1-6])>", html)]
    shift, last = first - min(used, default=first), first - 1

    def moved(match: re.Match[str]) -> str:
        nonlocal last
        if match[1] == "<h":
            last = min(int(match[2]) + shift, last + 1, 6)
        return f"{match[1]}{last}>"

    return re.sub(r"(</?h)([1-6])>", moved, html)


def validate_markdown(text: str) -> None:
    """Refuse, with the reason, a text that cannot be rendered as Markdown."""
    if reason := reason_against(text):
        raise ValidationError(reason)


def reason_against(text: str) -> str:
    """Why a text will not be rendered as Markdown; empty where it will."""
    if len(text) > LONGEST:
        return f"This text has {len(text):,} characters; at most {LONGEST:,} fit. Shorten it or link to the rest."
    brackets = max((len(re.findall(r"[\[\]]", part)) for part in re.split(r"\n\s*\n", text)), default=0)
    if brackets > MOST_BRACKETS or "[" * 50 in text:
        return (
            f"One paragraph has more than {MOST_BRACKETS} square brackets or 50 in a row; please split or remove them."
        )
    if "`" * 50 in text:
        return "There are 50 backticks in a row; three are enough to begin and end a block of code."
    if any(len(EMPHASIS.findall(line)) > MOST_EMPHASES for line in text.splitlines()):
        return f"One line has more than {MOST_EMPHASES} stars or underlines for emphasis; please split or remove them."
    if NESTED.search(text):
        return f"Quotes or lists are nested more than {DEEPEST} deep; please flatten them."
    if re.search(rf"(?m)^[ \t]{{{4 * DEEPEST + 1},}}(?:[-*+]|\d+[.)])[ \t]", text):
        return f"Lists are nested more than {DEEPEST} deep; please flatten them."
    rows = [line for line in text.splitlines() if "|" in line]
    if len(rows) > MOST_ROWS or any(row.count("|") > MOST_COLUMNS + 1 for row in rows):
        return f"A table may have {MOST_ROWS} rows and {MOST_COLUMNS} columns; please shorten it."
    if text.count("\n") > MOST_LINES:
        return f"This text has more than {MOST_LINES:,} lines; please shorten it or link to the rest."
    return ""
