"""What the team keeps to itself reaches nobody: not in a file, a mail or a hook, at no time of a postmortem's life.

The fields are found by looking at the models. Whoever adds one has to say here whether readers get it.
"""

import re
from datetime import timedelta
from itertools import count

import pytest
import time_machine
from django.apps import apps
from django.core import mail
from django.db import models

from postmortems.models import ActionTaken, Fact, Mitigation, Postmortem, Proof, ReminderRound
from postmortems.models_writing import Template, TemplateSection
from postmortems.record import facts_of
from postmortems.services import publish_postmortem, save_draft, withdraw_postmortem
from postmortems.services_review import add_comment, ask_for_review, request_changes, settle_comment
from postmortems.tasks import render_due
from statuspage.incidents.models import JournalEntry, Tag
from statuspage.incidents.services import edit_update
from statuspage.publishing.press import publish
from statuspage.subscribers import delivery
from statuspage.subscribers.models import Notice, Subscriber
from statuspage.subscribers.services import Scope, subscribe_verified
from statuspage.team.models import User
from tests.conftest import NOW
from tests.postmortems.readers import everything

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)

# What readers get of each model, but for rows that say of themselves that they are not public.
PUBLIC = {
    "publishing.StatusPage": "code name time_zone translations accent support_url about",
    "components.ComponentGroup": "code name description",
    "components.Component": "code name description",
    "incidents.Incident": "code name",
    "incidents.IncidentUpdate": "code body body_html",
    # The earlier wording of an update stays public.
    "incidents.UpdateRevision": "body",
    "incidents.AffectedComponent": "name",
    "incidents.JournalEntry": "words",
    "incidents.Tag": "name slug",
    "postmortems.Postmortem": "description root_cause contributing_factors lessons further withdrawal_reason",
    "postmortems.Fact": "label typed",
    "postmortems.ActionTaken": "description",
    "postmortems.Mitigation": "code description owner tracker_url",
    # Of each, only as long as it is the published one; its reason also later.
    "postmortems.Revision": "snapshot sha256 reason",
}
# What only the team may ever read.
INTERNAL = {
    "team.User": "first_name last_name email",
    "subscribers.Subscriber": "proof",
    "subscribers.Delivery": "last_error",
    "subscribers.Trouble": "reason",
    "postmortems.Postmortem": "internal_notes outline",
    "postmortems.Proof": "error",
    "postmortems.Template": "name about",
    "postmortems.TemplateSection": "guidance start",
    "postmortems.Mitigation": "owner_email reason",
    "postmortems.Revision": "previous_sha256 overrides",
    "postmortems.Step": "sha256 words",
    "postmortems.Comment": "words",
    "postmortems.Rendition": "error",
    "postmortems.ReminderRound": "owed error",
}
# By what the machine finds its way; nobody types words into these. Each subscriber's own are in what they are sent.
MACHINE = {
    "publishing.Owed": "model reached",
    # Taken from the record, for whoever looks for something: what readers find of it, tests of the search say.
    "incidents.SearchText": "text folded",
    "team.User": "password",
    "subscribers.Subscriber": "code address contact secret locale time_zone",
    "subscribers.Followed": "incident",
    "subscribers.SignUp": "code secret address contact scope locale time_zone network",
    "subscribers.Notice": "key thread cause component_ids letters moments payload url counts",
    "subscribers.Delivery": "token",
    "postmortems.Postmortem": "base last_sent",
    "postmortems.Rendition": "sha256",
}
# What a draft is made of: these rows hold what readers get next, and not what they have.
DRAFT = [Postmortem, Fact, ActionTaken, Mitigation]
WORDS = models.CharField | models.TextField | models.JSONField


def our_models():
    return [one for one in apps.get_models() if one.__module__.startswith(("statuspage.", "postmortems."))]


def fields_with_words(model):
    """Every field somebody may type words into; of a choice there are only our own."""
    return [field for field in model._meta.concrete_fields if isinstance(field, WORDS) and not field.choices]


def named(some, model):
    names = some.get(model._meta.label, "").split()
    return [field for field in fields_with_words(model) if field.name in names]


