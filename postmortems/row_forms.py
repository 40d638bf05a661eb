"""The rows of the postmortem's form: facts, actions taken, mitigation measures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError

from postmortems.models import ActionTaken, Fact, Mitigation
from postmortems.typed_times import read_day, read_time, read_told
from statuspage.publishing.codes import is_code, new_code
from statuspage.publishing.local_time import FAR_AWAY, is_far_away
from statuspage.publishing.markdown import validate_markdown
from statuspage.publishing.plain_form import PlainForm
from statuspage.publishing.precision import Precision

UNREADABLE = (
    "“{}” cannot be read as one moment. Write day, time and zone, such as “2026-11-21 09:12 UTC”, or pick the time."
)
UNREADABLE_DAY = "“{}” cannot be read as one day. Write it like “2026-11-21”, or pick the day."
NO_SUCH_TIME = (
    "{} says no one moment in {}: its clocks skip or repeat this hour. "
    "Leave it empty and write the time in words with its zone, such as “{} UTC”."
)
SOURCES = {Fact.Source.COMPUTED: "from the record", Fact.Source.TYPED: "typed", Fact.Source.IMPORTED: "imported"}
FROM_AN_EARLIER_RECORD = "from the record as it was"
# How a time is told; whether to the second or to the minute, its own seconds say.
HOW = [(Precision.MINUTE, "at"), (Precision.APPROXIMATE, "about"), (Precision.RANGE, "between")]
NO_END = "Pick the end of the time in which it was, or say “at” or “about”."
ENDS_EARLY = "The end must be later than the beginning."


def web_address(value: str) -> None:
    """Refuse what is no plain link: it will stand on a public page."""
    try:
        parts = urlsplit(value)
        whole = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        whole = False
    if not whole or re.search(r"[\s<>\"\\^`{|}\x00-\x1f]", value):
        raise ValidationError("Give a web address that begins with http:// or https://.")


class MomentField(forms.CharField):
    """A moment, picked as local time in the page's zone.

    A value that was shown before comes back as the very moment it stood for, whatever the picker rounds off.
    """

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"})

    def __init__(self, *, zone: ZoneInfo, known: Iterable[datetime | None] = (), **options: Any) -> None:
        super().__init__(required=False, **options)
        self.zone = zone
        self.known = {self.prepare_value(moment): moment for moment in known if moment}

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, datetime):
            return value
        local = value.astimezone(self.zone)
        return f"{local:%Y-%m-%dT%H:%M:%S}" if local.second else f"{local:%Y-%m-%dT%H:%M}"

    def clean(self, value: Any) -> datetime | None:
        typed = super().clean(value)
        if not typed:
            return None
        moment = self.known.get(typed) or read_time(typed, self.zone)
        if moment is None and is_far_away(typed):
            raise ValidationError(FAR_AWAY)
        if moment is None:
            shown = typed.replace("T", " ")
            raise ValidationError(NO_SUCH_TIME.format(shown, self.zone.key, shown))
        return moment


class RowForm(PlainForm):
    """One row of a list. `key` names it in the form, and stays the same wherever the row moves to."""

    group: ClassVar[str]

    def __init__(self, data: Mapping[str, Any] | None, *, key: str, **options: Any) -> None:
        super().__init__(data, prefix=f"{self.group}-{key}", **options)
        self.key = key

    @property
    def id(self) -> str:
        """Where the row is in the page, and how its buttons name it."""
        return f"{self.group}-{self.key}"

    def take_focus(self) -> None:
        """Where the cursor goes when the page comes: into a row that was just added."""
        first = next(iter(self.fields.values()))
        first.widget.attrs["autofocus"] = True

    def says_nothing(self) -> bool:
        """Whether the row was left as it came: such a row is not saved."""
        return not any(
            str(self[name].data or "").strip() for name, field in self.fields.items() if self._is_written(field)
        )

    def _is_written(self, field: forms.Field) -> bool:
        return not isinstance(field, forms.BooleanField) and field.initial is None


class FactForm(RowForm):
    """One fact: what the record says of it, and what people type.

    A time may be picked, or written in words, which stay beside it. Words that are new say the moment, and how
    precisely it is known, unless another one is picked with them.
    """

    group = "facts"
    label = forms.CharField(max_length=200, required=False)
    day = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    typed = forms.CharField(max_length=1000, required=False)

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        key: str,
        zone: ZoneInfo,
        saved: Fact | None = None,
        record: Fact | None = None,
        record_value: str = "",
        others: Iterable[Fact] = (),
        day: date | None = None,
    ) -> None:
        super().__init__(data, key=key)
        # The day that words mean which name none.
        self.only_day = day
        self.kind = Fact.Key(key) if key in Fact.Key.values else Fact.Key.OTHER
        self.zone, self.saved, self.record, self.record_value = zone, saved, record, record_value
        self.others = list(others)
        self.fact: Fact | None = None
        if self.is_time:
            known = [at for fact in (record, saved) if fact for at in (fact.at, fact.until)]
            self.fields["at"] = MomentField(zone=zone, known=known, label=f"{self.name}, picked")
            self.fields["until"] = MomentField(zone=zone, known=known, label=f"{self.name}, until")
            self.fields["precision"] = forms.ChoiceField(
                choices=HOW, required=False, initial=Precision.MINUTE, label=f"{self.name}, how precisely"
            )
            self.order_fields(["precision", "at", "until", "typed"])
        if self.kind != Fact.Key.DATE:
            del self.fields["day"]
        if self.kind != Fact.Key.OTHER:
            del self.fields["label"]
        if saved:
            words = saved.typed if self.is_time or self.is_day else saved.typed or saved.in_words(zone)
            self.initial = {"label": saved.label, "at": saved.at, "day": saved.day, "typed": words}
            self.initial |= {"until": saved.until, "precision": _how(saved.precision)}

    @property
    def name(self) -> str:
        """What the facts table calls it."""
        return str(self.kind.label)

    @property
    def is_time(self) -> bool:
        return self.kind in Fact.TIMES

    @property
    def is_day(self) -> bool:
        return self.kind == Fact.Key.DATE

    @property
    def is_other(self) -> bool:
        return self.kind == Fact.Key.OTHER

    @property
    def record_source(self) -> str:
        """Where the value of the record comes from."""
        return self.record.origin if self.record else ""

    @property
    def source(self) -> str:
        """Where the saved value comes from."""
        if self.saved is None:
            return ""
        if self.saved.source == Fact.Source.COMPUTED and not (self.record and self.saved.means == self.record.means):
            return FROM_AN_EARLIER_RECORD
        return SOURCES[Fact.Source(self.saved.source)]

    @property
    def differs(self) -> bool:
        """Whether the record has a value, and the form shows another."""
        if not self.record:
            return False
        shown = MomentField(zone=self.zone).prepare_value
        recorded = shown(self.record.at) or self.record.day or ""
        picked = self["at" if self.is_time else "day"].value() if self.is_time or self.is_day else ""
        if self.is_time and (self["precision"].value() or Precision.MINUTE) != Precision.MINUTE:
            return True
        return (str(picked or ""), self["typed"].value() or "") != (str(recorded), self.record.typed)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if self.errors:
            return said
        fact = Fact(key=self.kind, typed=said["typed"], source=Fact.Source.TYPED)
        if self.is_time:
            self._clean_time(fact, said)
        elif self.is_day:
            self._clean_day(fact, said)
        elif self.is_other:
            self._clean_other(fact, said["label"])
        if not self.errors and (fact.at or fact.day or fact.typed):
            self.fact = self._with_source(fact)
        return said

    def _clean_time(self, fact: Fact, said: dict[str, Any]) -> None:
        """The moment meant: what is newly picked, else what the words say where they or it are new."""
        at, how, words = said["at"], said["precision"] or Precision.MINUTE, said["typed"]
        picked = (at, said["until"] if how == Precision.RANGE else None, how)
        saved = self.saved or Fact()
        shown = (saved.at, saved.until, _how(saved.precision))
        if words and (at is None or picked == shown) and (picked, words) != (shown, saved.typed):
            told = read_told(words, self.zone, day=self.only_day)
            if told is None:
                self.add_error("typed", UNREADABLE.format(words[:100]))
                return
            fact.at, fact.until, fact.precision = told.at, told.until, told.precision
            if how == Precision.APPROXIMATE and picked != shown and not fact.until:
                fact.precision = how
        elif at:
            fact.at, fact.until, _ = picked
            fact.precision = saved.precision if picked == shown else self._how_sharp(at, how)
            if how == Precision.RANGE and not (fact.until and fact.until > at):
                self.add_error("until", ENDS_EARLY if fact.until else NO_END)

    def _how_sharp(self, at: datetime, how: str) -> str:
        """Of a time told by the word “at”: to the second where it has seconds, or is the record's."""
        is_exact = at.second or (self.record is not None and at == self.record.at)
        return Precision.EXACT if how == Precision.MINUTE and is_exact else how

    def _clean_day(self, fact: Fact, said: dict[str, Any]) -> None:
        """The day meant, in the same way."""
        picked, words = said["day"], said["typed"]
        saved = self.saved or Fact()
        fact.day = picked
        if words and picked in {None, saved.day} and (picked, words) != (saved.day, saved.typed):
            fact.day = read_day(words, self.zone)
            if fact.day is None:
                self.add_error("typed", UNREADABLE_DAY.format(words[:100]))

    def _clean_other(self, fact: Fact, label: str) -> None:
        fact.label = label
        if fact.typed and not label:
            self.add_error("label", "Give this fact a name.")
        if label and not fact.typed:
            self.add_error("typed", f"Say what “{label}” was, or remove the row.")
        # A moment that was imported under a name of its own is kept as long as its words are.
        for other in self.others:
            if (other.label, other.typed or other.in_words(self.zone)) == (label, fact.typed):
                fact.at, fact.day, fact.typed, fact.source = other.at, other.day, other.typed, other.source
                fact.until, fact.precision = other.until, other.precision

    def _with_source(self, fact: Fact) -> Fact:
        if self.record and _same(fact, self.record):
            fact.source = self.record.source
        elif self.saved and _same(fact, self.saved):
            fact.source = self.saved.source
        return fact


