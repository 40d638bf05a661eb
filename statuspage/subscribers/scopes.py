"""Of what somebody hears: compared, and told in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from statuspage.components.models import Component, ComponentGroup
from statuspage.subscribers.models import Subscriber
from statuspage.subscribers.public_incidents import incident_name
from statuspage.subscribers.services import Scope


@dataclass(frozen=True)
class InWords:
    """A scope for people: of what, and which sort of news; no sort where it is about single incidents alone."""

    of: list[str]
    news: str


def scope_of(subscriber: Subscriber) -> Scope:
    """What a subscriber chose, besides the incidents that they follow."""
    return Scope(
        whole_page=subscriber.whole_page,
        groups=tuple(group.code for group in subscriber.groups.all()),
        components=tuple(component.code for component in subscriber.components.all()),
        incidents=subscriber.incidents,
        maintenance=subscriber.maintenance,
    )


def covers(subscriber: Subscriber, asked: Scope) -> bool:
    """Whether a subscriber hears of all that is asked for."""
    has = scope_of(subscriber)
    if asked.incident:
        hears_all = has.whole_page and has.incidents and has.maintenance
        return hears_all or subscriber.followed.filter(incident=asked.incident).exists()
    sorts = (asked.incidents <= has.incidents) and (asked.maintenance <= has.maintenance)
    parts = set(asked.groups) <= set(has.groups) and set(asked.components) <= set(has.components)
    return sorts and (has.whole_page or (not asked.whole_page and parts))


def in_words(scope: Scope, *, followed: Iterable[str] = ()) -> InWords:
    """A scope in the active language, in the order of the page; `followed` are codes of incidents."""
    parts = list(_parts(scope))
    single = [one for one in map(incident_name, [*followed, scope.incident]) if one]
    return InWords([*parts, *(_("the incident “%(name)s”") % {"name": one} for one in single)], _news(scope, parts))


def _parts(scope: Scope) -> Iterator[str]:
    if scope.whole_page:
        yield _("everything on this page")
        return
    for group in ComponentGroup.objects.filter(code__in=scope.groups):
        yield _("%(group)s, with all that belongs to it") % {"group": group.name}
    for component in Component.objects.filter(code__in=scope.components).select_related("group"):
        yield component.full_name


def _news(scope: Scope, parts: list[str]) -> str:
    if not parts:
        return ""
    if scope.incidents and scope.maintenance:
        return _("incidents and planned maintenance")
    return _("incidents") if scope.incidents else _("planned maintenance")