def drafted(model):
    """What readers would get of the draft with the next publication."""
    return [field for field in named(PUBLIC, model) if field.name not in {"code", "withdrawal_reason"}]


def kind_of(field):
    return f"{field.model.__name__}{field.name.replace('_', '')}".lower()


canaries = count(1)


def canary_for(field):
    """Something that is nowhere else and fits the field; it ends with a figure, for no blanks are left around it."""
    word = f"canary{next(canaries)}{kind_of(field)}0"
    if isinstance(field, models.EmailField):
        return f"{word}@example.com"
    if isinstance(field, models.URLField):
        return f"https://example.com/{word}"
    if field.name == "outline":
        return {"key": word, "name": word, "about": word, "guidance": {"description": word}, "start": {"further": word}}
    if isinstance(field, models.JSONField):
        return [{"reason": word, "message": word}]
    return word[: field.max_length]


def plant(rows, fields):
    """Put a canary into each of these fields of each row, past every form and service."""
    for row in rows:
        type(row).objects.filter(pk=row.pk).update(**{field.name: canary_for(field) for field in fields})


def plant_what_is_internal():
    """Canaries in all that is internal, whoever wrote it; and somebody who wrote it all."""
    author = User.objects.get()
    for model in our_models():
        for field in model._meta.concrete_fields:
            if field.related_model is User:
                model.objects.update(**{field.name: author})
        plant(model.objects.all(), named(INTERNAL, model))
        for says_so in {"public", "starred"} & {field.name for field in model._meta.concrete_fields}:
            plant(model.objects.filter(**{says_so: False}), named(PUBLIC, model) + named(INTERNAL, model))


def plant_in_the_draft():
    for model in DRAFT:
        plant(model.objects.all(), drafted(model))


def canaries_in(got):
    """The kinds of canary that got out, by where."""
    found = {where: set(re.findall("canary[0-9]+([a-z]+)", words, re.IGNORECASE)) for where, words in got.items()}
    return {where: kinds for where, kinds in found.items() if kinds}


def saying(got, word):
    return {where for where, words in got.items() if word in words}


def write(postmortem, edition):
    """A draft in which each field has a word of its own: seen, the field, and the edition."""
    return save_draft(
        postmortem,
        texts={name: f"Seen{name.replace('_', '')}{edition}." for name in PUBLIC["postmortems.Postmortem"].split()[:5]},
        facts=[
            *facts_of(postmortem.incident, zone=NOW.tzinfo),
            Fact(key="users_impacted", typed=f"Seenusers{edition}", source="typed"),
            Fact(key="other", label=f"Seenlabel{edition}", typed=f"Seentyped{edition}", source="typed"),
        ],
        actions=[ActionTaken(description=f"Seenaction{edition}."), ActionTaken(description="x", public=False)],
        mitigations=[
            Mitigation(
                description=f"Seenmeasure{edition}.",
                owner=f"Seenowner{edition}",
                tracker_url=f"https://example.com/seenticket{edition}",
                kind="prevent",
            ),
            Mitigation(description="x", status="wont_do", reason="x", public=False),
        ],
    )


def seen(edition):
    """What readers of an edition get."""
    texts = ["description", "rootcause", "contributingfactors", "lessons", "further"]
    rows = ["users", "label", "typed", "action", "measure", "owner"]
    return [f"Seen{name}{edition}" for name in texts + rows] + [f"seenticket{edition}"]


def release(clock, public):
    """Let a worker, the clock and a night do all they do; gives everything that anybody gets then."""
    plant_what_is_internal()
    render_due()
    clock.shift(MINUTE)
    delivery.fan_out()
    delivery.drain_mail()
    plant_what_is_internal()
    publish()
    got = everything(public)
    assert len(got) > 30
    return got


@pytest.fixture
def clock():
    with time_machine.travel(NOW + HOUR, tick=False) as travel:
        yield travel


