"""How programs can read the page, told to the people who write them."""

from __future__ import annotations

import json
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from statuspage.components.status import Status
from statuspage.incidents.documents import page_document, status_document
from statuspage.incidents.overview import ALL_DOWN, ROLL_UP
from statuspage.incidents.pages.api import MOST, last_changed
from statuspage.incidents.present import present
from statuspage.publishing.models import StatusPage
from statuspage.publishing.pages import Overview, register, registry


@register
class ApiGuide(Overview):
    """The documents, the feeds and the badge, with the page's own status for an example."""

    path = "/api"
    template_name = "public/api.html"
    deferred = True

    def context(self, subject: None, page: StatusPage) -> dict[str, Any]:
        example = {
            "page": page_document(page, updated_at=last_changed(page)),
            "status": status_document(present(page)),
        }
        return {
            "example": json.dumps(example, ensure_ascii=False, indent=2),
            "documents": _documents(),
            "followed": _followed(),
            "verdicts": _verdicts(),
            "most": MOST,
        }


def _documents() -> list[tuple[str, str]]:
    """Each address, and what it answers."""
    most = {"most": MOST}
    return [
        (
            "/api/v2/summary.json",
            _("Everything that matters now: components, open incidents, planned maintenance, the verdict."),
        ),
        ("/api/v2/status.json", _("The verdict alone.")),
        ("/api/v2/components.json", _("Every component and group with its status.")),
        ("/api/v2/incidents.json", _("The %(most)d newest incidents, open and closed, with their updates.") % most),
        ("/api/v2/incidents/unresolved.json", _("Open incidents, the last touched first.")),
        ("/api/v2/scheduled-maintenances.json", _("The %(most)d newest maintenances.") % most),
        ("/api/v2/scheduled-maintenances/upcoming.json", _("Those that have not begun, the next first.")),
        ("/api/v2/scheduled-maintenances/active.json", _("Those under way.")),
        ("/incidents/CODE.json", _("One incident in full, with its postmortem in Markdown once that is published.")),
        ("/incidents/CODE/postmortem.json", _("A published postmortem as data.")),
        ("/schemas/postmortem.json", _("What programs may rely on in it, as JSON Schema.")),
        ("/history.json?page=1", _("The whole past, three months a page; a page beyond the last has none.")),
    ]


def _followed() -> list[tuple[list[str], str]]:
    """Feeds and calendars, those that this site has."""
    known = {kind.location(None) for kind in registry if isinstance(kind, Overview)}
    told = [
        (
            ["/history.atom", "/history.rss", "/feed.json"],
            _("The newest incidents and maintenances, for feed readers and chat. Each component has its own."),
        ),
        (["/maintenance.ics"], _("Planned maintenance, for calendars.")),
        (["/badge.svg"], _("The verdict as a picture, for a README or a footer.")),
        (["/embed"], _("The page in short, to put into a frame on another site.")),
        (["/widget.js"], _("A script for another site: it shows a notice while something is wrong.")),
    ]
    there = [([one for one in addresses if one in known], answer) for addresses, answer in told]
    return [(addresses, answer) for addresses, answer in there if addresses]


def _verdicts() -> list[tuple[str, str, str]]:
    """The rule by which components make the verdict, the worst first: the condition, the indicator, the words."""
    every, worst = _("Every component: %s"), _("Worst component: %s")
    said = [(every % Status.MAJOR_OUTAGE.label, *ALL_DOWN)]
    said += [(worst % status.label, *ROLL_UP[status]) for status in reversed(Status) if status != Status.OPERATIONAL]
    said += [(every % Status.OPERATIONAL.label, *ROLL_UP[Status.OPERATIONAL])]
    with translation.override("en"):
        return [(condition, indicator, str(words)) for condition, indicator, words in said]
