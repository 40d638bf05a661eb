from __future__ import annotations

import zoneinfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from statuspage.publishing.codes import new_code, validate_code


def validate_time_zone(value: str) -> None:
    """Refuse anything but an IANA time zone's name."""
    if value not in zoneinfo.available_timezones():
        raise ValidationError(f"“{value}” is no time zone: use a name such as Europe/Lisbon or America/New_York.")


class StatusPage(models.Model):
    """The site's identity: whose status page this is, and in which time zone it speaks."""

    code = models.CharField(max_length=12, unique=True, default=new_code, validators=[validate_code], editable=False)
    name = models.CharField(max_length=100, help_text="The organisation or product, as readers know it.")
    time_zone = models.CharField(
        max_length=64,
        default="UTC",
        validators=[validate_time_zone],
        help_text="Every public time is shown in this zone, for example Europe/Lisbon.",
    )
    locale = models.CharField(max_length=12, default="en", editable=False)
    accent = models.CharField(
        max_length=7,
        blank=True,
        validators=[RegexValidator(r"\A#[0-9a-fA-F]{6}\Z", "A colour looks like #0b5cad.")],
        help_text="A colour for the mark, such as #0b5cad. Leave empty for the default.",
    )
    support_url = models.URLField(blank=True, help_text="Where readers get help; linked from every page.")
    about = models.TextField(blank=True, max_length=2000, help_text="A sentence or two shown on the home page.")
    # Work owed: a change of name or zone touches every page ever published, too many for one request.
    owes_everything = models.BooleanField(default=False, editable=False)
    only = models.BooleanField(default=True, unique=True, editable=False)

    class Meta:
        verbose_name = "status page"
        constraints = [models.CheckConstraint(name="status_page_exactly_one", condition=Q(only=True))]

    def __str__(self) -> str:
        return self.name

    @property
    def url(self) -> str:
        """The address readers use, without a slash at the end."""
        return settings.SITE_URL

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The page's time zone, in which every public time is told."""
        return zoneinfo.ZoneInfo(self.time_zone)
