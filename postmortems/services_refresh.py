"""Taking facts from the incident's record again, one by one."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from postmortems.models import Postmortem
from postmortems.record import base_of, facts_of
from postmortems.refreshing import taken
from postmortems.services import StalePostmortem, save_draft
from statuspage.incidents.models import Incident
from statuspage.publishing.models import StatusPage
from statuspage.team.models import User


@transaction.atomic
def refresh_facts(
    postmortem: Postmortem, *, take: Collection[str], seen: int, seen_incident: int, author: User | None = None
) -> Postmortem:
    """Give the draft the record's value of the facts named, and none of any other; the record as it is now is the base.

    `seen` and `seen_incident` are the versions whose values were compared; raises StalePostmortem where one of them is
    another by now, and changes nothing.
    """
    incident = Incident.objects.select_for_update().get(pk=postmortem.incident_id)
    if incident.version != seen_incident:
        raise StalePostmortem
    record = facts_of(incident, zone=StatusPage.objects.get().zone)
    postmortem = save_draft(
        postmortem,
        texts={},
        facts=taken(postmortem.facts.all(), record, take),
        actions=list(postmortem.actions_taken.all()),
        mitigations=list(postmortem.mitigations.all()),
        seen=seen,
        author=author,
    )
    postmortem.base = base_of(record)
    postmortem.save(update_fields=["base"])
    return postmortem
