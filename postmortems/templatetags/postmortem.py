from django import template

from postmortems.models import Revision
from postmortems.report import Report

register = template.Library()


@register.simple_tag
def report_of(revision: Revision) -> Report:
    """The report that a revision keeps."""
    return Report.from_snapshot(revision.snapshot)


@register.filter
def indented(text: str) -> str:
    """A text as the content of a numbered list item: later lines stand under the first."""
    return "\n".join(f"   {line}" if line and number else line for number, line in enumerate(text.splitlines()))


@register.filter
def quoted(text: str) -> str:
    """A text inside a double-quoted YAML value."""
    return " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
