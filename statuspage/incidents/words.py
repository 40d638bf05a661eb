"""Keeping by what incidents are found, in the transaction of whatever changes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from statuspage.incidents.models import Incident, SearchText
from statuspage.publishing.folding import fold
from statuspage.publishing.markdown import plain

AT_ONCE = 500


def remember_incidents(keys: Iterable[int]) -> None:
    """Let these incidents be found by what readers are told of them now; earlier wordings are not looked for."""
    incidents = Incident.objects.filter(pk__in=keys).prefetch_related("updates__affected")
    remember(SearchText.Source.INCIDENT, {incident.pk: _told(incident) for incident in incidents})


def remember_journals(keys: Iterable[int]) -> None:
    """Let the team find these incidents by what stands in their journals."""
    incidents = Incident.objects.filter(pk__in=keys).prefetch_related("journal")
    told = {incident.pk: (entry.words for entry in incident.journal.all()) for incident in incidents}
    remember(SearchText.Source.JOURNAL, told)


def remember(source: SearchText.Source, told: Mapping[int, Iterable[str]]) -> None:
    """Keep the passages of a source by the incident's key, in place of those kept before; none makes it tell nothing.

    Called under the lock of the row that they are taken from, so that the last one to write has read the last facts.
    """
    texts = {key: _in_lines(some) for key, some in told.items()}
    SearchText.objects.bulk_create(
        (SearchText(incident_id=key, source=source, text=text, folded=fold(text)) for key, text in texts.items()),
        batch_size=AT_ONCE,
        update_conflicts=True,
        unique_fields=["incident", "source"],
        update_fields=["text", "folded"],
    )


def _in_lines(passages: Iterable[str]) -> str:
    """One passage on each line; of a longer text each line is one."""
    lines = (" ".join(line.split()) for passage in passages for line in passage.splitlines())
    return "\n".join(filter(None, lines))


def _told(incident: Incident) -> Iterator[str]:
    """Its name, what was said of it, the last first, and the components that this named."""
    updates = incident.timeline()
    yield incident.name
    yield from (plain(update.body_html) for update in updates)
    yield from dict.fromkeys(mention.name for update in updates for mention in update.affected.all())
