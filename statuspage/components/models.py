from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from statuspage.components.status import Status
from statuspage.publishing.codes import new_code, validate_code


class ComponentGroup(models.Model):
    """Components that readers think of together; as bad as its worst component."""

    code = models.CharField(max_length=12, unique=True, default=new_code, validators=[validate_code], editable=False)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True, max_length=1000)
    position = models.PositiveIntegerField(default=0, help_text="Smaller comes first.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> str:
        """Below which its feeds are; it has no page of its own."""
        return f"/groups/{self.code}"


class ComponentQuerySet(models.QuerySet["Component"]):
    def shown_at(self, at: datetime, *, known_at: datetime) -> ComponentQuerySet:
        """Those the page shows at a moment: known, and not retired."""
        return self.filter(Q(retired_at=None) | Q(retired_at__gt=at), created_at__lte=known_at)

    def with_last_report(self, at: datetime) -> ComponentQuerySet:
        """Annotated with `reported_status` and `reported_at`: the last report made by then, or None."""
        reports = ComponentReport.objects.filter(component=OuterRef("pk"), reported_at__lte=at).order_by(
            "-reported_at", "-id"
        )
        return self.annotate(
            reported_status=Subquery(reports.values("status")[:1]),
            reported_at=Subquery(reports.values("reported_at")[:1]),
        )


class Component(models.Model):
    """Something that can break. It has no status of its own: what was said of it is in reports and incidents."""

    code = models.CharField(max_length=12, unique=True, default=new_code, validators=[validate_code], editable=False)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True, max_length=1000)
    group = models.ForeignKey(ComponentGroup, models.PROTECT, null=True, blank=True, related_name="components")
    position = models.PositiveIntegerField(default=0, help_text="Smaller comes first.")
    showcase = models.BooleanField(default=True, help_text="Show its uptime on the page.")
    only_show_if_degraded = models.BooleanField(default=False, help_text="Hide it while it is operational.")
    start_date = models.DateField(null=True, blank=True, help_text="Uptime counts from this day.")
    retired_at = models.DateTimeField(
        null=True, blank=True, help_text="Set it to take the component off the page; its history stays."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ComponentQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """“Group - Component”, or the bare name: how the public API names affected components."""
        return f"{self.group.name} - {self.name}" if self.group else self.name

    def is_retired(self, at: datetime) -> bool:
        """Whether it is off the page at a moment, and not only to be."""
        return self.retired_at is not None and self.retired_at <= at

    @property
    def path(self) -> str:
        """Where the public reads of it."""
        return f"/components/{self.code}"


class ComponentReport(models.Model):
    """Somebody or something said how a component is, outside any incident. Append-only."""

    class Source(models.TextChoices):
        STAFF = "staff"
        API = "api", "API"
        ALERT = "alert"
        IMPORT = "import"

    component = models.ForeignKey(Component, models.PROTECT, related_name="reports")
    status = models.CharField(max_length=24, choices=Status)
    reported_at = models.DateTimeField()
    source = models.CharField(max_length=8, choices=Source)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["reported_at", "id"]
        indexes = [models.Index(fields=["component", "-reported_at", "-id"], name="report_last_of_component")]
        constraints = [
            models.CheckConstraint(name="report_status_known", condition=Q(status__in=Status.values)),
        ]

    def __str__(self) -> str:
        return f"{self.component}: {self.get_status_display()}"
