from __future__ import annotations

import secrets
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.components.models import Component, ComponentGroup
from statuspage.publishing.codes import new_code, validate_code
from statuspage.subscribers.addresses import shown


def new_secret() -> str:
    """128 random bits, from which whatever only one person may know is derived."""
    return secrets.token_hex(16)


class Channel(models.TextChoices):
    """By what somebody is told."""

    EMAIL = "email", _("Email")
    WEBHOOK = "webhook", _("Webhook")
    SLACK = "slack", "Slack"
    TEAMS = "teams", "Microsoft Teams"


# What is told by an HTTP request to an address that somebody else chose.
HOOKS = (Channel.WEBHOOK, Channel.SLACK, Channel.TEAMS)


class Kind(models.TextChoices):
    """What a notice is about."""

    INCIDENT = "incident"
    MAINTENANCE = "maintenance"
    # A component whose status changed; for programs alone, people are told of the incident.
    COMPONENT = "component"


# Most have none: of those that do there is an index, which is found by these words alone.
HAS_CONTACT = ~Q(contact="")


def is_at(channel: str, address: str) -> Q:
    """Whether a subscription, or a sign-up, is for an address: as it is kept unique, and found by an index."""
    return Q(Exact(Lower("address"), address.lower()), channel=channel)


def is_read_by(mailbox: str) -> Q:
    """Whether the reader of a mailbox looks after it: it is their own, or that of a hook of theirs."""
    return is_at(Channel.EMAIL, mailbox) | Q(HAS_CONTACT, Exact(Lower("contact"), mailbox.lower()))


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    def listening(self) -> SubscriberQuerySet:
        """Those who are to be told: neither unsubscribed nor suspended."""
        return self.filter(unsubscribed_at=None, suspended_at=None)

    def interested_in(self, notice: Notice) -> SubscriberQuerySet:
        """Those listening whose scope a notice falls into.

        The one meaning of a scope, as `incidents.selection` has it for feeds: a group is followed with the components
        that it has now.
        """
        touches = {"component_id__in": notice.component_ids}
        through_group = {"componentgroup__components__in": notice.component_ids}
        follows = (
            Q(whole_page=True)
            | Q(pk__in=Subscriber.components.through.objects.filter(**touches).values("subscriber"))
            | Q(pk__in=Subscriber.groups.through.objects.filter(**through_group).values("subscriber"))
        )
        # Whoever came later has read it on the page.
        found = self.listening().filter(confirmed_at__lte=notice.created_at)
        if notice.kind == Kind.COMPONENT:
            return found.filter(follows, channel=Channel.WEBHOOK)
        follows &= Q(maintenance=True) if notice.kind == Kind.MAINTENANCE else Q(incidents=True)
        # Whoever follows one incident is told of it, whatever else they chose.
        return found.filter(follows | Q(pk__in=Followed.objects.filter(incident=notice.thread).values("subscriber")))