@pytest.fixture
def postmortem(draft, staff):
    """The first edition, with a row of everything that the team may keep beside it."""
    for channel, address in (
        ("email", "reader@example.com"),
        ("webhook", "https://hooks.example.net/1"),
        ("slack", "https://hooks.slack.com/services/1"),
        ("teams", "https://example.webhook.office.com/1"),
    ):
        subscribe_verified(channel=channel, address=address, scope=Scope(whole_page=True), proof="x", at=NOW - HOUR)
    Subscriber.objects.update(locale="de")
    edit_update(draft.incident.updates.last(), body="Ships wait.", seen=0, editor=staff)
    ReminderRound.objects.create(monday=NOW.date(), owed=["x"])
    write(draft, "one")
    ask_for_review(draft, by=None, words="x")
    settle_comment(add_comment(draft, section="facts", words="x", by=None), by=None)
    request_changes(draft, by=None, words="x")
    JournalEntry.objects.create(incident=draft.incident, at=NOW, words="x")
    draft.incident.tags.add(Tag.objects.create(name="x", slug="x"))
    TemplateSection.objects.create(template=Template.objects.create(name="x"), section="lessons")
    Proof.objects.create(postmortem=draft, version=1, error="x")
    Notice.objects.all().delete()
    return draft


def publish_edition(postmortem, edition, clock, public):
    mail.outbox.clear()
    write(postmortem, edition)
    plant_what_is_internal()
    publish_postmortem(postmortem, author=None, reason=f"Seenreason{edition}.", all_the_same="x")
    return release(clock, public)


def test_of_every_field_somebody_has_said_who_may_read_it():
    """A new field with words is to be put into one of the lists at the head of this file."""
    lists = [*PUBLIC.items(), *INTERNAL.items(), *MACHINE.items()]
    told = [f"{label}.{name}" for label, names in lists for name in names.split()]
    assert sorted(told) == sorted(
        f"{model._meta.label}.{field.name}" for model in our_models() for field in fields_with_words(model)
    )


def test_what_the_team_keeps_to_itself_reaches_nobody_at_any_time(postmortem, clock, public):
    page = postmortem.path
    got = release(clock, public)
    assert canaries_in(got) == {}
    assert saying(got, "Seen") == set()

    got = publish_edition(postmortem, "one", clock, public)
    assert canaries_in(got) == {}
    for word in seen("one"):
        for ending in (".html", ".html.br", ".md", ".md.gz", ".json", ".pdf"):
            assert f"{page}{ending}" in saying(got, word), word
    for where in ("mail 0 to reader@example.com", "webhook of ", "slack of ", "teams of "):
        assert any(one.startswith(where) for one in saying(got, "Seendescriptionone")), where

    plant_in_the_draft()
    got = release(clock, public)
    assert canaries_in(got) == {}
    assert f"{page}.html" in saying(got, "Seendescriptionone")

    Notice.objects.update(letters={}, payload={})
    got = publish_edition(postmortem, "two", clock, public)
    assert canaries_in(got) == {}
    assert [word for word in seen("one") if saying(got, word)] == []
    assert f"{page}.pdf" in saying(got, "Seenrootcausetwo")
    assert "mail 0 to reader@example.com" in saying(got, "Seenreasontwo")

    mail.outbox.clear()
    Notice.objects.update(letters={}, payload={})
    plant_in_the_draft()
    withdraw_postmortem(postmortem, author=None, reason="Seenwithdrawal.")
    got = release(clock, public)
    assert canaries_in(got) == {}
    assert [word for word in [*seen("one"), *seen("two")] if saying(got, word)] == []
    assert f"{page}.html" in saying(got, "Seenwithdrawal")


def test_a_canary_that_got_out_would_be_found(postmortem, clock, public):
    """The net has no hole: those in the draft are found in every form of it once that is published."""
    plant_in_the_draft()
    # Checks would ask for times in the place of canaries.
    publish_postmortem(postmortem, author=None, unchecked=True)
    found = canaries_in(release(clock, public))
    planted = {kind_of(field) for model in DRAFT for field in drafted(model)}
    for ending in (".html", ".html.gz", ".md", ".md.br", ".json", ".json.br", ".pdf"):
        assert found[f"{postmortem.path}{ending}"] == planted
