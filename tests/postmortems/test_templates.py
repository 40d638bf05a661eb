"""What a postmortem begins with: guidance beside each section, and words that have to be replaced."""

import pytest

from postmortems.checking import check
from postmortems.models import Postmortem, Template
from postmortems.outlines import CUSTOMER_FACING, FULL, STOCK, Outline, all_outlines
from postmortems.report import assemble
from postmortems.services import save_draft, start_postmortem
from tests.postmortems.desk import form_in, press, text_of, url

SECTIONS = {
    "description",
    "root_cause",
    "contributing_factors",
    "actions",
    "mitigations",
    "lessons",
    "further",
    "internal_notes",
}


@pytest.fixture
def desk(client, staff):
    client.force_login(staff)
    return client


@pytest.fixture
def own(db):
    """A template of one's own, that says something of three sections."""
    template = Template.objects.create(name="Tides", about="For what the sea did.")
    told = {
        "description": ("How high was the water?", "The water stood at [metres]."),
        "actions": ("Who closed which gate?", "Gate one: [when]\n\nAsk the harbour master"),
        "lessons": ("GUIDANCE for the tide alone", "What the moon has to do with it"),
    }
    for section, (guidance, start) in told.items():
        template.sections.create(section=section, guidance=guidance, start=start)
    return template


def begin(desk, incident, template, **sent):
    return desk.post(url(incident, "begin"), (sent or form_in(desk.get(url(incident)))) | {"template": template})


def missing(postmortem, page):
    return {
        finding.place: finding.message
        for finding in check(Postmortem.objects.get(pk=postmortem.pk), page=page)
        if finding.rule == "PM030"
    }


def test_every_template_that_comes_along_guides_through_every_section():
    assert [outline.name for outline in STOCK] == ["Full", "Lightweight", "Customer-facing"]
    for outline in STOCK:
        assert set(outline.guidance) == SECTIONS
        assert set(outline.start) <= SECTIONS
    assert len({outline.guidance["description"] for outline in STOCK}) == 3


def test_starting_at_the_desk_begins_with_the_full_one(desk, over):
    desk.post(url(over, "start"))
    postmortem = Postmortem.objects.get()
    assert Outline.of(postmortem) == FULL
    assert "### What went well" in postmortem.lessons
    shown = text_of(desk.get(url(over)))
    assert FULL.guidance["root_cause"] in shown
    assert "Begun with “Full”." in shown


def test_starting_with_another_one(desk, over):
    desk.post(url(over, "start"), {"template": "customers"})
    assert Postmortem.objects.get().description.endswith("We are sorry.")


def test_one_that_nobody_knows_is_the_full_one(desk, over):
    desk.post(url(over, "start"), {"template": "own-99"})
    assert Postmortem.objects.get().outline["key"] == "full"


def test_programs_begin_with_nothing(over):
    postmortem = start_postmortem(over)
    assert not any((postmortem.description, postmortem.lessons, postmortem.outline))
    assert Outline.of(postmortem).guidance == FULL.guidance


def test_it_can_begin_otherwise_as_long_as_nothing_is_written(desk, over, own):
    desk.post(url(over, "start"))
    assert begin(desk, over, f"own-{own.pk}").status_code == 302
    page = desk.get(url(over))
    assert "How high was the water?" in text_of(page)
    # What it says nothing of is guided as usual.
    assert FULL.guidance["root_cause"] in text_of(page)
    sent = form_in(page)
    assert sent["description"] == ["The water stood at [metres]."]
    assert [sent[f"actions-{key}-description"] for key in sent["actions"]] == [
        ["Gate one: [when]"],
        ["Ask the harbour master"],
    ]
    assert sent["lessons"] == ["What the moon has to do with it"]
    # And back again: nothing of it stays.
    begin(desk, over, "full")
    assert not Postmortem.objects.get().actions_taken.exists()
    assert Postmortem.objects.get().description == ""


def test_what_is_written_is_never_replaced_by_a_template(desk, over):
    desk.post(url(over, "start"))
    sent = form_in(desk.get(url(over))) | {"description": ["Ships waited."]}
    response = begin(desk, over, "customers", **sent)
    assert "You have written something already." in text_of(response)
    assert form_in(response)["description"] == ["Ships waited."]
    press(desk, over, sent)
    response = begin(desk, over, "customers")
    assert "stays with the template it was begun with" in text_of(response)
    assert Postmortem.objects.get().description == "Ships waited."
    assert "can begin otherwise" not in text_of(desk.get(url(over)))


@pytest.mark.parametrize("outline", STOCK, ids=lambda outline: outline.key)
def test_words_to_begin_with_are_found_where_they_still_stand(over, page, outline):
    postmortem = start_postmortem(over, outline=outline)
    found = missing(postmortem, page)
    assert {f"/{section}" for section in outline.start} <= set(found)
    assert all("still stands" in found[f"/{section}"] for section in outline.start)


def test_words_of_ones_own_are_found_too(over, page, own):
    postmortem = start_postmortem(over, outline=next(one for one in all_outlines() if one.name == "Tides"))
    assert missing(postmortem, page) == {
        "/description": "“[metres]” still stands in the incident description.",
        "/root_cause": "The root cause analysis is empty.",
        "/actions/0": "“[when]” still stands in action 1.",
        "/actions/1": "“Ask the harbour master” still stands in action 2.",
        "/lessons": "“What the moon has to do with it” still stands in the lessons learned.",
    }
    # They are found, too, when the template is gone.
    own.delete()
    assert "/lessons" in missing(postmortem, page)


def test_words_that_were_replaced_are_not_found(over, page):
    postmortem = start_postmortem(over, outline=CUSTOMER_FACING)
    texts = {
        "description": "From 08:50 to 09:40, forty of our customers could not enter [the port](https://example.com/). "
        "We are sorry.",
        "root_cause": "The gate [sic] lost its power.",
        "further": "## What it means for you\n\nNothing.\n\n## Whom to ask\n\nThe desk.",
    }
    save_draft(postmortem, texts=texts, facts=[], actions=[], mitigations=[])
    assert missing(postmortem, page) == {}


def test_guidance_is_no_part_of_what_readers_get(over, page, own):
    outline = next(one for one in all_outlines() if one.name == "Tides")
    postmortem = start_postmortem(over, outline=outline)
    assert "GUIDANCE" not in str(assemble(postmortem, page=page).snapshot())
    assert "How high" not in str(assemble(postmortem, page=page).snapshot())


def test_templates_are_written_in_the_admin(client, django_user_model, over):
    client.force_login(django_user_model.objects.create_superuser("root@example.com"))
    inline = {"sections-TOTAL_FORMS": 1, "sections-INITIAL_FORMS": 0, "sections-0-section": "description"}
    said = {"name": "Fires", "about": "", "sections-0-guidance": "Where?", "sections-0-start": "It burned in [where]."}
    response = client.post("/admin/postmortems/template/add/", said | inline)
    assert response.status_code == 302
    client.post(url(over, "start"), {"template": f"own-{Template.objects.get().pk}"})
    assert Postmortem.objects.get().description == "It burned in [where]."
