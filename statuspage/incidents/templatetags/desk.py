"""What the desk's own templates may say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django import template
from django.template import Context
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from statuspage.incidents.models import IncidentUpdate, Tag
from statuspage.publishing import times
from statuspage.publishing.markdown import plain
from statuspage.publishing.models import StatusPage
from statuspage.publishing.services import is_behind
from statuspage.subscribers.models import Trouble
from statuspage.subscribers.tally import Tally

register = template.Library()

LINKS = {
    "Incidents": "desk:index",
    "Components": "desk:components",
    "Postmortems": "postmortems:index",
    "Mitigations": "mitigations:index",
    "Search": "search:index",
    "Subscribers": "subscribers:index",
    "Settings": "admin:index",
}


# An open incident of which nothing was said for longer leaves readers alone.
SILENCE = timedelta(minutes=60)
# More do not help whoever types.
MOST_SUGGESTED = 200


@dataclass(frozen=True)
class Link:
    """A room of the desk."""

    name: str
    url: str
    current: bool


@register.simple_tag(takes_context=True)
def status_page(context: Context) -> StatusPage:
    """The status page; the one the view fetched, where it did."""
    return context.get("page") or StatusPage.objects.get()


@register.simple_tag
def page_is_behind() -> bool:
    """Whether readers lack something that was tried to be published."""
    return is_behind()


@register.simple_tag(takes_context=True)
def desk_links(context: Context) -> list[Link]:
    """The rooms of the desk that are open to whoever asks, and which of them this is."""
    match = context["request"].resolver_match
    here = match.view_name if match else ""
    room = here.partition(":")[0]
    current = f"{room}:index" if room in ("postmortems", "mitigations", "subscribers", "search") else "desk:index"
    current = here if here in LINKS.values() else current
    allowed = {**LINKS} if context["request"].user.get_all_permissions() else {**LINKS, "Settings": ""}
    return [Link(name, reverse(view), view == current) for name, view in allowed.items() if view]


@register.simple_tag(takes_context=True)
def ago(context: Context, value: datetime) -> SafeString:
    """“12 min ago”, with the full time for whoever points at it."""
    length = max(timezone.now() - value, timedelta())
    text = f"{times.span(length)} ago" if length >= timedelta(minutes=1) else "just now"
    title = times.full(value, context["page"].zone)
    return format_html('<time datetime="{}" title="{}">{}</time>', times.machine(value), title, text)


@register.filter
def in_short(update: IncidentUpdate) -> str:
    """The beginning of a message as plain text, its Markdown read."""
    return Truncator(" ".join(plain(update.body_html).split())).chars(220)


@register.simple_tag
def known_tags() -> list[Tag]:
    """Those that can be given again."""
    return list(Tag.objects.all()[:MOST_SUGGESTED])


@register.filter
def age(value: datetime) -> str:
    """“3 h 29 min”, from then to now."""
    return times.span(max(timezone.now() - value, timedelta()))


@register.filter
def tally_of(tallies: dict[str, Tally], cause: str) -> Tally | None:
    """How far subscribers were told of an update, or of what else has this code; None where nobody was to be."""
    return tallies.get(cause)


@register.simple_tag
def troubles() -> list[Trouble]:
    """The channels that rest, because what fails is ours."""
    return list(Trouble.objects.order_by("since"))


@register.filter
def is_silence(value: datetime) -> bool:
    """Whether readers have waited too long since then."""
    return timezone.now() - value > SILENCE
