"""What the public reads of incidents and components: one class per kind of page."""

from statuspage.incidents.pages import html, uptime

__all__ = ["html", "uptime"]
