"""At the desk a time is told at, about, or between: by a control beside it, or in words."""

from datetime import UTC, datetime, timedelta

import pytest

from postmortems.models import Fact
from postmortems.report import assemble
from postmortems.services import save_draft
from tests.postmortems.desk import form_in, press, text_of, url


@pytest.fixture
def desk(client, staff):
    client.force_login(staff)
    return client


@pytest.fixture
def save(desk, draft):
    """Change some fields of the form as it is, and save."""

    def change(**said):
        sent = form_in(desk.get(url(draft.incident)))
        fields = {f"facts-{name.replace('__', '-')}": [value] for name, value in said.items()}
        return press(desk, draft.incident, sent | fields)

    return change


def told(draft, key="detected"):
    fact = Fact.objects.get(postmortem=draft, key=key)
    return fact.precision, fact.at, fact.until


def at(words):
    return datetime.fromisoformat(f"2026-11-21T{words}").replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"detected__at": "2026-11-21T09:05"}, ("minute", at("09:05"), None)),
        ({"detected__at": "2026-11-21T09:05:30"}, ("exact", at("09:05:30"), None)),
        (
            {"detected__at": "2026-11-21T09:05", "detected__precision": "approximate"},
            ("approximate", at("09:05"), None),
        ),
        (
            {
                "detected__at": "2026-11-21T09:05",
                "detected__precision": "range",
                "detected__until": "2026-11-21T09:15",
            },
            ("range", at("09:05"), at("09:15")),
        ),
        ({"detected__typed": "~09:05"}, ("approximate", at("09:05"), None)),
        ({"detected__typed": "09:05", "detected__precision": "approximate"}, ("approximate", at("09:05"), None)),
        ({"detected__typed": "between 10:05 and 10:15 CET"}, ("range", at("09:05"), at("09:15"))),
        # An end that is not asked for is none.
        ({"detected__at": "2026-11-21T09:05", "detected__until": "2026-11-21T09:15"}, ("minute", at("09:05"), None)),
    ],
)
def test_it_is_kept_as_precisely_as_it_is_told(save, draft, said, kept):
    assert save(**said).status_code == 302
    assert told(draft) == kept


def test_what_is_known_of_it_stays_however_often_it_is_saved(save, draft):
    save(detected__typed="between 09:05 and 09:15")
    save()
    assert told(draft) == ("range", at("09:05"), at("09:15"))
    save(detected__precision="minute")
    assert told(draft) == ("minute", at("09:05"), None)
    assert Fact.objects.get(postmortem=draft, key="detected").typed == "between 09:05 and 09:15"


def test_the_seconds_of_the_record_are_exact_and_stay(save, draft):
    save()
    assert told(draft, "started") == ("exact", at("08:50"), None)
    save(started__precision="approximate")
    assert told(draft, "started") == ("approximate", at("08:50"), None)
    assert Fact.objects.get(postmortem=draft, key="started").source == "typed"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({}, "Pick the end of the time in which it was"),
        ({"detected__until": "2026-11-21T09:05"}, "The end must be later than the beginning."),
        ({"detected__until": "2026-10-25T01:30"}, "its clocks skip or repeat this hour"),
        ({"detected__precision": "perhaps"}, "This is none of the choices"),
    ],
)
def test_half_a_range_gets_a_sentence_and_stays(save, said, sentence):
    typed = {"detected__at": "2026-11-21T09:05", "detected__precision": "range", "lessons": "New."} | said
    response = save(**typed)
    assert sentence in text_of(response)
    assert form_in(response)["facts-detected-at"] == ["2026-11-21T09:05"]


def test_a_clock_without_a_day_means_the_day_of_the_incident(save, draft):
    draft.incident.resolved_at += timedelta(days=1)
    draft.incident.save()
    assert "“about 09:05” cannot be read as one moment" in text_of(save(detected__typed="about 09:05"))


def test_taking_the_value_of_the_record_takes_its_precision(desk, save, draft):
    save(stable__at="2026-11-21T09:25", stable__precision="approximate")
    response = press(desk, draft.incident, form_in(desk.get(url(draft.incident))), row="use facts-stable")
    press(desk, draft.incident, form_in(response))
    assert told(draft, "stable") == ("exact", at("09:30"), None)


def test_readers_get_it_as_precisely_as_it_is_known(desk, draft, page):
    facts = [
        Fact(key="started", at=at("08:50"), precision="approximate", source="typed"),
        Fact(key="stable", at=at("09:20"), until=at("09:30"), precision="range", source="typed"),
    ]
    save_draft(draft, texts={}, facts=facts, actions=[], mitigations=[])
    text = text_of(desk.get(url(draft.incident, "preview")))
    assert "Incident started about Nov 21, 2026 - 08:50 WET" in text
    assert "Stability restored between Nov 21, 2026 - 09:20 and 09:30 WET" in text
    content = desk.get(url(draft.incident, "preview")).content.decode()
    assert '<time datetime="2026-11-21T09:30:00Z">09:30 WET</time>' in content
    lines = {line["key"]: line for line in assemble(draft, page=page).snapshot()["facts"]}
    assert (lines["stable"]["precision"], lines["stable"]["until"]) == ("range", "2026-11-21T09:30:00+00:00")
