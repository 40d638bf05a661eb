import signal
import sys
import time
from typing import Any
from urllib.parse import quote

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, OperationalError, connections

from statuspage.publishing import clock, preparing, server, store
from statuspage.publishing.press import publish
from statuspage.publishing.supervisor import Child, Supervisor

SLOW_START = 30.0


class Command(BaseCommand):
    help = "Set up what is missing, then serve the page and keep time, in the foreground, until stopped."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-demo", action="store_true", help="begin with an empty page, without demo history")

    def handle(self, *args: Any, no_demo: bool, **options: Any) -> None:
        signal.signal(signal.SIGTERM, _leave)
        signal.signal(signal.SIGINT, _leave)
        try:
            server.check_address()
        except server.AddressError as error:
            raise CommandError(str(error)) from error
        try:
            with preparing.one_at_a_time():
                preparing.prepare()
                self._first_run(demo=not no_demo)
        except DatabaseError as error:
            reason = f"The database {preparing.database_name()} cannot be used: {str(error).strip()}"
            # PostgreSQL often comes up after us, and readers need none of it.
            if not isinstance(error, OperationalError) or store.find("/") is None:
                raise CommandError(reason) from error
            self._say(f"{reason}\nServing the pages stored earlier; the desk works once the database is back.")
        connections.close_all()  # children open their own

        self.supervisor = Supervisor(tell=self._say)
        self.started = time.monotonic()
        self.answered = self.told_slow = False
        web = Child("The web server", "candor-web", server.serve)
        sys.exit(self.supervisor.run([web], meanwhile=self._watch))

    def _first_run(self, *, demo: bool) -> None:
        """An empty page gets the demo history, a page without staff its first account, and readers their files."""
        staff = get_user_model().objects.filter(is_staff=True).exists()
        empty = not any(
            apps.get_model(name).objects.exists() for name in ("components.Component", "incidents.Incident")
        )
        if demo and empty and not staff:
            self._say("Loading the demo history …")
            try:
                call_command("load_demo")
            except Exception as error:
                raise CommandError(
                    f"The demo history could not be loaded ({error}). ./run --no-demo begins with an empty page."
                ) from error
        if store.find("/") is None:
            publish()
            # Whatever else is owed, such as a postmortem's PDF, is there before anybody is told its address.
            clock.embedded().tick()
            if store.find("/") is None:
                raise CommandError("The home page could not be stored; the reason stands above.")
        if not staff:
            self._say("The first staff account, with a link to set its password (works once; shown only now):")
            call_command("staff_link", settings.ADMIN_EMAIL, stdout=self.stdout)

    def _watch(self) -> None:
        """Once the page really answers, tell the addresses and start the clock."""
        if self.answered:
            return
        if server.answers():
            self.answered = True
            self._say("\n".join(["", *(f"{what:<17}{url}" for what, url in _addresses()), "", "Ctrl-C stops it."]))
            # Not before: on a small machine two programs that start hinder each other, and readers come first.
            self.supervisor.start(Child("The clock", "candor-clock", clock.keep_time))
        elif not self.told_slow and time.monotonic() - self.started > SLOW_START:
            self.told_slow = True
            self._say(f"The page has not answered for {SLOW_START:.0f} s; still waiting for it.")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _leave(*_: object) -> None:
    sys.exit(0)


def _addresses() -> list[tuple[str, str]]:
    """What there is to look at: the page, the desk, and the latest published postmortem, if any."""
    found = [("Public page", f"{settings.SITE_URL}/"), ("Desk", f"{settings.SITE_URL}/desk/")]
    folder = settings.PUBLIC_ROOT / "incidents"
    postmortems = sorted(folder.glob("*/postmortem.html"), key=lambda path: path.stat().st_mtime)
    with_pdf = [path for path in postmortems if path.with_suffix(".pdf").exists()]
    for path in (with_pdf or postmortems)[-1:]:
        url = f"{settings.SITE_URL}/incidents/{quote(path.parent.name)}/postmortem"
        found.append(("A postmortem", url))
        if with_pdf:
            found.append(("  and as PDF", f"{url}.pdf"))
    return found
