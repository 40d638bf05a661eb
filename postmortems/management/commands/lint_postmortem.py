import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from postmortems.checking import check
from postmortems.lint import Finding, Severity
from postmortems.models import Postmortem
from statuspage.publishing.models import StatusPage


class Command(BaseCommand):
    help = (
        "Check the postmortem of the incident CODE, as it is saved, against the incident's record. "
        "Ends with 1 while an error stands, with 2 where there is no such postmortem."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="The incident's code: the last part of its address.")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, code: str, format: str, **options: Any) -> None:
        postmortem = Postmortem.objects.select_related("incident").filter(incident__code=code).first()
        if postmortem is None:
            raise CommandError(f"There is no postmortem of an incident “{code}”.", returncode=2)
        findings = check(postmortem, page=StatusPage.objects.get())
        if format == "json":
            self.stdout.write(json.dumps([one.as_json() for one in findings], ensure_ascii=False, indent=1))
        else:
            self.stdout.write("\n".join(map(_line, findings)) or "Nothing to mend.")
        if any(one.severity == Severity.ERROR for one in findings):
            sys.exit(1)


def _line(finding: Finding) -> str:
    advice = f" {finding.fix.words}" if finding.fix else ""
    return f"{finding.severity:<7} {finding.rule} {finding.place}: {finding.message}{advice}"
