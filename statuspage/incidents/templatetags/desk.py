"""What the desk's own templates may say."""

from __future__ import annotations

from django import template
from django.template import Context
from django.urls import NoReverseMatch, reverse

from statuspage.publishing.models import StatusPage

register = template.Library()

LINKS = {
    "Incidents": "desk:index",
    "Components": "desk:components",
    "Postmortems": "postmortems:index",
    "Settings": "admin:index",
}


@register.simple_tag(takes_context=True)
def status_page(context: Context) -> StatusPage:
    """The status page; the one the view fetched, where it did."""
    return context.get("page") or StatusPage.objects.get()


@register.simple_tag(takes_context=True)
def desk_links(context: Context) -> list[dict[str, str | bool]]:
    """The rooms of the desk, and which of them this is."""
    match = context["request"].resolver_match
    here = match.view_name if match else ""
    current = next((view for view in LINKS.values() if view == here), "")
    current = current or ("postmortems:index" if here.startswith("postmortems:") else "desk:index")
    links = []
    for name, view in LINKS.items():
        try:
            links.append({"name": name, "url": reverse(view), "current": view == current})
        except NoReverseMatch:
            continue
    return links
