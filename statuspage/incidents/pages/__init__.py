"""What the public gets of incidents, a module for each sort of reader: importing them registers their kinds of page."""

from statuspage.incidents.pages import api, discovery, embeds, feeds, guide, history_json, html, uptime

__all__ = ["api", "discovery", "embeds", "feeds", "guide", "history_json", "html", "uptime"]
