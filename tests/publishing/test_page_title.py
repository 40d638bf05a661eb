"""What the status page is called: by its owner's name, and by the word that says what it is."""

import pytest

from statuspage.publishing import store
from statuspage.publishing.press import publish


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("Harbour", "Harbour Status"),
        ("Status", "Status"),
        ("Harbour Status", "Harbour Status"),
        ("HARBOUR STATUS", "HARBOUR STATUS"),
        ("Status of the harbour", "Status of the harbour Status"),
    ],
)
def test_the_word_status_is_said_once_at_the_end(page, name, title):
    page.name = name
    page.save()
    publish()
    home = store.find("/").decode()
    assert f"<title>{title}: All Systems Operational</title>" in home
    assert f"<span>{title}</span></a>" in home
    assert f'title="{title} - Incident History (Atom)"' in home
    assert f"<title>{title} - Incident History</title>" in store.find("/history.atom").decode()
    assert f"NAME:{title} - Scheduled Maintenance" in store.find("/maintenance.ics").decode()
    assert f"<title>Incident history · {title}</title>" in store.find("/history").decode()
