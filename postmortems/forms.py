"""The postmortem as one form: its texts, and rows that can be added, moved and removed without losing a word."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict

from postmortems.draft import TEXTS, Draft
from postmortems.models import Fact, Mitigation, Postmortem
from postmortems.outlines import Outline
from postmortems.record import facts_of, only_day
from postmortems.report import computed_values
from postmortems.row_forms import ActionForm, FactForm, MitigationForm, MomentField, RowForm
from statuspage.publishing.codes import new_code
from statuspage.publishing.markdown import validate_markdown
from statuspage.publishing.models import StatusPage
from statuspage.publishing.plain_form import PlainForm
from statuspage.publishing.precision import Precision

# From here on no more can be added; what was imported may have more, and keeps them.
MOST_ROWS = 200
ROW_KEY = re.compile(r"[0-9]{1,6}")
ROW_GROUPS = (FactForm.group, ActionForm.group, MitigationForm.group)


class TextField(forms.CharField):
    """A text in Markdown, as long as it needs to be; refused with a sentence where it cannot be rendered."""

    def __init__(self, label: str, *, rows: int = 6) -> None:
        super().__init__(
            label=label,
            required=False,
            strip=False,
            validators=[validate_markdown],
            widget=forms.Textarea(attrs={"rows": rows}),
        )

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n").strip("\n")


class PostmortemForm(PlainForm):
    """The whole draft. `seen` are the marks of what the editor began from, `form_key` the name of this open form.

    Hidden values name the rows of each list in their order (actions: 0, 2, 1), so adding, moving or removing a row
    changes that list, and nothing that was typed.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    form_key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=12)
    description = TextField("Incident description", rows=5)
    root_cause = TextField("Root cause analysis", rows=10)
    contributing_factors = TextField("Contributing factors")
    lessons = TextField("Lessons learned")
    further = TextField("Further sections")
    internal_notes = TextField("Internal notes")

    def __init__(self, data: QueryDict | None = None, *, postmortem: Postmortem, page: StatusPage) -> None:
        initial = {name: getattr(postmortem, name) for name in TEXTS}
        marks = json.dumps(Draft.of(postmortem).marks())
        super().__init__(data, initial=initial | {"seen": marks, "form_key": new_code()})
        self.guidance = Outline.of(postmortem).guidance
        for name in TEXTS:
            self.fields[name].help_text = self.guidance.get(name, "")
        self.facts = _fact_rows(data, postmortem, page)
        self.actions = _action_rows(data, postmortem, page.zone)
        self.mitigations = _mitigation_rows(data, postmortem)

    @property
    def rows(self) -> list[RowForm]:
        return [*self.facts, *self.actions, *self.mitigations]

    def last_row(self, group: str) -> RowForm | None:
        """The row that was added last; None for a list that nobody knows."""
        rows = [row for row in self.rows if row.group == group]
        return rows[-1] if rows else None

    def is_valid(self) -> bool:
        # Every row is asked, so that every sentence shows at once.
        return all([super().is_valid(), *(row.is_valid() for row in self.rows)])

    def draft(self) -> Draft:
        """What was typed."""
        return Draft(
            {name: self.cleaned_data[name] for name in TEXTS},
            [row.fact for row in self.facts if row.fact],
            [action for row in self.actions if (action := row.action())],
            [measure for row in self.mitigations if (measure := row.mitigation())],
        )

    def origin(self) -> dict[str, Any]:
        """What it was typed into, as the service asks for it."""
        return {"base": self.base, "editor": self.cleaned_data["form_key"]}

    def sentences(self) -> dict[str, list[str]]:
        """What is wrong with the form, by the id of the field that it is about."""
        forms_ = [self, *self.rows]
        return {form[name].id_for_label: [*errors] for form in forms_ for name, errors in form.errors.items()}

    def carried(self, draft: Draft) -> dict[str, str]:
        """What the open form has to carry from now on, by field: which measures its rows are, and what they showed."""
        rows = [row for row in self.mitigations if not row.says_nothing()]
        codes = {row["code"].html_name: one.code for row, one in zip(rows, draft.mitigations, strict=True)}
        return codes | {row["status"].html_initial_name: str(row["status"].data) for row in rows}

    @property
    def base(self) -> dict[str, str]:
        """The marks of what the editor began from; without any, nothing is known to be untouched."""
        try:
            marks = json.loads(self["seen"].value() or "")
        except ValueError:
            return {}
        return {str(part): str(mark) for part, mark in marks.items()} if isinstance(marks, dict) else {}

    def now_seen(self, parts: Mapping[str, str]) -> None:
        """Let the next save overwrite parts whose saved text now stands beside the editor's own."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        data["seen"] = json.dumps({**self.base, **parts})
        self.data = data


class PublishForm(PlainForm):
    """The last word before readers get it. A later revision says why there is one, and any why warnings stand."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(
        max_length=500,
        label="What changed, and why",
        help_text="Readers’ page says it, unless it is minor: “Corrected the time it was resolved”.",
    )
    minor = forms.BooleanField(
        required=False,
        label="A minor correction",
        help_text="Spelling and the like: readers’ page does not speak of it, and nobody is told.",
    )
    all_the_same = forms.CharField(
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="Why it is published all the same",
        help_text="Kept with the revision, beside each of these warnings. Readers do not see it.",
    )
    notify = forms.BooleanField(
        required=False, label="Tell subscribers", help_text="They are told once its PDF is there, or is given up."
    )

    def __init__(self, data: QueryDict | None = None, *, postmortem: Postmortem, seen: str, warned: bool) -> None:
        super().__init__(data, initial={"seen": seen, "notify": True})
        if postmortem.posted_at is None:
            del self.fields["reason"], self.fields["minor"]
        if not warned:
            del self.fields["all_the_same"]


