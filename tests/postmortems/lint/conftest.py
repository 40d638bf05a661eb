import pytest
import time_machine

from postmortems.models import ActionTaken, Fact, Mitigation, Postmortem
from postmortems.services import save_draft
from tests.conftest import NOW
from tests.postmortems.conftest import MINUTE

WRONG = "2026-11-21 08:50 WEST"


@pytest.fixture
def afterwards():
    """An hour and a half after it began; the incident is over."""
    with time_machine.travel(NOW + 80 * MINUTE, tick=True):
        yield


@pytest.fixture
def change(draft):
    """Save the draft with other facts or texts."""

    def save(*, facts=(), without=(), actions=None, mitigations=None, **texts) -> Postmortem:
        current = Postmortem.objects.get(pk=draft.pk)
        told = {fact.key: fact for fact in current.facts.all() if fact.key not in without}
        told |= {fact.key: fact for fact in facts}
        return save_draft(
            current,
            texts=texts,
            facts=list(told.values()),
            actions=list(ActionTaken.objects.filter(postmortem=current)) if actions is None else actions,
            mitigations=list(Mitigation.objects.filter(postmortem=current)) if mitigations is None else mitigations,
        )

    return save


@pytest.fixture
def wrong_zone(change):
    """The start told in a zone that Lisbon has in summer only, which makes it an hour early."""
    return change(facts=[Fact(key="started", at=NOW - 70 * MINUTE, typed=WRONG, source="typed")])


@pytest.fixture
def unnumbered(change):
    """A warning: nobody says how many users were impacted by a critical incident."""
    return change(without=["users_impacted"])