class ActionForm(RowForm):
    """Something the team did."""

    group = "actions"
    description = forms.CharField(
        required=False,
        strip=False,
        validators=[validate_markdown],
        widget=forms.Textarea(attrs={"rows": 2}),
        label="What was done",
    )
    public = forms.BooleanField(required=False, initial=True, label="Public")

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        key: str,
        zone: ZoneInfo,
        known: Iterable[datetime | None] = (),
        saved: ActionTaken | None = None,
    ) -> None:
        super().__init__(data, key=key)
        self.fields["taken_at"] = MomentField(zone=zone, known=known, label="When")
        if saved:
            self.initial = {"description": saved.description, "taken_at": saved.taken_at, "public": saved.public}

    def clean_description(self) -> str:
        return _described(self, "Say what was done, or remove the row.")

    def action(self) -> ActionTaken | None:
        """What the row says, to be saved; None where it says nothing."""
        return None if self.says_nothing() else ActionTaken(**self.cleaned_data)


class MitigationForm(RowForm):
    """A promise: what will keep it from happening again."""

    group = "mitigations"
    description = forms.CharField(
        required=False,
        strip=False,
        validators=[validate_markdown],
        widget=forms.Textarea(attrs={"rows": 2}),
        label="What will be done",
    )
    kind = forms.ChoiceField(choices=[("", "Not said"), *Mitigation.Kind.choices], required=False, label="What it does")
    owner = forms.CharField(max_length=120, required=False, label="Owner")
    owner_email = forms.EmailField(
        required=False,
        label="Owner’s e-mail, for reminders; never published",
        error_messages={"invalid": "Write one whole address, such as desk@example.com."},
    )
    due_on = forms.DateField(
        required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), label="Due"
    )
    # What was shown goes along, so that one who leaves it alone takes back nobody's news.
    status = forms.ChoiceField(
        choices=Mitigation.Status, initial=Mitigation.Status.OPEN, label="Status", show_hidden_initial=True
    )
    tracker_url = forms.CharField(
        max_length=200,
        required=False,
        validators=[web_address],
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://"}),
        label="Ticket",
    )
    public = forms.BooleanField(required=False, initial=True, label="Public")
    # Which of the saved measures the row is; an unknown one is a new measure. A row has its code from the start: saved
    # again because the answer was lost, it is still the same one.
    code = forms.CharField(required=False, initial=new_code, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any] | None, *, key: str, saved: Iterable[Mitigation] = ()) -> None:
        super().__init__(data, key=key)
        named = self["code"].data
        self.saved = next((one for one in saved if data is None or one.code == named), None)
        if self.saved and data is None:
            self.initial = {name: getattr(self.saved, name) for name in self.fields}

    def clean_description(self) -> str:
        return _described(self, "Say what will be done, or remove the row.")

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        return code if is_code(code) else new_code()

    def mitigation(self) -> Mitigation | None:
        """What the row says, to be saved; None where it says nothing."""
        if self.says_nothing():
            return None
        measure = Mitigation(**self.cleaned_data)
        if self.saved and "status" not in self.changed_data:
            measure.keeps_status, measure.status = True, self.saved.status
        return measure


def _described(row: RowForm, sentence: str) -> str:
    text = row.cleaned_data["description"].replace("\r\n", "\n").strip()
    if not text and not row.says_nothing():
        raise ValidationError(sentence)
    return text


def _how(precision: str) -> str:
    """The word in which a time of that precision is told."""
    return Precision.MINUTE if precision == Precision.EXACT else precision


def _same(first: Fact, second: Fact) -> bool:
    return (first.means, first.typed, first.label) == (second.means, second.typed, second.label)
