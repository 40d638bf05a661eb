"""What an incident has said of components, read from its updates."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from statuspage.incidents.models import AffectedComponent, Incident, IncidentUpdate


def last_words(updates: Iterable[IncidentUpdate]) -> dict[int, AffectedComponent]:
    """The last thing said of each component, by the component's key, in order of posting."""
    said: dict[int, AffectedComponent] = {}
    for update in sorted(updates, key=lambda update: update.order):
        for mention in update.affected.all():
            mention.update = update
            said[mention.component_id] = mention
    return said


def affected_names(updates: Iterable[IncidentUpdate]) -> list[str]:
    """“API (Authentication)”, “Website”: each group once with its components, in the order of the page."""
    groups: dict[str, list[str]] = {}
    for mention in sorted(last_words(updates).values(), key=_page_order):
        group, name = _split_name(mention)
        groups.setdefault(group or name, []).extend([name] if group else [])
    return [f"{name} ({', '.join(children)})" if children else name for name, children in groups.items()]


def affected_sentence(incident: Incident) -> str:
    """“This incident affected: API (Authentication) and Website.”; empty where no component is named."""
    return sentence_of(affected_names(incident.updates.all()), kind=incident.kind, is_open=incident.is_open)


def affected_in_html(incident: Incident) -> SafeString:
    """The same sentence for HTML, each name by itself."""
    names = isolated(affected_names(incident.updates.all()))
    return mark_safe(sentence_of(names, kind=incident.kind, is_open=incident.is_open))  # noqa: S308


def isolated(names: Iterable[str]) -> list[str]:
    """Names as HTML that keeps their direction to themselves: none turns round the sentence in which it stands."""
    return [format_html("<bdi>{}</bdi>", name) for name in names]


def sentence_of(names: list[str], *, kind: str, is_open: bool) -> str:
    """The same of names that were read before, in the active language."""
    if not names:
        return ""
    if kind == Incident.Kind.INCIDENT:
        sentence = _("This incident affected: %s.")
    elif is_open:
        sentence = _("This scheduled maintenance affects: %s.")
    else:
        sentence = _("This scheduled maintenance affected: %s.")
    return sentence % in_words(names)


def in_words(names: list[str]) -> str:
    """“a”, “a and b”, “a, b and c”."""
    if len(names) < 2:
        return "".join(names)
    between = pgettext("between the items of a list", ", ")
    return _("%(first)s and %(last)s") % {"first": between.join(names[:-1]), "last": names[-1]}


def _page_order(mention: AffectedComponent) -> tuple[int, int, int, int]:
    component = mention.component
    first = (component.group.position, component.group.pk) if component.group else (component.position, 0)
    return (*first, component.position, component.pk)


def _split_name(mention: AffectedComponent) -> tuple[str, str]:
    """Group and component as they were called then; the joint name alone cannot tell where one ends."""
    group = mention.component.group
    if group and mention.name.startswith(f"{group.name} - "):
        return group.name, mention.name.removeprefix(f"{group.name} - ")
    if group and " - " in mention.name:
        before, _, after = mention.name.partition(" - ")
        return before, after
    return "", mention.name
