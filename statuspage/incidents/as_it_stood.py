"""The home page as it stood at a past moment: what had been posted by then, in the words of then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Prefetch

from statuspage.incidents.history import RECENT_DAYS, Day, by_day, midnight
from statuspage.incidents.models import Incident, IncidentUpdate
from statuspage.incidents.overview import Overview, overview


@dataclass(frozen=True)
class PastPage:
    """What was open and how components were, and what had ended in the days before."""

    state: Overview
    days: list[Day]


def as_it_stood(at: datetime, zone: ZoneInfo) -> PastPage:
    """What readers saw at `at`. A constant number of queries.

    Later updates, edits, corrections of times and postmortems are not known yet. Components and incidents bear their
    names of today: a change of name is not recorded.
    """
    today = at.astimezone(zone).date()
    days = [today - timedelta(days=back) for back in range(RECENT_DAYS)]
    since, state = midnight(days[-1], zone), overview(at)
    begun = [one.incident for one in state.incidents if one.incident.started_at >= since]
    return PastPage(state, by_day(days, _ended(since, at), begun, zone))


def _ended(since: datetime, at: datetime) -> list[Incident]:
    """Incidents that had ended since then and were closed at `at`, the last first, as they looked; not to be saved."""
    posted = IncidentUpdate.objects.filter(created_at__lte=at)
    closing = posted.filter(status__in=Incident.CLOSED, display_at__gte=since)
    incidents = (
        Incident.objects.filter(pk__in=closing.values("incident"))
        .select_related("postmortem")
        .prefetch_related(Prefetch("updates", queryset=posted))
    )
    ended = [incident for incident in incidents if _look_back(incident, at) and since <= (incident.resolved_at or at)]
    return sorted(ended, key=lambda incident: (incident.resolved_at or at, incident.pk), reverse=True)


def _look_back(incident: Incident, at: datetime) -> bool:
    """Make it look as it did, by the updates of then; whether it was closed."""
    incident.status, incident.resolved_at = incident.timeline()[0].status, None
    for update in incident.timeline():
        if update.status not in Incident.CLOSED:
            break
        # What is added to a closed incident does not make it last longer: the first word of the end counts.
        incident.resolved_at = update.display_at
    postmortem = getattr(incident, "postmortem", None)
    if postmortem and not (postmortem.posted_at and postmortem.posted_at <= at):
        postmortem.published_revision = None
    return incident.resolved_at is not None
