"""What helps to write a postmortem, and is no part of it."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class Template(models.Model):
    """A template of one's own: what a postmortem may be begun with, beside those that come along."""

    name = models.CharField(max_length=80, unique=True)
    about = models.CharField(max_length=200, blank=True, help_text="When to begin with it, in a few words.")

    class Meta:
        ordering = ["name"]
        verbose_name = "postmortem template"

    def __str__(self) -> str:
        return self.name


class TemplateSection(models.Model):
    """What a template says of one section, and the words it begins with. None of it is ever published by itself."""

    class Section(models.TextChoices):
        DESCRIPTION = "description", "Incident description"
        ROOT_CAUSE = "root_cause", "Root cause analysis"
        CONTRIBUTING_FACTORS = "contributing_factors", "Contributing factors"
        ACTIONS = "actions", "Actions taken"
        MITIGATIONS = "mitigations", "Mitigation measures"
        LESSONS = "lessons", "Lessons learned"
        FURTHER = "further", "Further sections"
        INTERNAL_NOTES = "internal_notes", "Internal notes"

    template = models.ForeignKey(Template, models.CASCADE, related_name="sections")
    section = models.CharField(max_length=24, choices=Section)
    guidance = models.TextField(
        blank=True, max_length=1000, help_text="Stands beside the section while it is written; readers never get it."
    )
    start = models.TextField(
        "starting text",
        blank=True,
        max_length=10_000,
        help_text="Markdown; of actions and measures, each line begins one. What has to be replaced stands in [square "
        "brackets]: the checks find it where it is left, and a section that is left wholly as it began.",
    )

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["template", "section"], name="template_section_once")]

    def __str__(self) -> str:
        return f"{self.template}: {self.get_section_display()}"


class Proof(models.Model):
    """A PDF of the draft, for those who write it: asked for, made by a worker, forgotten. The row is the work order.

    It never leaves the database but for the desk, so no public file can come of it.
    """

    postmortem = models.OneToOneField("Postmortem", models.CASCADE, related_name="proof")
    version = models.PositiveIntegerField(help_text="Of the draft that it shows.")
    asked_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    content = models.BinaryField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return f"PDF of the draft: {self.postmortem}"

    @property
    def is_owed(self) -> bool:
        """Whether somebody still waits for it."""
        return self.content is None and not self.error
