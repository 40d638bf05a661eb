"""What readers fill in: asking for a subscription, choosing what to hear of, asking for a link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundWidget
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.publishing.models import StatusPage
from statuspage.subscribers.addresses import LONGEST, check_url
from statuspage.subscribers.mailboxes import clean_mailbox
from statuspage.subscribers.models import HOOKS, Channel, Subscriber
from statuspage.subscribers.offered import offered
from statuspage.subscribers.public_incidents import incident_name
from statuspage.subscribers.services import Scope
from statuspage.subscribers.zones import zones_by_place

REQUIRED = {"required": _("Please fill this in.")}


class MailboxField(forms.CharField):
    """A mail address; comes out in the form in which it is kept."""

    def __init__(self, **options: Any) -> None:
        typed = forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"})
        super().__init__(widget=typed, error_messages=REQUIRED, **options)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        return clean_mailbox(text) if text else ""


def check_hook(form: forms.Form) -> None:
    """Have a form whose channel is a hook say what is wrong with its address."""
    said = form.cleaned_data
    if said.get("channel") not in HOOKS or "url" not in said:
        return
    try:
        if not said["url"]:
            raise ValidationError(REQUIRED["required"], code="required")
        check_url(said["url"])
    except ValidationError as error:
        form.add_error("url", error)


@dataclass(frozen=True)
class Boxes:
    """The box of a group, if it is one, with those of its components."""

    name: str
    group: BoundWidget | None
    components: list[BoundWidget]


class ScopeForm(forms.Form):
    """Of what somebody wants to hear, and when that is for them."""

    what = forms.ChoiceField(
        label=_("What do you want to hear of?"),
        choices=[("page", _("Everything on this page")), ("some", _("Only what I choose"))],
        widget=forms.RadioSelect,
        initial="page",
        required=False,
    )
    groups = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, required=False)
    components = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, required=False)
    incidents = forms.BooleanField(label=_("Incidents"), required=False, initial=True)
    maintenance = forms.BooleanField(label=_("Planned maintenance"), required=False, initial=True)
    time_zone = forms.ChoiceField(label=_("Time zone of your mails"), required=False)

    def __init__(self, *args: Any, page: StatusPage, subscriber: Subscriber | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.offers = offered(timezone.now(), to=subscriber)
        groups = [(one.group.code, one.group.name) for one in self.offers if one.group]
        components = [(component.code, component.name) for one in self.offers for component in one.components]
        own = ("", _("The page's own: %(zone)s") % {"zone": page.time_zone})
        choices = {"groups": groups, "components": components, "time_zone": [own, *zones_by_place()]}
        for name, known in choices.items():
            self.fields[name].choices = known  # type: ignore[attr-defined]

    def boxes(self) -> list[Boxes]:
        """What there is to tick, as it is grouped on the page."""
        groups, components = iter(self["groups"]), iter(self["components"])
        return [
            Boxes(
                one.group.name if one.group else "",
                next(groups) if one.group else None,
                [next(components) for _ in one.components],
            )
            for one in self.offers
        ]

    def chosen_scope(self) -> Scope:
        said = self.cleaned_data
        whole = said["what"] != "some"
        return Scope(
            whole_page=whole,
            groups=() if whole else tuple(said["groups"]),
            components=() if whole else tuple(said["components"]),
            incidents=said["incidents"],
            maintenance=said["maintenance"],
        )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        nothing = not (said.get("groups") or said.get("components"))
        if said.get("what") == "some" and nothing and not self._may_follow_nothing():
            self.add_error("what", _("Choose at least one group or component, or everything."))
        if not (said.get("incidents") or said.get("maintenance")):
            self.add_error("incidents", _("Choose at least one: incidents, or planned maintenance."))
        return said

    def _may_follow_nothing(self) -> bool:
        return False


class SubscribeForm(ScopeForm):
    """Asks for a subscription."""

    channel = forms.ChoiceField(
        label=_("How do you want to be told?"),
        choices=Channel,
        widget=forms.RadioSelect,
        initial=Channel.EMAIL,
        error_messages=REQUIRED,
    )
    email = MailboxField(label=_("Your mail address"))
    url = forms.CharField(
        label=_("Address of the hook"),
        help_text=_("Where we are to send a request: a webhook of yours, or an incoming webhook of Slack or Teams."),
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off", "spellcheck": "false"}),
        max_length=LONGEST,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        check_hook(self)
        return said

    def asked(self) -> dict[str, Any]:
        """What the form asks for, as a sign-up tells it."""
        said = self.cleaned_data
        hook = said["channel"] in HOOKS
        return {
            "channel": said["channel"],
            "address": said["url"] if hook else said["email"],
            "contact": said["email"] if hook else "",
            "scope": self.chosen_scope(),
            "time_zone": said["time_zone"],
        }


class FollowForm(forms.Form):
    """Asks to be told of one incident by mail."""

    email = MailboxField(label=_("Your mail address"))
    incident = forms.CharField(widget=forms.HiddenInput, max_length=12)

    def clean_incident(self) -> str:
        code = str(self.cleaned_data["incident"])
        if not incident_name(code):
            raise ValidationError(_("This page knows no such incident."), code="invalid")
        return code

    def asked(self) -> dict[str, Any]:
        """What the form asks for, as a sign-up tells it."""
        said = self.cleaned_data
        return {"channel": Channel.EMAIL, "address": said["email"], "scope": Scope(incident=said["incident"])}


class LinkForm(forms.Form):
    """Asks for a link to the preferences."""

    email = MailboxField(label=_("Your mail address"))

    def asked(self) -> dict[str, Any]:
        """A sign-up for nothing: whoever subscribes already is mailed a link, and nobody else is mailed anything."""
        return {"channel": Channel.EMAIL, "address": self.cleaned_data["email"], "scope": Scope()}


class PreferencesForm(ScopeForm):
    """What a subscriber hears of, in which language and zone, and the incidents that they follow."""

    locale = forms.ChoiceField(label=_("Language of your mails"), error_messages=REQUIRED)
    followed = forms.MultipleChoiceField(
        label=_("Incidents that you follow"), widget=forms.CheckboxSelectMultiple, required=False
    )

    field_order = ["what", "groups", "components", "incidents", "maintenance", "followed", "locale", "time_zone"]

    def __init__(self, *args: Any, page: StatusPage, subscriber: Subscriber, **options: Any) -> None:
        super().__init__(*args, page=page, subscriber=subscriber, **options)
        if subscriber.time_zone not in {zone for _place, zones in zones_by_place() for zone, _name in zones}:
            # Staff may know zones that nobody is offered.
            self.fields["time_zone"].choices += [(subscriber.time_zone, subscriber.time_zone)]  # type: ignore[attr-defined]
        names = dict(settings.LANGUAGES)
        codes = list(subscriber.followed.values_list("incident", flat=True))
        self.fields["locale"].choices = [(code, names[code]) for code in page.languages]  # type: ignore[attr-defined]
        self.fields["followed"].choices = [  # type: ignore[attr-defined]
            (code, incident_name(code) or code) for code in codes
        ]
        self.initial = {
            "what": "page" if subscriber.whole_page else "some",
            "groups": [group.code for group in subscriber.groups.all()],
            "components": [component.code for component in subscriber.components.all()],
            "incidents": subscriber.incidents,
            "maintenance": subscriber.maintenance,
            "locale": page.spoken(subscriber.locale),
            "time_zone": subscriber.time_zone,
            "followed": codes,
        }

    def _may_follow_nothing(self) -> bool:
        return bool(self.cleaned_data.get("followed"))
