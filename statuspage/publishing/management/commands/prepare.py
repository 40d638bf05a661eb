from argparse import REMAINDER
from typing import Any

from django.core.management import execute_from_command_line
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from statuspage.publishing import preparing


class Command(BaseCommand):
    help = "Make the data directory ready (schema, static files), then run the command given, if any."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("then", nargs=REMAINDER, metavar="COMMAND …", help="a command to run afterwards")

    def handle(self, *args: Any, then: list[str], **options: Any) -> None:
        try:
            with preparing.one_at_a_time():
                preparing.prepare()
        except DatabaseError as error:
            raise CommandError(f"The database {preparing.database_name()} cannot be used: {error}".strip()) from error
        if then:
            # In this process: starting Django a second time would take longer than most commands.
            execute_from_command_line(["manage.py", *then])
