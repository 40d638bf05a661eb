from argparse import FileType
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from statuspage.subscribers.importing import import_subscribers
from statuspage.subscribers.reading import Unreadable


class Command(BaseCommand):
    help = "Take in a list of subscribers in CSV, all of it or nothing; without --verified each is asked by mail first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=FileType("rb"), metavar="FILE.csv", help="or - for standard input")
        parser.add_argument("--verified", action="store_true", help="they agreed elsewhere: do not ask them again")
        parser.add_argument("--proof", default="", metavar="TEXT", help="where and how they agreed; kept with each")

    def handle(self, *args: Any, file: BinaryIO, verified: bool, proof: str, **options: Any) -> None:
        if verified != bool(proof.strip()):
            raise CommandError("--verified and --proof belong together: say where and how these people agreed.")
        try:
            with file:
                done = import_subscribers(file.read(), proof=proof.strip())
        except Unreadable as error:
            raise CommandError(str(error)) from error
        report = "\n".join(done.lines())
        if done.problems:
            raise CommandError(report)
        self.stdout.write(report)