class Subscriber(models.Model):
    """Somebody who asked to be told and confirmed it, and of what. Written by `services` only."""

    class Suspension(models.TextChoices):
        BOUNCE = "bounce", "The address does not take mail"
        COMPLAINT = "complaint", "Marked a mail as unwanted"
        ENDPOINT = "endpoint", "The endpoint failed for days, or asked to be left alone"
        STAFF = "staff", "Suspended at the desk"

    code = models.CharField(max_length=12, unique=True, default=new_code, validators=[validate_code], editable=False)
    channel = models.CharField(max_length=8, choices=Channel)
    address = models.CharField(max_length=500, help_text="A mail address, or the URL of a hook.")
    contact = models.EmailField(blank=True, help_text="Who looks after a hook.")
    secret = models.CharField(max_length=32, default=new_secret, editable=False)
    confirmed_at = models.DateTimeField(default=timezone.now)
    proof = models.CharField(max_length=500, blank=True, help_text="How they agreed, where that was not here.")
    whole_page = models.BooleanField(default=True)
    groups = models.ManyToManyField(ComponentGroup, blank=True, related_name="+")
    components = models.ManyToManyField(Component, blank=True, related_name="+")
    incidents = models.BooleanField(default=True)
    maintenance = models.BooleanField(default=True)
    locale = models.CharField(max_length=12, default="en")
    time_zone = models.CharField(max_length=64, blank=True, help_text="Empty for that of the page.")
    unsubscribed_at = models.DateTimeField(null=True, blank=True)
    suspended_at = models.DateTimeField(null=True, blank=True)
    suspension = models.CharField(max_length=12, choices=Suspension, blank=True)
    # Refusals in a row; for a hook also when they began.
    strikes = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        ordering = ["channel", "address"]
        indexes = [
            models.Index(fields=["confirmed_at"], name="subscriber_confirmed_at"),
            models.Index(fields=["locale"], name="subscriber_locale"),
            models.Index(Lower("contact"), condition=HAS_CONTACT, name="subscriber_of_contact"),
        ]
        constraints = [
            models.UniqueConstraint("channel", Lower("address"), name="subscriber_once_per_channel"),
            models.CheckConstraint(name="subscriber_channel_known", condition=Q(channel__in=Channel.values)),
            models.CheckConstraint(
                name="subscriber_suspended_for_a_reason",
                condition=Q(suspended_at__isnull=True, suspension="")
                | Q(suspended_at__isnull=False) & ~Q(suspension=""),
            ),
        ]

    def __str__(self) -> str:
        return self.address

    @property
    def is_listening(self) -> bool:
        return self.unsubscribed_at is None and self.suspended_at is None

    @property
    def shown_address(self) -> str:
        """The address as its reader is shown it; that of a hook is a secret."""
        return self.address if self.channel == Channel.EMAIL else shown(self.address)

    @property
    def mailbox(self) -> str:
        """Where a person reads what is told about the subscription itself."""
        return self.address if self.channel == Channel.EMAIL else self.contact


class Followed(models.Model):
    """One incident that somebody follows, by its code: the record of incidents stands above this room."""

    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="followed")
    incident = models.CharField(max_length=12, validators=[validate_code])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "subscriber"], name="followed_once")]

    def __str__(self) -> str:
        return f"{self.subscriber} follows {self.incident}"


class SignUp(models.Model):
    """Somebody asked to be told. Nobody is, until the link that is mailed to them is used.

    Written by the request and by nothing else of it: a worker reads it and mails, so that strangers cannot tell from
    the answer, nor from its time, who subscribes already. Purged after three days.
    """

    code = models.CharField(max_length=12, unique=True, default=new_code, validators=[validate_code], editable=False)
    secret = models.CharField(max_length=32, default=new_secret, editable=False)
    channel = models.CharField(max_length=8, choices=Channel)
    address = models.CharField(max_length=500)
    contact = models.EmailField(blank=True)
    # What it asks for, by code: whole_page, groups, components, incident, incidents, maintenance.
    scope = models.JSONField(default=dict)
    locale = models.CharField(max_length=12, default="en")
    time_zone = models.CharField(max_length=64, blank=True)
    network = models.CharField(max_length=64, blank=True, help_text="A mark of where it came from, for the limits.")
    created_at = models.DateTimeField(default=timezone.now)
    # When a worker may take it next; none where it was answered, in whatever way.
    due_at = models.DateTimeField(default=timezone.now, null=True)
    mailed_at = models.DateTimeField(null=True)
    # Its link was used, which it can be once.
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="sign_up_due"),
            models.Index(fields=["network", "created_at"], name="sign_up_of_network"),
            models.Index(Lower("address"), "created_at", name="sign_up_of_address"),
            models.Index(Lower("contact"), condition=HAS_CONTACT, name="sign_up_of_contact"),
            models.Index(fields=["mailed_at"], condition=Q(mailed_at__isnull=False), name="sign_up_mailed"),
            models.Index(fields=["created_at"], name="sign_up_created_at"),
        ]

    def __str__(self) -> str:
        return self.address

    @property
    def shown_address(self) -> str:
        """The address as its reader is shown it; that of a hook is a secret."""
        return self.address if self.channel == Channel.EMAIL else shown(self.address)

    @property
    def is_of_staff(self) -> bool:
        """Whether somebody at the desk brought it in, in a list: no stranger did, from no network."""
        return not self.network

    @property
    def mailbox(self) -> str:
        """Where the link goes."""
        return self.address if self.channel == Channel.EMAIL else self.contact


class NoticeQuerySet(models.QuerySet["Notice"]):
    def due(self) -> NoticeQuerySet:
        """Those whose recipients are to be written down now."""
        return self.filter(written_to__isnull=False, withdrawn_at=None, due_at__lte=timezone.now())


