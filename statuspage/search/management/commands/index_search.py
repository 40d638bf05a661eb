from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from postmortems.models import Postmortem
from postmortems.words import remember_postmortems
from statuspage.incidents.models import Incident
from statuspage.incidents.words import remember_incidents

BATCH = 100


class Command(BaseCommand):
    help = "Take down anew by which words every incident is found: once, where the record is older than the search."

    def handle(self, *args: Any, **options: Any) -> None:
        for model, remember in ((Incident, remember_incidents), (Postmortem, remember_postmortems)):
            keys = list(model._default_manager.order_by("pk").values_list("pk", flat=True))
            for start in range(0, len(keys), BATCH):
                with transaction.atomic():
                    some = model._default_manager.select_for_update().filter(pk__in=keys[start : start + BATCH])
                    remember([one.pk for one in some])
            self.stdout.write(f"{len(keys)} {model._meta.verbose_name_plural}")
