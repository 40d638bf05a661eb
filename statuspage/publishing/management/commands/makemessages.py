"""Django's command, told once what of this code base readers get in their language."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import makemessages

# Templates of pages, of the widget, of Markdown and of mails.
EXTENSIONS = ["html", "js", "md", "py", "txt"]
ELSEWHERE = ["benchmarks", "docs", "node_modules", "static", "tests", "var"]


class Command(makemessages.Command):
    help = "Bring the catalogues in statuspage/locale up to date with the code: makemessages --all, then translate."

    def handle(self, *args: Any, **options: Any) -> None:
        options["extensions"] = options["extensions"] or EXTENSIONS
        options["ignore_patterns"] = [*options["ignore_patterns"], *ELSEWHERE]
        # Where a text stands changes with every edit of a file, and tells a translator less than the text itself.
        options["no_location"] = True
        super().handle(*args, **options)
