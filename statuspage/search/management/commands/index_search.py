from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.db.models import Exists, OuterRef

from postmortems.models import Postmortem
from postmortems.words import remember_postmortems
from statuspage.incidents.models import Incident, SearchText
from statuspage.incidents.words import remember_incidents

BATCH = 100


class Command(BaseCommand):
    help = "Take down anew by which words every incident is found."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--missing", action="store_true", help="only those of which none were taken down yet")

    def handle(self, *args: Any, **options: Any) -> None:
        for model, remember, whose, source in (
            (Incident, remember_incidents, "pk", SearchText.Source.INCIDENT),
            (Postmortem, remember_postmortems, "incident", SearchText.Source.DRAFT),
        ):
            found = model._default_manager.order_by("pk")
            if options["missing"]:
                found = found.exclude(Exists(SearchText.objects.filter(incident=OuterRef(whose), source=source)))
            keys = list(found.values_list("pk", flat=True))
            for start in range(0, len(keys), BATCH):
                with transaction.atomic():
                    some = model._default_manager.select_for_update().filter(pk__in=keys[start : start + BATCH])
                    remember([one.pk for one in some])
            if options["verbosity"]:
                self.stdout.write(f"{len(keys)} {model._meta.verbose_name_plural}")
