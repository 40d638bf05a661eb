"""Which incidents have all of the words: one question to the database, the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from django.db.models import Exists, FilteredRelation, OuterRef, Prefetch, Q, QuerySet, prefetch_related_objects
from django.utils.safestring import SafeString

from statuspage.incidents.models import Incident, SearchText, Tag
from statuspage.publishing.folding import fold
from statuspage.search.marking import Passage, excerpt, marked


def words_of(query: str) -> list[str]:
    """The words that somebody looks for, each once, as they are compared."""
    return list(dict.fromkeys(fold(query).split()))


@dataclass(frozen=True)
class Found:
    """An incident with its name marked where it has the words, a few words around where else they stand, and its
    tags as far as whoever asks may know of them."""

    incident: Incident
    name: SafeString
    excerpt: SafeString
    tags: list[Tag]


@dataclass(frozen=True)
class Search:
    """What somebody looks for, among what readers are told; `internal` looks among all that the team wrote as well,
    `further` says what else has to be true of an incident."""

    words: list[str]
    tag: str = ""
    internal: bool = False
    further: Q = field(default_factory=Q)

    @property
    def says_something(self) -> bool:
        """Whether anything is looked for at all."""
        return bool(self.words or self.tag or self.further)

    def incidents(self) -> QuerySet[Incident]:
        """Those that have every word, in one place or another, and the tag; the last to begin first."""
        # Joined once, whatever the words: PostgreSQL would read all texts anew for each word of its own subquery.
        joined = {
            f"from_{source}": FilteredRelation("search_texts", condition=Q(search_texts__source=source))
            for source in self.sources
        }
        tags = self.tags().filter(incidents=OuterRef("pk"))
        wanted = self.further
        # Long words are rare, mostly: who lacks one is not asked for the others.
        for word in sorted(self.words, key=len, reverse=True):
            places = [Q(**{f"{name}__folded__contains": word}) for name in joined]
            wanted &= reduce(or_, [*places, Q(Exists(tags.filter(slug__contains=word)))])
        if self.tag:
            wanted &= Q(Exists(tags.filter(slug=self.tag)))
        found = Incident.objects.alias(**joined).filter(wanted)
        return found.select_related("postmortem").order_by("-started_at", "-pk")

    @property
    def sources(self) -> Sequence[str]:
        """Among what it looks."""
        return SearchText.Source.values if self.internal else SearchText.PUBLIC

    def tags(self) -> QuerySet[Tag]:
        """Those that whoever asks may know of."""
        return Tag.objects.all() if self.internal else Tag.objects.filter(public=True)

    def shown(self, incidents: Iterable[Incident]) -> list[Found]:
        """A page of what was found, with the words marked; two queries."""
        incidents = list(incidents)
        prefetch_related_objects(incidents, Prefetch("tags", self.tags(), to_attr="told_tags"))
        passages: dict[int, list[Passage]] = {}
        for text in SearchText.objects.filter(incident__in=incidents, source__in=self.sources).order_by("pk"):
            pairs = zip(text.text.split("\n"), text.folded.split("\n"), strict=True)
            passages.setdefault(text.incident_id, []).extend(Passage(*pair) for pair in pairs)
        return [
            Found(
                incident,
                marked(incident.name, self.words),
                excerpt([one for one in passages.get(incident.pk, []) if one.text != incident.name], self.words),
                incident.told_tags,  # type: ignore[attr-defined]
            )
            for incident in incidents
        ]