class Notice(models.Model):
    """What subscribers are to be told: the finished letter, written in the transaction of what it tells of.

    Frozen: a later edit does not change what was sent. In its texts stand marks for what differs from one reader to
    the next (see `marks`).
    """

    key = models.CharField(max_length=100, unique=True, help_text="What it tells of; nobody is told of that twice.")
    kind = models.CharField(max_length=12, choices=Kind)
    thread = models.CharField(max_length=12, help_text="The code of the incident, or of the component.")
    cause = models.CharField(
        max_length=12, default=new_code, help_text="The code of the update that it tells; one of its own for all else."
    )
    component_ids = models.JSONField(default=list)
    # By language: subject, text, html, and brief, which is one paragraph for chats.
    letters = models.JSONField(default=dict)
    # The moments that the letters tell, in ISO 8601; each reader gets them in their own zone.
    moments = models.JSONField(default=list)
    # What webhooks are sent, but for what differs from one to the next.
    payload = models.JSONField(default=dict)
    url = models.CharField(max_length=500)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    # When the first of its recipients were written down, and up to which subscriber they are; none once all are.
    fanned_out_at = models.DateTimeField(null=True)
    written_to = models.BigIntegerField(null=True, default=0)
    withdrawn_at = models.DateTimeField(null=True)
    # How many lines of each channel ended how, once none is pending: counted once, for there may be many.
    counts = models.JSONField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(written_to__isnull=False, withdrawn_at__isnull=True), name="notice_due"
            ),
            models.Index(
                fields=["fanned_out_at"],
                condition=Q(written_to__isnull=True, counts__isnull=True),
                name="notice_uncounted",
            ),
            models.Index(fields=["thread", "created_at"], name="notice_of_thread"),
            models.Index(fields=["cause"], name="notice_of_cause"),
        ]
        constraints = [models.CheckConstraint(name="notice_kind_known", condition=Q(kind__in=Kind.values))]

    def __str__(self) -> str:
        return self.key

    def language(self, *languages: str) -> str:
        """The first of these languages in which its letter was written; there is one in that of the page."""
        return next((one for one in languages if one in self.letters), None) or next(iter(self.letters))

    def letter(self, *languages: str) -> dict[str, Any]:
        """The letter in that language."""
        letters: dict[str, dict[str, Any]] = self.letters
        return letters[self.language(*languages)]


class Delivery(models.Model):
    """One line of the ledger: whether one subscriber was told of one notice."""

    class State(models.TextChoices):
        PENDING = "pending"
        SENT = "sent"
        FAILED = "failed"
        # Not wanted any more: withdrawn, unsubscribed or suspended before its turn.
        DROPPED = "dropped"

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="deliveries")
    # None once whoever it was has been erased.
    subscriber = models.ForeignKey(Subscriber, models.SET_NULL, null=True, related_name="deliveries")
    channel = models.CharField(max_length=8, choices=Channel)
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    # How often a sender took it up, counted before it tries, and how often an answer put it off.
    attempts = models.PositiveIntegerField(default=0)
    answers = models.PositiveIntegerField(default=0)
    # When a sender may take it up; whoever does moves it ahead, so that it is also the end of the lease.
    next_at = models.DateTimeField(default=timezone.now)
    token = models.CharField(max_length=32, blank=True, help_text="Whose it is until then.")
    last_error = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["channel", "next_at"], condition=Q(state="pending"), name="delivery_due"),
            models.Index(fields=["notice", "state", "channel"], name="delivery_of_notice"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["notice", "subscriber"], name="delivery_once"),
            models.CheckConstraint(
                name="delivery_sent_iff_sent_at",
                condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent") & Q(sent_at__isnull=True),
            ),
            models.CheckConstraint(name="delivery_answers_fit", condition=Q(answers__lte=F("attempts"))),
        ]

    def __str__(self) -> str:
        return f"{self.notice} to {self.subscriber}: {self.state}"


class Trouble(models.Model):
    """A channel that rests, because what fails is ours: the mail server, its password, the sender's address."""

    channel = models.CharField(max_length=8, choices=Channel, unique=True)
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()
    reason = models.CharField(max_length=500)

    def __str__(self) -> str:
        return f"{self.channel}: {self.reason}"
