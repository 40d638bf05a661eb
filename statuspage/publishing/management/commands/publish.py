from typing import Any

from django.core.management.base import BaseCommand, CommandError

from statuspage.publishing.press import publish


class Command(BaseCommand):
    help = "Render every public page anew and remove files that no page claims: after an upgrade or a restore."

    def handle(self, *args: Any, **options: Any) -> None:
        if not publish():
            raise CommandError("Not every page could be published; the reasons stand above. All others were.")
