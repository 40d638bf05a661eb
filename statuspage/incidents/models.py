from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from statuspage.components.models import Component
from statuspage.components.status import Status as ComponentStatus
from statuspage.publishing.codes import new_code, validate_code
from statuspage.publishing.folding import fold
from statuspage.publishing.markdown import to_html


class IncidentQuerySet(models.QuerySet["Incident"]):
    def open(self) -> IncidentQuerySet:
        """Not yet resolved or completed; scheduled maintenance counts as open."""
        return self.filter(resolved_at=None)

    def closed(self) -> IncidentQuerySet:
        return self.exclude(resolved_at=None)

    def with_timeline(self) -> IncidentQuerySet:
        """With everything a public page says of them, in a constant number of queries."""
        return self.select_related("postmortem__published_revision__pdf").prefetch_related(
            "updates__affected__component__group", "updates__revisions"
        )

    def with_documents(self) -> IncidentQuerySet:
        """With what the public API tells of them, and no more: fifty are read while a responder waits."""
        mentions = AffectedComponent.objects.select_related("component").only(
            "update", "name", "old_status", "new_status", "component__code"
        )
        updates = IncidentUpdate.objects.defer("body_html").prefetch_related(Prefetch("affected", mentions))
        return self.select_related("postmortem__published_revision").prefetch_related(Prefetch("updates", updates))


class Tag(models.Model):
    """What incidents have in common, in the team's words; readers get those that somebody made public."""

    name = models.CharField(max_length=40)
    # The name as a search compares it: “DNS” and “dns” are one tag.
    slug = models.CharField(max_length=120, unique=True, editable=False)
    public = models.BooleanField(
        default=False, help_text="Readers see it on incidents and postmortems, and can search by it."
    )

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def slug_of(name: str) -> str:
        """By what a name is known in addresses and to the search; empty where nobody could type it."""
        return "-".join(fold(name).split())[:120]


