from datetime import datetime

from django import template
from django.template import Context
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from postmortems.checklist import Place
from postmortems.figure import letters
from postmortems.learning import Median
from postmortems.models import Mitigation, Postmortem, Revision
from postmortems.report import FactLine, MitigationLine, Report
from postmortems.story import Happening, story_of, which_resolution
from postmortems.telling import telling_of
from statuspage.publishing import times
from statuspage.publishing.precision import Precision, about, between, in_words
from statuspage.subscribers.tally import Tally

register = template.Library()


@register.simple_tag
def report_of(revision: Revision) -> Report:
    """The report that a revision keeps."""
    return Report.from_snapshot(revision.snapshot)


@register.simple_tag
def report_as_of_now(revision: Revision) -> Report:
    """The report that a revision keeps, with its measures as far as they are by now.

    Only of those that are in the revision, and still public: one that became internal says what was published.
    """
    report = report_of(revision)
    codes = [one.code for one in report.mitigations if one.code]
    here = Mitigation.objects.filter(postmortem=revision.postmortem_id, code__in=codes, public=True) if codes else []
    return report.as_of_now({one.code: one.status for one in here})


@register.simple_tag(takes_context=True)
def fact_time(context: Context, fact: FactLine) -> SafeString:
    """“about Feb 16, 2021 - 17:09 EST”: the time of a fact as precisely as it is known, each moment as a <time>."""
    zone = context["page"].zone
    if fact.at is None:
        return mark_safe("")
    if fact.until:
        start, end = times.ends(fact.at, fact.until, zone)
        moments = {"start": _time(fact.at, start), "end": _time(fact.until, end)}
        return mark_safe(conditional_escape(between()) % moments)  # noqa: S308 -- each part is escaped
    told = _time(fact.at, times.full(fact.at, zone))
    is_rough = fact.precision == Precision.APPROXIMATE
    return mark_safe(conditional_escape(about()) % {"time": told}) if is_rough else told  # noqa: S308


@register.simple_tag(takes_context=True)
def plain_fact_time(context: Context, fact: FactLine) -> str:
    """The same as text."""
    return in_words(fact.at, fact.precision, fact.until, context["page"].zone) if fact.at else ""


@register.simple_tag
def counted(report: Report, fact: FactLine) -> str:
    """“last of 2”: which of several times counts as resolved; mostly there is one, and nothing to say."""
    return which_resolution(report, fact)


@register.simple_tag
def story(report: Report) -> list[Happening]:
    """The timeline of a report, the first first."""
    return story_of(report)


def _time(value: datetime, text: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', times.machine(value), text)


@register.filter
def place_of(pointer: str) -> Place:
    """Where in the form a finding's pointer leads."""
    return Place.of(pointer)


@register.filter
def open_comments(postmortem: Postmortem) -> int:
    """How many comments nobody has dealt with yet."""
    return sum(comment.settled_at is None for comment in postmortem.comments.all())


@register.filter
def telling(postmortem: Postmortem) -> Tally | None:
    """How far the telling of what readers have has come; None where nobody is told of it, or not yet."""
    return telling_of(postmortem)


@register.filter
def starred(postmortem: Postmortem) -> int:
    """How many entries of the incident's journal are part of its timeline."""
    return sum(entry.starred for entry in postmortem.incident.journal.all())


@register.filter
def as_label(words: str) -> str:
    """A sentence as the label of a button: without its full stop."""
    return words.removesuffix(".")


@register.filter
def indented(text: str, by: int = 3) -> str:
    """A text as the content of a numbered list item: later lines stand under the first."""
    return "\n".join(f"{' ' * by}{line}" if line and number else line for number, line in enumerate(text.splitlines()))


@register.filter
def promise(measure: MitigationLine) -> str:
    """“Detects it sooner. Owner: Harbour desk. Due Dec 24, 2026. <https://tickets.example.com/7>”."""
    said = [
        measure.kind_label,
        measure.owner and _("Owner: %(name)s") % {"name": measure.owner},
        measure.due_on and _("Due %(day)s") % {"day": times.short_day(measure.due_on)},
        measure.status_label if measure.status != Mitigation.Status.OPEN else "",
    ]
    sentences = [f"{one}." for one in said if one]
    return " ".join(sentences + ([f"<{measure.tracker_url}>"] if measure.tracker_url else []))


@register.filter
def length_of(found: Median) -> str:
    """“3 h 29 min”; a dash where there is none."""
    return times.span(found.length) if found.length is not None else "–"


@register.filter
def isolated(name: str) -> SafeString:
    """A name as HTML that keeps its direction to itself."""
    return format_html("<bdi>{}</bdi>", name)


@register.filter
def cut_to(text: str, room: int) -> str:
    """As much of a text as fits where there is room for so many letters, with a sign that there is more."""
    if letters(text) <= room:
        return text
    while letters(text) >= room:
        text = text[:-1]
    return f"{text.rstrip()}…"


@register.filter
def quoted(text: str) -> str:
    """A text inside a double-quoted YAML value."""
    return " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
