from datetime import date, timedelta

import pytest

from postmortems.models import ActionTaken, Fact, Mitigation, Postmortem
from postmortems.services import save_draft, start_postmortem
from statuspage.components.status import Status
from statuspage.incidents.services import post_update
from tests.conftest import NOW

MINUTE = timedelta(minutes=1)
SOON, CHRISTMAS = date(2026, 12, 1), date(2026, 12, 24)


@pytest.fixture
def over(make_component, make_incident):
    """An incident from 08:50 to 09:40 that was told of at 09:00, 09:30 and 09:40."""
    berths = make_component("Berths", group="Harbour")
    incident = make_incident(
        {berths: Status.MAJOR_OUTAGE}, name="Ships wait", body="Ships wait outside.", started_at=NOW - 10 * MINUTE
    )
    said = {"affected": {}, "author": None}
    post_update(incident, status="monitoring", body="Ships move again.", at=NOW + 30 * MINUTE, **said)
    post_update(incident, status="resolved", body="All is well.", at=NOW + 40 * MINUTE, **said)
    incident.refresh_from_db()
    return incident


@pytest.fixture
def draft(over) -> Postmortem:
    """A postmortem with something in every field, and nothing that the checks would mend."""
    postmortem = start_postmortem(over)
    return save_draft(
        postmortem,
        texts={
            "description": "Ships could not enter.",
            "root_cause": "The gate lost its power.\n\nThe spare was being painted.",
            "contributing_factors": "Nobody is told when the spare is away.",
            "lessons": "Paint one gate at a time.",
            "further": "## Thanks\n\nTo the night shift.",
            "internal_notes": "CANARY the painter was ill",
        },
        facts=[
            *postmortem.facts.all(),
            Fact(key="users_impacted", typed="About 40 ships", source="typed"),
            Fact(key="other", label="Weather", typed="Fog", source="typed"),
        ],
        actions=[
            ActionTaken(description="The gate was opened by hand.", taken_at=NOW + 20 * MINUTE),
            ActionTaken(description="CANARY we shouted", public=False),
            ActionTaken(description="Power was restored."),
        ],
        mitigations=[
            Mitigation(
                description="Tell the desk when a spare is away.", kind="detect", owner="Harbour desk", due_on=SOON
            ),
            Mitigation(description="CANARY sell the spare", kind="prevent", owner="Works", due_on=SOON, public=False),
            Mitigation(
                description="A second spare.", kind="prevent", owner="Works", due_on=CHRISTMAS, status="in_progress"
            ),
        ],
    )
