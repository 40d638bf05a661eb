import re
from itertools import pairwise
from urllib.parse import urlsplit

import html5lib
import pytest
from django.core.exceptions import ValidationError
from hypothesis import example, given, settings
from hypothesis import strategies as st

from statuspage.publishing.markdown import ATTRIBUTES, TAGS, reason_against, to_html, validate_markdown

HOSTILE = [
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "<iframe src=//x>"),
    *(
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "&#106;avascript:alert(1)",
        "\x01javascript:",
    ),
    *("data:text/html,<script>", "vbscript:x", "file:///etc/passwd", "<javascript:alert(1)>", "<style>*{}</style>"),
    *(
        '" onmouseover="alert(1)',
        "' onclick='x",
        "{: onclick=x }",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?php",
        "<",
        ">",
        "&",
    ),
    *("<a href='javascript:x'>", "</p>", "<base href=//x>", "<form action=x>", "<math><mtext></form>", "<noscript>"),
]
SIGNS = [
    *("[a](", ")", "![", "](", "[", "]", "[a]: ", "[a][a]", "<http://x>", "https://x.example/?a=b&c", "mailto:a@b.c"),
    *(
        "*",
        "**",
        "_",
        "`",
        "```",
        "~~~",
        "# ",
        "> ",
        "- ",
        "1. ",
        "    ",
        "\t",
        "\n",
        "\n\n",
        "---",
        "\\",
        "word",
        "Ação",
    ),
    *("| a | b |\n|---|---|\n", "\0", "\u202e", "\x02", "\x03", "klzzwxh:0000", "wzxhzdk:0", "\ud83d"),
]
texts = st.lists(st.sampled_from(HOSTILE + SIGNS) | st.text(max_size=5), max_size=40).map("".join)
floods = st.lists(st.sampled_from(SIGNS + HOSTILE), min_size=1, max_size=3).map("".join)


# What the renderer itself adds.
OURS = {"a": {"rel"}, "table": {"tabindex"}}


def elements(html):
    """Every element a browser would see in it, with its attributes."""
    tree = html5lib.parseFragment(html, namespaceHTMLElements=False)
    return [(node.tag, node.attrib) for node in tree.iter() if node is not tree]


def assert_harmless(html):
    for tag, attributes in elements(html):
        assert tag in TAGS
        assert attributes.keys() <= ATTRIBUTES.get(tag, set()) | OURS.get(tag, set())
        href = "".join(attributes.get("href", "").split())
        assert urlsplit(href).scheme in {"", "http", "https", "mailto"}


@settings(max_examples=300, deadline=None)
@given(texts)
@example("[a](java\tscript:alert(1))")
def test_nothing_dangerous_ever_comes_out(text):
    assert_harmless(to_html(text))


@settings(max_examples=40, deadline=None)
@given(floods, st.integers(1, 19_000))
def test_a_flood_of_anything_ends_and_is_harmless(sign, length):
    assert_harmless(to_html((sign * length)[:length]))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_raw_html_is_shown_and_not_obeyed(hostile):
    html = to_html(f"Before {hostile} after")
    assert_harmless(html)
    assert "Before" in html
    assert "after" in html


@pytest.mark.parametrize(
    "target",
    [
        *("javascript:alert(1)", "JAVASCRIPT:alert(1)", "java&#10;script:alert(1)", "&#x6A;avascript:alert(1)"),
        *("data:text/html;base64,PHNjcmlwdD4=", "vbscript:x", "file:///etc/passwd", " javascript:alert(1)"),
    ],
)
def test_a_link_leads_nowhere_but_to_the_web_and_to_mail(target):
    for text in (f"[a]({target})", f"[a](<{target}>)", f"[a][b]\n\n[b]: {target}", f"<{target}>"):
        assert not [attributes for tag, attributes in elements(to_html(text)) if "href" in attributes]


def test_links_ask_search_engines_and_browsers_to_keep_their_distance():
    assert to_html("[help](https://help.example)") == (
        '<p><a href="https://help.example" rel="nofollow noopener noreferrer">help</a></p>'
    )