class TurnForm(PlainForm):
    """How far one measure is."""

    status = forms.ChoiceField(choices=Mitigation.Status, label="Status")
    reason = forms.CharField(max_length=500, required=False, label="Why not")


def changed_rows(data: QueryDict, wish: str) -> QueryDict:
    """What was typed, with one row added, moved, removed or taken from the record: “add actions”, “up actions-2”.

    A wish that makes no sense changes nothing.
    """
    verb, _, row = wish.partition(" ")
    group, _, key = row.partition("-")
    data = data.copy()
    if group not in ROW_GROUPS:
        return data
    keys = data.getlist(group)
    if verb == "add" and len(keys) < MOST_ROWS:
        new = next_key(keys)
        data.setlist(group, [*keys, new])
        # What was never shown was neither unticked nor chosen.
        data[f"{group}-{new}-public"] = "on"
        data[f"initial-{group}-{new}-status"] = Mitigation.Status.OPEN
        data[f"{group}-{new}-code"] = new_code()
    elif verb == "remove" and key in keys:
        data.setlist(group, [one for one in keys if one != key])
    elif verb in {"up", "down"} and key in keys:
        data.setlist(group, _moved(keys, key, -1 if verb == "up" else 1))
    return data


def with_record(data: QueryDict, key: str, record: Fact, zone: ZoneInfo) -> QueryDict:
    """What was typed, with one fact as the record has it."""
    data = data.copy()
    data[f"facts-{key}-typed"] = record.typed
    if record.at:
        data[f"facts-{key}-at"] = MomentField(zone=zone).prepare_value(record.at)
        data[f"facts-{key}-precision"] = Precision.MINUTE
    if record.day:
        data[f"facts-{key}-day"] = record.day.isoformat()
    return data


def next_key(keys: Iterable[str]) -> str:
    """A key that no row has."""
    return str(max((int(key) for key in keys if ROW_KEY.fullmatch(key)), default=-1) + 1)


def _moved(keys: list[str], key: str, by: int) -> list[str]:
    here = keys.index(key)
    there = min(max(here + by, 0), len(keys) - 1)
    keys[here], keys[there] = keys[there], keys[here]
    return keys


def _keys(data: QueryDict, group: str) -> list[str]:
    """The rows sent, in their order, each once; anything that is no key is no row."""
    known = Fact.Key.values if group == FactForm.group else []
    keys = [key for key in data.getlist(group) if ROW_KEY.fullmatch(key) or (key in known and key != Fact.Key.OTHER)]
    return list(dict.fromkeys(keys))


def _fact_rows(data: QueryDict | None, postmortem: Postmortem, page: StatusPage) -> list[FactForm]:
    saved = list(postmortem.facts.all())
    own = {fact.key: fact for fact in saved if fact.key != Fact.Key.OTHER}
    others = [fact for fact in saved if fact.key == Fact.Key.OTHER]
    record = {fact.key: fact for fact in facts_of(postmortem.incident, zone=page.zone)}
    values = computed_values(postmortem.incident, page)
    day = only_day(postmortem.incident, page.zone)
    numbered = {str(number): fact for number, fact in enumerate(others)}
    if data is None:
        names = {id(fact): key for key, fact in numbered.items()}
        keys = _in_usual_order([names.get(id(fact), fact.key) for fact in saved])
    else:
        keys = _keys(data, FactForm.group)
        numbered = {}
    return [
        FactForm(
            data,
            key=key,
            zone=page.zone,
            saved=own.get(key) or numbered.get(key),
            record=record.get(key),
            record_value=values.get(key, ""),
            others=others,
            day=day,
        )
        for key in keys
    ]


def _in_usual_order(keys: list[str]) -> list[str]:
    """The facts as they are, and those missing where they usually stand: behind the one before them."""
    before = ""
    for key in Fact.Key.values:
        if key == Fact.Key.OTHER:
            continue
        if key not in keys:
            keys.insert(keys.index(before) + 1 if before else 0, key)
        before = key
    return keys


def _action_rows(data: QueryDict | None, postmortem: Postmortem, zone: ZoneInfo) -> list[ActionForm]:
    saved = list(postmortem.actions_taken.all())
    known = [action.taken_at for action in saved]
    if data is not None:
        return [ActionForm(data, key=key, zone=zone, known=known) for key in _keys(data, ActionForm.group)]
    return [ActionForm(None, key=str(number), zone=zone, saved=one) for number, one in enumerate(saved or [None])]


def _mitigation_rows(data: QueryDict | None, postmortem: Postmortem) -> list[MitigationForm]:
    saved = list(postmortem.mitigations.all())
    if data is not None:
        return [MitigationForm(data, key=key, saved=saved) for key in _keys(data, MitigationForm.group)]
    rows = [[one] for one in saved] or [[]]
    return [MitigationForm(None, key=str(number), saved=row) for number, row in enumerate(rows)]
