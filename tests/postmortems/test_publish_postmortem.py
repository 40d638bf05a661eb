"""Publishing a postmortem: readers get a revision, and only ever a revision."""

import gzip
import hashlib
import json
from datetime import timedelta
from zoneinfo import ZoneInfo

import brotli
import html5lib
import pytest
from django.core.exceptions import ValidationError
from pypdf import PdfReader

from postmortems.models import Postmortem, Rendition
from postmortems.rendition import render_all
from postmortems.services import StalePostmortem, publish_postmortem, save_draft, start_postmortem
from statuspage.incidents.services import post_update
from statuspage.publishing import store
from statuspage.publishing.press import publish, publish_owed
from tests.conftest import NOW

HOUR = timedelta(hours=1)
# When the incident was over.
POSTED = NOW + HOUR


def text_of(location):
    tree = html5lib.parse(store.find(location), namespaceHTMLElements=False)
    return " ".join(" ".join(tree.find("body").itertext()).split())


def save(draft, *, seen=None, **texts):
    return save_draft(
        draft,
        texts=texts,
        facts=list(draft.facts.all()),
        actions=list(draft.actions_taken.all()),
        mitigations=list(draft.mitigations.all()),
        seen=seen,
    )


def test_it_is_read_inside_the_incident_page_and_on_its_own(draft, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        publish_postmortem(draft, author=None, at=POSTED)
    parts = [
        "Postmortem",
        "Date of incident Nov 21, 2026",
        "Users impacted About 40 ships",
        "Weather Fog",
        "Incident description Ships could not enter.",
        "Root cause analysis The gate lost its power. The spare was being painted.",
        "Contributing factors Nobody is told when the spare is away.",
        "Actions taken The gate was opened by hand.",
        "Power was restored.",
        "Mitigation measures 0 of 2 done Tell the desk when a spare is away. Open Detects it sooner Harbour desk",
        "A second spare. In progress Prevents it Works due Dec 24, 2026",
        "Lessons learned Paint one gate at a time.",
        "Thanks To the night shift.",
        "Posted Nov 21, 2026 - 10:00 WET",
        "Resolved All is well. Posted Nov 21, 2026 - 09:40 WET",
        "This incident affected: Harbour (Berths)",
    ]
    for location in (draft.incident.path, draft.path):
        told = text_of(location)
        assert [part for part in parts if part not in told] == []
        assert [told.index(part) for part in parts] == sorted(told.index(part) for part in parts)
    assert "affected: <bdi>Harbour (Berths)</bdi>." in store.find(draft.path).decode()
    assert "Postmortem" in text_of("/history/2026-11")


def test_while_the_incident_is_open_again_its_postmortem_stays_and_each_page_leads_to_the_other(draft):
    publish_postmortem(draft, author=None, at=POSTED)
    post_update(draft.incident, status="investigating", body="Again.", affected={}, author=None, at=NOW + HOUR)
    publish_owed()
    assert store.holds(f"{draft.path}.json")
    assert "The incident was reopened after this was written." in text_of(draft.path)
    told = store.find(draft.incident.path).decode()
    assert f'<a href="{draft.path}">The postmortem was written before the incident was reopened.</a>' in told
    assert 'id="postmortem"' not in told
    post_update(draft.incident, status="resolved", body="Over.", affected={}, author=None, at=NOW + 2 * HOUR)
    publish_owed()
    assert "reopened" not in text_of(draft.path) + text_of(draft.incident.path)
    assert b'id="postmortem"' in store.find(draft.incident.path)


def words_of(path):
    """Everything that a public file says, also to whoever unpacks it."""
    body = path.read_bytes()
    if path.suffix == ".pdf":
        paper = PdfReader(path)
        pages = [page.extract_text() for page in paper.pages]
        attached = [one for several in paper.attachments.values() for one in several]
        return "\n".join([str(paper.metadata), *pages, *(one.decode() for one in attached)])
    return {".gz": gzip.decompress, ".br": brotli.decompress}.get(path.suffix, bytes)(body).decode(errors="replace")


def files_that_say(public, word):
    files = [path for path in public.rglob("*") if path.is_file()]
    assert len(files) > 10
    return {path.name for path in files if word in words_of(path)}


def test_internal_words_reach_nothing_the_public_reads(draft, django_capture_on_commit_callbacks, public):
    with django_capture_on_commit_callbacks(execute=True):
        publish_postmortem(draft, author=None, at=POSTED)
    render_all()
    publish()
    assert {"postmortem.pdf", "postmortem.json", "postmortem.html.br"} <= files_that_say(public, "painted")
    assert files_that_say(public, "CANARY") == set()


def test_a_draft_reaches_nothing_the_public_reads(draft, public):
    publish()
    for word in ("could not enter", "night shift", "CANARY"):
        assert files_that_say(public, word) == set()
    assert store.find(draft.path) is None


def test_edits_after_publishing_wait_for_the_next_revision(draft, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        publish_postmortem(draft, author=None, at=POSTED)
    save(draft, description="Ships could not enter or leave.")
    publish()
    assert "Ships could not enter." in text_of(draft.path)
    with django_capture_on_commit_callbacks(execute=True):
        publish_postmortem(draft, author=None, reason="Leaving counts too.", at=POSTED)
    assert "Ships could not enter or leave." in text_of(draft.path)
    assert "Posted Nov 21, 2026 - 10:00 WET" in text_of(draft.path)


def test_revisions_are_numbered_and_chained(draft):
    first = publish_postmortem(draft, author=None, at=POSTED)
    save(draft, description="Again.")
    second = publish_postmortem(draft, author=None, at=POSTED)
    assert (first.number, second.number) == (1, 2)
    assert second.previous_sha256 == first.sha256 != second.sha256
    assert [one.state for one in Rendition.objects.all()] == ["owed", "owed"]


def test_anybody_can_check_the_chain_against_what_was_published(draft):
    for text in ("Once.", "Twice — “über”.", "Three times."):
        publish_postmortem(save(draft, description=text), author=None, at=POSTED)
    previous = ""
    for revision in draft.revisions.all():
        assert revision.previous_sha256 == previous
        said = json.dumps(revision.snapshot, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        previous = hashlib.sha256(f"{previous}\n{said}".encode()).hexdigest()
        assert revision.sha256 == previous


def test_markdown_and_json_say_the_same_as_the_page(draft, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        revision = publish_postmortem(draft, author=None, at=POSTED)
    document = json.loads(store.find(f"{draft.path}.json"))
    assert (document["revision"], document["sha256"]) == (1, revision.sha256)
    assert [line["description"] for line in document["actions"]] == [
        "The gate was opened by hand.",
        "Power was restored.",
    ]
    text = store.find(f"{draft.path}.md").decode()
    for part in (
        'title: "Ships wait"',
        "- **Users impacted:** About 40 ships",
        "## Root cause analysis\n\nThe gate lost its power.",
        "1. The gate was opened by hand.\n   Nov 21, 2026 - 09:20 WET\n2. Power was restored.",
        "1. Tell the desk when a spare is away.\n   Detects it sooner. Owner: Harbour desk. Due Dec 01, 2026.\n"
        "2. A second spare.\n   Prevents it. Owner: Works. Due Dec 24, 2026. In progress.",
        "## Measured from the record\n\n- **First public update after:** 10 min",
        "Posted Nov 21, 2026 - 10:00 WET",
        "**Resolved**\n\nAll is well.",
    ):
        assert part in text


def test_its_times_stay_in_the_zone_it_was_published_in(draft, page, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        publish_postmortem(draft, author=None, at=POSTED)
    page.time_zone = "Asia/Tokyo"
    page.save()
    publish()
    for text in (text_of(draft.path), store.find(f"{draft.path}.md").decode()):
        assert "Posted Nov 21, 2026 - 10:00 WET" in text
        assert "Nov 21, 2026 - 09:20 WET" in text
        assert "JST" not in text


@pytest.mark.parametrize("location", ["", "/postmortem"])
def test_pages_with_a_postmortem_are_strictly_well_formed(draft, django_capture_on_commit_callbacks, location):
    with django_capture_on_commit_callbacks(execute=True):
        publish_postmortem(draft, author=None, at=POSTED)
    html5lib.HTMLParser(strict=True).parse(store.find(draft.incident.path + location))


def test_nothing_is_published_while_the_incident_is_open(make_incident):
    with pytest.raises(ValidationError, match="still open"):
        publish_postmortem(start_postmortem(make_incident()), author=None)


def test_an_empty_postmortem_is_not_published(over):
    with pytest.raises(ValidationError, match="nothing to read"):
        publish_postmortem(start_postmortem(over), author=None)


def test_publishing_the_same_words_again_is_refused(draft):
    publish_postmortem(draft, author=None, at=POSTED)
    with pytest.raises(ValidationError, match="Nothing has changed"):
        publish_postmortem(draft, author=None, at=POSTED)


def test_the_same_words_are_the_same_whatever_zone_the_publisher_thought_in(draft):
    publish_postmortem(draft, author=None, at=POSTED.astimezone(ZoneInfo("Asia/Tokyo")))
    with pytest.raises(ValidationError, match="Nothing has changed"):
        publish_postmortem(draft, author=None, at=POSTED)


def test_two_people_editing_one_postmortem_never_overwrite_each_other(draft):
    seen = draft.version
    save(draft, description="One.", seen=seen)
    with pytest.raises(StalePostmortem):
        save(draft, description="Two.", seen=seen)
    assert Postmortem.objects.get().description == "One."


def test_a_text_beyond_the_limits_is_refused_at_its_field(draft):
    with pytest.raises(ValidationError) as refusal:
        save(draft, root_cause="[" * 400)
    assert list(refusal.value.message_dict) == ["root_cause"]
