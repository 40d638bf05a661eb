from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from postmortems.rendition import render_all
from statuspage.importers.demo.history import NotEmpty, load
from statuspage.publishing.press import publish


class Command(BaseCommand):
    help = "Fill an empty page with the demo history: ninety days of an invented company, one incident open now."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            load(timezone.now())
        except NotEmpty as error:
            raise CommandError(str(error)) from error
        publish()
        render_all()
