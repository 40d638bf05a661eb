"""What the team does with the journal of an incident: every write, one verb each."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from statuspage.incidents.models import Incident, JournalEntry
from statuspage.incidents.words import remember_journals
from statuspage.publishing.markdown import validate_markdown
from statuspage.publishing.wording import is_visible, running_text
from statuspage.team.models import User

LONGEST = 2_000


@transaction.atomic
def note_down(
    incident: Incident,
    *,
    words: str,
    by: User | None,
    at: datetime | None = None,
    starred: bool = False,
    noted_at: datetime | None = None,
) -> JournalEntry:
    """Keep what happened, and when: now, unless it is told. Raises ValidationError in the user's words.

    Nobody outside reads it, and nothing is published: what is starred becomes part of the postmortem, with its next
    revision.
    """
    now = noted_at or timezone.now()
    if at and at > now:
        raise ValidationError({"at": "The journal tells of what has happened, not of what is to come."})
    words = running_text(words)
    if not is_visible(words):
        raise ValidationError({"words": "Say what happened."})
    if len(words) > LONGEST:
        raise ValidationError({"words": f"An entry may have {LONGEST:,} characters; this one has {len(words):,}."})
    try:
        validate_markdown(words)
    except ValidationError as error:
        raise ValidationError({"words": error.messages}) from error
    entry = JournalEntry.objects.create(
        incident=incident,
        at=at or now,
        words=words,
        starred=starred,
        starred_by=by if starred else None,
        by=by,
        noted_at=now,
    )
    _remember(entry)
    return entry


def star(entry: JournalEntry, *, starred: bool, by: User | None = None) -> JournalEntry:
    """Let an entry be part of the postmortem’s timeline, or keep it inside again. What is published stays as it is."""
    entry.starred, entry.starred_by = starred, by if starred else None
    entry.save(update_fields=["starred", "starred_by"])
    return entry


@transaction.atomic
def strike(entry: JournalEntry, *, by: User | None) -> None:
    """Take an entry out of the journal; it is kept, with who did it, and can be put back."""
    entry.struck_at, entry.struck_by = entry.struck_at or timezone.now(), entry.struck_by or by
    entry.save(update_fields=["struck_at", "struck_by"])
    _remember(entry)


@transaction.atomic
def put_back(entry: JournalEntry) -> None:
    """Let an entry that was struck stand in the journal again, as it stood."""
    entry.struck_at = entry.struck_by = None
    entry.save(update_fields=["struck_at", "struck_by"])
    _remember(entry)


def _remember(entry: JournalEntry) -> None:
    """Let the incident be found by its journal as it stands now, whoever else writes in it."""
    Incident.objects.select_for_update().get(pk=entry.incident_id)
    remember_journals([entry.incident_id])
