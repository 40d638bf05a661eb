"""What the public gets of incidents, a module for each sort of reader: importing them registers their kinds of page."""

from statuspage.incidents.pages import discovery, embeds, feeds, html

__all__ = ["discovery", "embeds", "feeds", "html"]
