from typing import Any

from django.core.management.base import BaseCommand

from statuspage.subscribers.spreadsheet import written


class Command(BaseCommand):
    help = "Print every subscriber as CSV, in the form that import_subscribers reads."

    def handle(self, *args: Any, **options: Any) -> None:
        for line in written():
            self.stdout.write(line, ending="")
