from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from statuspage.publishing.export import NotOurs, export
from statuspage.publishing.press import publish


class Command(BaseCommand):
    help = (
        "Write the whole public site into a folder that any web server, object store or CDN can carry. "
        "Run it again to bring the folder up to date; docs/static-site.md tells how to serve it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="a new folder, or one that this command has made")
        parser.add_argument(
            "--folders",
            action="store_true",
            help="write /history as history/index.html, for servers that do not look for history.html",
        )
        parser.add_argument(
            "--as-it-is", action="store_true", help="copy what is published, without rendering every page anew first"
        )

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        if not options["as_it_is"] and not publish():
            raise CommandError("Nothing was exported: not every page could be published; the reasons stand above.")
        try:
            count = export(folder, as_folders=options["folders"])
        except NotOurs:
            raise CommandError(
                f"Nothing was written: {folder} holds files that no export made. Name a new folder, or an empty one."
            ) from None
        except OSError as error:
            raise CommandError(f"The export is not whole: {error}.") from error
        self.stdout.write(f"{count} files in {folder}")
