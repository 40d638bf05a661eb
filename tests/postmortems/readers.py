"""Everything that anybody outside the team gets, in words: public files, unpacked, and what subscribers are sent."""

import json

import pikepdf
from django.core import mail
from django.utils import timezone

from statuspage.publishing.models import StatusPage
from statuspage.subscribers.hook_messages import message
from statuspage.subscribers.models import HOOKS, Notice, Subscriber
from tests.postmortems.test_publish_postmortem import words_of


def everything(public) -> dict[str, str]:
    """What everybody gets, by where; without blanks, for paper breaks its lines where it likes."""
    found = public_files(public) | mails() | hooks()
    return {where: "".join(words.split()) for where, words in found.items()}


def public_files(public) -> dict[str, str]:
    """The words of each public file, also those that it keeps to itself: in an archive, an attachment, a link."""
    files = [path for path in public.rglob("*") if path.is_file()]
    return {f"/{path.relative_to(public)}": words_of(path) + links_in(path) for path in files}


def links_in(path) -> str:
    """Where the links of a PDF lead, which its text does not say."""
    if path.suffix != ".pdf":
        return ""
    with pikepdf.open(path) as paper:
        notes = [note for page in paper.pages for note in page.get("/Annots", [])]
        return " ".join(str(note.A.get("/URI", "")) for note in notes if "/A" in note)


def mails() -> dict[str, str]:
    """Each mail that left: its headers, its text and its HTML."""
    return {
        f"mail {number} to {letter.to[0]}": "\n".join(
            [
                letter.subject,
                str(letter.extra_headers),
                letter.from_email,
                letter.body,
                *(html for html, _ in letter.alternatives),
            ]
        )
        for number, letter in enumerate(mail.outbox)
    }


def hooks() -> dict[str, str]:
    """What each hook is sent of each notice."""
    page = StatusPage.objects.get()
    return {
        f"{subscriber.channel} of {notice.key}": json.dumps(
            message(subscriber, notice, page, at=timezone.now()), ensure_ascii=False
        )
        for notice in Notice.objects.filter(withdrawn_at=None).exclude(letters={})
        for subscriber in Subscriber.objects.filter(channel__in=HOOKS)
    }


def front_matter(text):
    """The lines before the text, as YAML reads them: quoted words are those of JSON."""
    before, lines, _ = text.split("---\n", 2)
    assert before == ""
    said, key = {}, ""
    for line in lines.splitlines():
        if line.startswith("  - "):
            said[key] = [*(said[key] or []), json.loads(line[4:])]
            continue
        key, _, value = line.partition(":")
        value = value.strip()
        said[key] = json.loads(value) if value[:1] in {'"', "["} else value
    return said
