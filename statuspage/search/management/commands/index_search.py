from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from postmortems.models import Postmortem
from postmortems.words import remember_drafts, remember_published
from statuspage.incidents.models import Incident, JournalEntry, SearchText
from statuspage.incidents.words import remember_incidents, remember_journals

BATCH = 100


class Part(NamedTuple):
    """Some of what incidents are found by: of which rows it is taken, and where it is kept."""

    name: str
    rows: QuerySet[Any]
    remember: Callable[[Iterable[int]], None]
    source: str
    # By which field of the rows the incident is known.
    whose: str = "pk"


class Command(BaseCommand):
    help = "Take down anew by which words every incident is found."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--missing", action="store_true", help="only those of which none were taken down yet")

    def handle(self, *args: Any, **options: Any) -> None:
        source, noted = SearchText.Source, Exists(JournalEntry.everything.filter(incident=OuterRef("pk")))
        published = Postmortem.objects.exclude(published_revision=None)
        for part in (
            Part("incidents", Incident.objects.all(), remember_incidents, source.INCIDENT),
            Part("journals", Incident.objects.filter(noted), remember_journals, source.JOURNAL),
            Part("postmortems", Postmortem.objects.all(), remember_drafts, source.DRAFT, "incident"),
            Part("of them published", published, remember_published, source.POSTMORTEM, "incident"),
        ):
            found = part.rows
            if options["missing"]:
                kept = SearchText.objects.filter(incident=OuterRef(part.whose), source=part.source)
                found = found.exclude(Exists(kept))
            keys = list(found.order_by("pk").values_list("pk", flat=True))
            for start in range(0, len(keys), BATCH):
                with transaction.atomic():
                    some = part.rows.model._default_manager.filter(pk__in=keys[start : start + BATCH])
                    # In one order, whoever else is at it.
                    part.remember([one.pk for one in some.select_for_update().order_by("pk")])
            if options["verbosity"]:
                self.stdout.write(f"{len(keys)} {part.name}")