class Incident(models.Model):
    """Something is wrong, from the first report until it is resolved; or planned work, with a window.

    Never without an update; its status is its last update's status. Written by `services` only.
    """

    class Kind(models.TextChoices):
        INCIDENT = "incident", _("Incident")
        MAINTENANCE = "maintenance", _("Scheduled maintenance")

    class Status(models.TextChoices):
        INVESTIGATING = "investigating", _("Investigating")
        IDENTIFIED = "identified", _("Identified")
        MONITORING = "monitoring", _("Monitoring")
        RESOLVED = "resolved", _("Resolved")
        SCHEDULED = "scheduled", pgettext_lazy("maintenance", "Scheduled")
        IN_PROGRESS = "in_progress", pgettext_lazy("maintenance", "In progress")
        VERIFYING = "verifying", pgettext_lazy("maintenance", "Verifying")
        COMPLETED = "completed", pgettext_lazy("maintenance", "Completed")

    class Impact(models.TextChoices):
        NONE = "none", pgettext_lazy("impact", "None")
        MINOR = "minor", pgettext_lazy("impact", "Minor")
        MAJOR = "major", pgettext_lazy("impact", "Major")
        CRITICAL = "critical", pgettext_lazy("impact", "Critical")
        MAINTENANCE = "maintenance", pgettext_lazy("impact", "Maintenance")

    STATUSES = {
        Kind.INCIDENT: (Status.INVESTIGATING, Status.IDENTIFIED, Status.MONITORING, Status.RESOLVED),
        Kind.MAINTENANCE: (Status.SCHEDULED, Status.IN_PROGRESS, Status.VERIFYING, Status.COMPLETED),
    }
    CLOSED = (Status.RESOLVED, Status.COMPLETED)

    code = models.CharField(max_length=12, unique=True, default=new_code, validators=[validate_code], editable=False)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.INCIDENT)
    name = models.CharField(max_length=300)
    status = models.CharField(max_length=16, choices=Status)
    impact = models.CharField(max_length=12, choices=Impact)
    impact_override = models.CharField(max_length=12, choices=Impact, null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    # When readers were affected: apart from when it was posted, so that either can be put right alone.
    started_at = models.DateTimeField()
    monitoring_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    scheduled_for = models.DateTimeField(null=True, blank=True)
    scheduled_until = models.DateTimeField(null=True, blank=True)
    runs_by_clock = models.BooleanField(default=True, help_text="The clock starts and completes this maintenance.")
    reminded_at = models.DateTimeField(null=True, blank=True, help_text="When subscribers were told that it is near.")
    backfilled = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    tags = models.ManyToManyField(Tag, blank=True, related_name="incidents")

    objects = IncidentQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-id"]
        indexes = [
            models.Index(fields=["resolved_at"], name="incident_resolved_at"),
            models.Index(fields=["started_at"], name="incident_started_at"),
            models.Index(fields=["updated_at"], name="incident_updated_at"),
            models.Index(fields=["kind", "created_at", "id"], name="incident_newest_of_kind"),
            # The few that are open must be found without a walk through all of their kind.
            models.Index(fields=["kind", "started_at"], condition=Q(resolved_at=None), name="incident_open"),
        ]
        constraints = [
            models.CheckConstraint(
                name="incident_status_fits_kind",
                condition=Q(kind="incident", status__in=["investigating", "identified", "monitoring", "resolved"])
                | Q(kind="maintenance", status__in=["scheduled", "in_progress", "verifying", "completed"]),
            ),
            models.CheckConstraint(
                name="incident_closed_iff_resolved_at",
                condition=Q(status__in=["resolved", "completed"], resolved_at__isnull=False)
                | Q(
                    status__in=["investigating", "identified", "monitoring", "scheduled", "in_progress", "verifying"],
                    resolved_at__isnull=True,
                ),
            ),
            models.CheckConstraint(
                name="incident_window_iff_maintenance",
                condition=Q(kind="incident", scheduled_for__isnull=True, scheduled_until__isnull=True)
                | Q(
                    kind="maintenance",
                    scheduled_for__isnull=False,
                    # Said apart: SQL takes a comparison with nothing for true here.
                    scheduled_until__isnull=False,
                    scheduled_until__gt=F("scheduled_for"),
                ),
            ),
            models.CheckConstraint(
                name="incident_impact_known",
                condition=Q(impact__in=["none", "minor", "major", "critical"])
                | Q(kind="maintenance", impact="maintenance"),
            ),
            models.CheckConstraint(
                name="incident_override_wins",
                condition=Q(impact_override__isnull=True) | Q(impact_override=F("impact")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_status_display(self) -> str:  # type: ignore[no-redef]
        """Its status in words. Django's own method would translate every status there is, each time it is asked."""
        return str(self.Status(self.status).label)

    @property
    def is_maintenance(self) -> bool:
        return self.kind == self.Kind.MAINTENANCE

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None

    @property
    def published_postmortem(self) -> Any:
        """The postmortem that readers get; None for a draft, and while the incident is open again."""
        postmortem = None if self.is_open else getattr(self, "postmortem", None)
        return postmortem if postmortem and postmortem.is_published else None

    @property
    def withdrawn_postmortem(self) -> Any:
        """The postmortem that was taken from readers, who get the reason for it; None where there is none such."""
        postmortem = None if self.is_open else getattr(self, "postmortem", None)
        return postmortem if postmortem and postmortem.is_withdrawn else None

    @property
    def public_tags(self) -> list[Tag]:
        """What readers are told that it has in common with others."""
        return [tag for tag in self.tags.all() if tag.public]

    @property
    def is_upcoming(self) -> bool:
        """Planned, and not begun."""
        return self.status == self.Status.SCHEDULED

    @property
    def was_called_off(self) -> bool:
        """Whether maintenance was over before its window began; no status says so, and nothing else can mean that."""
        return bool(self.scheduled_for and self.resolved_at and self.resolved_at < self.scheduled_for)

    @property
    def ended_before_it_began(self) -> bool:
        """Never true of an incident; a maintenance begins with its announcement, which may come after the work."""
        return not self.is_maintenance and self.resolved_at is not None and self.resolved_at < self.started_at

    @property
    def path(self) -> str:
        """Where the public reads it."""
        return f"/incidents/{self.code}"

    @property
    def told_at(self) -> datetime:
        """The moment its news is dated: its last update's time, or the start of what is planned and not begun."""
        if self.is_upcoming and self.scheduled_for:
            return self.scheduled_for
        return self.timeline()[0].display_at

    def timeline(self) -> list[IncidentUpdate]:
        """Its updates, newest first in the order of posting."""
        return sorted(self.updates.all(), key=lambda update: update.order, reverse=True)


class IncidentUpdate(models.Model):
    """One message on an incident's timeline. Order is the order of posting, whatever time it shows."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="updates")
    code = models.CharField(max_length=12, unique=True, default=new_code, validators=[validate_code], editable=False)
    status = models.CharField(max_length=16, choices=Incident.Status)
    body = models.TextField()
    body_html = models.TextField(editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    display_at = models.DateTimeField()
    updated_at = models.DateTimeField(default=timezone.now)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    notified = models.BooleanField(default=True, help_text="Whether subscribers were to be told.")

    # Set on what is read to tell of the past: what came after this moment is not known yet.
    as_of: datetime | None = None

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [
            models.Index(fields=["incident", "created_at", "id"], name="update_posting_order"),
            models.Index(fields=["created_at"], name="update_created_at"),
            models.Index(fields=["display_at"], name="update_display_at"),
        ]

    def __str__(self) -> str:
        return f"{self.incident}: {self.get_status_display()}"

    def get_status_display(self) -> str:  # type: ignore[no-redef]
        """Its status in words, as an incident tells its own."""
        return str(Incident.Status(self.status).label)

    @property
    def order(self) -> tuple[datetime, int]:
        """What the order of posting sorts by."""
        return (self.created_at, self.pk)

    @property
    def speaks(self) -> bool:
        """Whether it tells how components are; an announcement only names those that the work will touch."""
        return self.status != Incident.Status.SCHEDULED

    @property
    def earlier(self) -> list[UpdateRevision]:
        """Its earlier wordings, the first first, as far as they are known at `as_of`."""
        return [one for one in self.revisions.all() if self.as_of is None or one.edited_at <= self.as_of]

    @property
    def wording(self) -> str:
        """Its words as safe HTML: at `as_of`, if that is before an edit, those that the edit replaced."""
        later = [one for one in self.revisions.all() if self.as_of is not None and one.edited_at > self.as_of]
        return to_html(later[0].body) if later else self.body_html

    @property
    def edits(self) -> int:
        """How often its wording was changed; also the version an editor has seen."""
        return len(self.revisions.all())


class UpdateRevision(models.Model):
    """An earlier wording of an update. Append-only: corrections are public."""

    update = models.ForeignKey(IncidentUpdate, models.CASCADE, related_name="revisions")
    body = models.TextField()
    edited_at = models.DateTimeField()
    editor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["edited_at", "id"]

    def __str__(self) -> str:
        return f"{self.update} until {self.edited_at:%Y-%m-%d %H:%M}"


class AffectedComponent(models.Model):
    """What one update said of one component."""

    update = models.ForeignKey(IncidentUpdate, models.CASCADE, related_name="affected")
    component = models.ForeignKey(Component, models.PROTECT, related_name="mentions")
    name = models.CharField(max_length=403, help_text="“Group - Component” as it was called then.")
    old_status = models.CharField(max_length=24, choices=ComponentStatus)
    new_status = models.CharField(max_length=24, choices=ComponentStatus)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["update", "component"], name="affected_component_once_per_update"),
            models.CheckConstraint(
                name="affected_statuses_known",
                condition=Q(old_status__in=ComponentStatus.values, new_status__in=ComponentStatus.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.get_new_status_display()}"


class UnstruckManager(models.Manager["JournalEntry"]):
    """What stands in the journal."""

    def get_queryset(self) -> models.QuerySet[JournalEntry]:
        return super().get_queryset().filter(struck_at=None)


class JournalEntry(models.Model):
    """Something the team noted of an incident, for itself. Readers get what is starred, with the postmortem.

    What was struck is kept, and in nobody's way: only whoever asks for `everything` gets it.
    """

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="journal")
    at = models.DateTimeField(help_text="When it happened.")
    words = models.TextField()
    starred = models.BooleanField(default=False, help_text="Part of the postmortem’s timeline.")
    starred_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    noted_at = models.DateTimeField(default=timezone.now)
    struck_at = models.DateTimeField(null=True, blank=True)
    struck_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = UnstruckManager()
    everything = models.Manager["JournalEntry"]()

    class Meta:
        ordering = ["at", "id"]
        verbose_name_plural = "journal entries"
        constraints = [models.CheckConstraint(name="journal_entry_says_something", condition=~Q(words=""))]

    def __str__(self) -> str:
        return f"{self.incident}, {self.at:%Y-%m-%d %H:%M}"


class SearchText(models.Model):
    """The passages by which an incident is found, from one source: written in the transaction of the facts that they
    are taken from, so that no search ever knows more, or longer, than the record does."""

    class Source(models.TextChoices):
        INCIDENT = "incident", "The incident and its updates"
        POSTMORTEM = "postmortem", "The postmortem as published"
        DRAFT = "draft", "The postmortem as the team has it"
        JOURNAL = "journal", "The journal"

    PUBLIC = (Source.INCIDENT, Source.POSTMORTEM)

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="search_texts")
    source = models.CharField(max_length=12, choices=Source)
    text = models.TextField(blank=True, help_text="A passage on each line.")
    folded = models.TextField(blank=True, help_text="The same as it is compared.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "source"], name="search_text_once_per_source"),
            models.CheckConstraint(
                name="search_text_source_known", condition=Q(source__in=["incident", "postmortem", "draft", "journal"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_source_display()}: {self.incident}"
