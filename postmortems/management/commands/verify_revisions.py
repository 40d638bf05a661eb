import sys
from typing import Any

from django.core.management.base import BaseCommand

from postmortems.chain import broken
from postmortems.models import Revision


class Command(BaseCommand):
    help = "Check that every published revision still says what it said. Ends with 1 where one does not."

    def handle(self, *args: Any, **options: Any) -> None:
        revisions = Revision.objects.select_related("postmortem__incident").order_by("postmortem", "number")
        found = list(broken(revisions.iterator(chunk_size=100)))
        for revision, wrong in found:
            self.stdout.write(f"{revision.postmortem.incident.code}, revision {revision.number}: {wrong}.")
        if found:
            sys.exit(1)
        self.stdout.write("Every revision says what it said when it was published.")
