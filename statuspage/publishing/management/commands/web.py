from typing import Any

from django.core.management.base import BaseCommand, CommandError

from statuspage.publishing import server


class Command(BaseCommand):
    help = "Serve the page and the desk, without a clock: part of ./run, or alone where Celery keeps time."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            server.check_address()
        except server.AddressError as error:
            raise CommandError(str(error)) from error
        server.serve()