def test_pictures_are_left_out_since_they_would_tell_another_site_who_reads():
    assert "<img" not in to_html("![a](https://elsewhere.example/pixel.png)")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**bold** and *not*", "<p><strong>bold</strong> and <em>not</em></p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("one\r\ntwo\rthree", "<p>one<br>\ntwo<br>\nthree</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>'),
        ("`a < b`", "<p><code>a &lt; b</code></p>"),
        ("```\n<b>\n```", "<pre><code>&lt;b&gt;\n</code></pre>"),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>"),
        ("1 < 2 & 3 > 2", "<p>1 &lt; 2 &amp; 3 &gt; 2</p>"),
    ],
)
def test_what_people_write_reads_as_they_mean_it(text, html):
    assert to_html(text).strip() == html


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=8), st.integers(3, 5))
def test_headings_stand_below_the_pages_own_and_skip_no_level(written, first):
    html = to_html("\n\n".join("#" * level + " Heading" for level in written), heading=first)
    levels = [int(level) for level in re.findall(r"<h(\d)>", html)]
    assert len(levels) == len(written)
    assert levels[0] == first
    assert all(first <= level <= before + 1 for before, level in pairwise(levels))
    assert levels == [int(level) for level in re.findall(r"</h(\d)>", html)]


def test_one_text_knows_nothing_of_the_references_of_another():
    to_html("[a]: https://secret.example")
    assert "secret" not in to_html("[a][a] [a]")


class TestLimits:
    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("a" * 20_001, "20,001 characters"),
            ("[" * 49 + "a] " * 260, "square brackets"),
            ("[" * 50, "in a row"),
            ("`" * 19_000, "50 backticks in a row; three are enough"),
            ("**a" * 6_000, "more than 300 stars or underlines"),
            ("_a_ " * 151, "more than 300 stars or underlines"),
            ("> " * 11 + "a", "nested more than 10 deep"),
            (">" * 11 + "a", "nested more than 10 deep"),
            ("- " * 11 + "a", "nested more than 10 deep"),
            ("1. " * 11 + "a", "nested more than 10 deep"),
            ("> - " * 6 + "a", "nested more than 10 deep"),
            ("- * " * 6, "nested more than 10 deep"),
            (" " * 41 + "- a", "nested more than 10 deep"),
            ("| a |\n" * 301, "300 rows"),
            ("|" * 14, "12 columns"),
            # Each is cheap alone; thousands of them take seconds of a processor's time.
            *((line * (20_000 // len(line)), "1,500 lines") for line in ("a\n=\n", "-\n", "#\n", "***\n", "a\n")),
        ],
    )
    def test_a_text_beyond_them_is_refused_with_the_reason(self, text, reason):
        with pytest.raises(ValidationError, match=reason):
            validate_markdown(text)

    @pytest.mark.parametrize(
        "text",
        [
            *("snake_case_" * 1_000, "- **Word:** and more\n" * 600, "**a** " * 150, "_" * 9_000),
            *("", "a" * 20_000, "[a](b) " * 75, "> " * 10 + "a", "  - a\n" * 200, "| a | b |\n|---|---|\n" * 100),
            # Rules across the page and underlined headings, not lists in lists.
            *(
                "-" * 200,
                "*" * 80,
                "* " * 20,
                "- - - - - - - - - - - - -",
                "Heading\n----------------",
                "a\n+++++++++++++",
            ),
        ],
    )
    def test_a_text_within_them_is_taken(self, text):
        validate_markdown(text)

    def test_brackets_are_counted_by_paragraph(self):
        validate_markdown("\n\n".join(["[a](b) " * 100] * 5))

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.sampled_from(["word", "<b>", "&", "Ação", "a|b", "**x**"]), min_size=1, max_size=60))
    def test_what_is_beyond_them_is_shown_as_plain_paragraphs_with_every_word(self, words):
        text = " ".join(words) + "\n\n" + "[" * 50
        assert reason_against(text)
        html = to_html(text)
        assert {tag for tag, _ in elements(html)} <= {"p", "br"}
        shown = "".join(html5lib.parseFragment(html, namespaceHTMLElements=False).itertext())
        assert shown.split() == text.split()

    def test_a_text_too_long_is_shown_whole(self):
        text = "word " * 10_000
        assert to_html(text).count("word") == 10_000


def test_a_text_knows_nothing_of_the_one_before_it():
    to_html("[secret]\n\n[secret]: https://example.com/secret")
    assert to_html("[secret]") == "<p>[secret]</p>"
