"""What the site says now, read once for all pages that are rendered from one reading of it."""

from __future__ import annotations

from statuspage.incidents.documents import Rows, component_rows
from statuspage.incidents.overview import Overview, overview
from statuspage.publishing.models import StatusPage


def present(page: StatusPage) -> Overview:
    """The overview of this moment."""
    return page.once("present", overview)


def present_rows(page: StatusPage) -> Rows:
    """Components and groups of this moment, as the public API tells them."""
    return page.once("present rows", lambda: component_rows(present(page), page))
