from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DataError, IntegrityError

from postmortems.models import Rendition
from postmortems.rendition import render_all
from statuspage.importers.places import Refused
from statuspage.importers.services import import_history
from statuspage.importers.statuspage_sources import read_sources
from statuspage.publishing.press import publish


class Command(BaseCommand):
    help = (
        "Import the history of a Statuspage: its public JSON documents (summary, components, incidents, "
        "scheduled maintenances, an incident's own), in any order and combination, or its address. "
        "All of it or nothing; importing the same again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "sources", nargs="+", metavar="SOURCE", help="A file, or an address such as https://status.example.com."
        )
        parser.add_argument(
            "--adopt",
            action="store_true",
            help="From now on our clock starts and completes the maintenances that the sources name.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = import_history(read_sources(options["sources"]), adopt=options["adopt"])
        except Refused as refusal:
            raise CommandError(f"Nothing was imported. {refusal}.") from refusal
        except (DataError, IntegrityError) as error:
            raise CommandError(f"Nothing was imported. The database refused it: {error}.") from error
        for line in report.lines():
            self.stdout.write(line)
        publish()
        render_all()
        failed = Rendition.objects.filter(state=Rendition.State.FAILED, revision__published_as__isnull=False)
        for rendition in failed.select_related("revision__postmortem__incident"):
            self.stdout.write(f"note: {rendition.revision.postmortem.incident.code}: no PDF. {rendition.error}")
