from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from statuspage.publishing.codes import new_code, validate_code

Shared = TypeVar("Shared")


def validate_time_zone(value: str) -> None:
    """Refuse anything but an IANA time zone's name."""
    # Some machines have files among their zones that mean another one elsewhere, or none.
    if value not in zoneinfo.available_timezones() or value in {"localtime", "Factory", "posixrules"}:
        raise ValidationError(f"“{value}” is no time zone: use a name such as Europe/Lisbon or America/New_York.")


def every_language() -> list[str]:
    """The codes of all languages that Candor speaks."""
    return [code for code, _ in settings.LANGUAGES]


def weight_field(default: str, help_text: str) -> models.DecimalField:
    """A share from 0 to 1."""
    bounds = [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))]
    return models.DecimalField(
        max_digits=3, decimal_places=2, default=Decimal(default), validators=bounds, help_text=help_text
    )


class StatusPage(models.Model):
    """The site's identity: whose status page this is, and in which time zone it speaks."""

    class Review(models.TextChoices):
        """When somebody other than its author has to approve a postmortem."""

        AS_NEEDED = "as_needed", "As soon as there is more than one active staff account"
        ALWAYS = "always", "Always"
        NEVER = "never", "Never: whoever wrote it may publish it alone"

    class Paper(models.TextChoices):
        """What a PDF is laid out for, as style sheets call it."""

        A4 = "A4", "A4"
        LETTER = "letter", "US Letter"

    # What a new page is called until its owner names it.
    UNNAMED = "Status"

    code = models.CharField(max_length=12, unique=True, default=new_code, validators=[validate_code], editable=False)
    name = models.CharField(max_length=100, help_text="The organisation or product, as readers know it.")
    time_zone = models.CharField(
        max_length=64,
        default="UTC",
        validators=[validate_time_zone],
        help_text="Every public time is shown in this zone, for example Europe/Lisbon.",
    )
    locale = models.CharField(
        "language",
        max_length=12,
        choices=settings.LANGUAGES,
        default="en",
        help_text="The language of the page itself; what you write is never translated.",
    )
    translations = models.JSONField(
        default=every_language,
        blank=True,
        help_text="The page is offered in these languages too, each under an address of its own such as /de/.",
    )
    accent = models.CharField(
        max_length=7,
        blank=True,
        validators=[RegexValidator(r"\A#[0-9a-fA-F]{6}\Z", "A colour looks like #0b5cad.")],
        help_text="A colour for the mark, such as #0b5cad. Leave empty for the default.",
    )
    paper = models.CharField(
        max_length=6,
        choices=Paper,
        default=Paper.A4,
        help_text="For the PDF of postmortems that are published from now on; the others keep theirs.",
    )
    support_url = models.URLField(blank=True, help_text="Where readers get help; linked from every page.")
    about = models.TextField(blank=True, max_length=2000, help_text="A sentence or two shown on the home page.")
    weight_major = weight_field("1", "How much of a major outage counts as downtime: 1 is all.")
    weight_partial = weight_field("0.3", "The same of a partial outage.")
    weight_degraded = weight_field("0", "The same of degraded performance.")
    undo_seconds = models.PositiveIntegerField(
        "seconds to think it over",
        default=10,
        validators=[MaxValueValidator(300)],
        help_text="So long after posting can what subscribers are told still be withdrawn; 0 tells them at once.",
    )
    remind_minutes = models.PositiveIntegerField(
        "remind of maintenance",
        default=60,
        validators=[MaxValueValidator(10080)],
        help_text="So many minutes before it begins are subscribers told again; 0 never does.",
    )
    review_postmortems = models.CharField(
        max_length=10,
        choices=Review,
        default=Review.AS_NEEDED,
        help_text="When somebody other than its author has to approve a postmortem before it is published.",
    )
    public_past = models.BooleanField(
        "show the past to everyone",
        default=False,
        help_text="Let readers, not only staff, see the page as it stood at any past moment.",
    )
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    # The day, in the page's zone, for which every page was last owed: what tells of “today” is then rendered anew.
    day = models.DateField(null=True, editable=False)
    only = models.BooleanField(default=True, unique=True, editable=False)

    class Meta:
        verbose_name = "status page"
        constraints = [models.CheckConstraint(name="status_page_exactly_one", condition=Q(only=True))]

    def __str__(self) -> str:
        return self.name

    @property
    def title(self) -> str:
        """What the page is called, in the active language: “Harbour Status”; a name that ends in the word says it."""
        return self.name if self.name.casefold().endswith("status") else _("%(name)s Status") % {"name": self.name}

    @property
    def url(self) -> str:
        """The address readers use, without a slash at the end."""
        return settings.SITE_URL

    def once(self, name: str, read: Callable[[], Shared]) -> Shared:
        """What `read` answers, asked once for all pages that are rendered from this reading of the site.

        The press reads the site anew whenever it takes the store's lock, so nothing outlives the facts it tells of.
        """
        if name not in self._shared:
            self._shared[name] = read()
        return self._shared[name]

    @cached_property
    def _shared(self) -> dict[str, Any]:
        return {}

    @property
    def languages(self) -> list[str]:
        """The languages it is published in, its own first."""
        return [self.locale, *(code for code in self.translations if code != self.locale)]

    def spoken(self, language: str | None) -> str:
        """In which language somebody is answered who prefers one: in that, unless the page does not speak it."""
        return language if language in self.languages else self.locale

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The page's time zone, in which every public time is told."""
        return zoneinfo.ZoneInfo(self.time_zone)


class Owed(models.Model):
    """A change whose pages are not all published yet. The row is the work order, written with the change itself."""

    model = models.CharField(max_length=100, blank=True, help_text="app.Model of what changed; empty for everything.")
    key = models.BigIntegerField(null=True, blank=True)
    since = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    pressed = models.BooleanField(default=False, help_text="Readers have what the request waits for; the rest is owed.")
    failed = models.BooleanField(default=False, help_text="Tried, and readers do not have all of it yet.")
    # Everything is more than one turn of the clock can hold; an interrupted run goes on from here.
    reached = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name_plural = "owed"

    def __str__(self) -> str:
        return f"{self.model} {self.key}" if self.model else "every page"
