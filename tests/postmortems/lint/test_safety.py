"""What must not become public."""

from tests.postmortems.lint.samples import (
    Action,
    Measure,
    fact,
    facts,
    fires,
    found_in,
    measure,
    not_found_in,
    quiet,
    targets,
    texts,
)

TOKEN = "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiJ0aWRlcyJ9." + "c2lnbmF0dXJl"


def says(words):
    return {"texts": texts(root_cause=words)}


FIRES = [
    fires(
        *("PM050", "/root_cause", "stands in the internal notes", "word for word in the root cause"),
        **says("Cause.\n\nThe gauge at pier 4 will be\nreplaced in spring, ask Olga. Soon."),
    ),
    fires(
        *("PM050", "/root_cause", "an internal action"),
        actions=(Action("- The keeper of pier four slept through the alarm", public=False),),
        **says("The keeper of pier four slept through the alarm."),
    ),
    *(
        fires("PM051", "/root_cause", name, severity="error", **says(f"It reads {secret} there."))
        for name, secret in {
            "a private key": "-----BEGIN RSA PRIVATE KEY-----",
            "a cloud access key": "AKIA" + "ABCDEFGHIJKLMNOP",
            "an access token": "ghp_" + "a1" * 18,
            "a signed token": TOKEN,
            "a bearer token": "Bearer " + "0a" * 12,
            "a password": "password=tides2026",
            "an address with a password in it": "postgres://tide:ebb@db.example/tides",
        }.items()
    ),
    fires("PM052", "/root_cause", "10.4.0.17, db1.tides.internal", **says("On 10.4.0.17, also db1.tides.internal.")),
    fires("PM052", "/root_cause", "olga@tides.example", **says("Ask olga@tides.example.")),
    fires(
        "PM052",
        "/facts/users_impacted",
        "+49 30 1234567",
        facts=facts(users_impacted=fact("users_impacted", "12, call +49 30 1234567")),
    ),
    fires("PM052", "/mitigations/0/tracker_url", "“jira”", measures=measure(tracker_url="https://jira/TIDE-7")),
    fires(
        "PM052",
        "/mitigations/0/tracker_url",
        "jira.tides.corp",
        measures=measure(tracker_url="https://jira.tides.corp/7"),
    ),
    fires(
        "PM053",
        "/root_cause",
        "names Northern Ferries",
        targets=targets(customers=("Northern Ferries",)),
        **says("northern ferries told us."),
    ),
]
QUIET = [
    quiet("PM050", internal_notes="The queue takes all."),
    quiet("PM050"),
    quiet("PM051", **says("The password was reset; token: expired. Secret: nobody knew. Bearer of bad news, eyJust.")),
    quiet("PM051", actions=(Action("password=tides2026", public=False),)),
    quiet(
        "PM052",
        **says("Release 10.4.0, 8.8.8.8, status@tides.example, version 1.2.3.4, +12 boats, tides.local.example."),
    ),
    quiet("PM052", measures=(Measure("Hidden", tracker_url="https://jira/TIDE-7", public=False),)),
    quiet("PM053", **says("Northern Ferries told us.")),
]


test_it_is_found = found_in(FIRES)
test_it_is_left_alone = not_found_in(QUIET)


def test_a_secret_is_not_repeated():
    [found] = fires("PM051", "", **says(f"It was {TOKEN}.")).found()
    assert TOKEN[9:] not in found.message
