"""The addresses of hooks as strangers type them."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LONGEST = 500


def check_hook_url(url: str) -> None:
    """Refuse what cannot be told by a request: anything but a plain https address."""
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise ValidationError(_("This address cannot be read."), code="invalid") from None
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        raise ValidationError(_("This address is too long, or has signs that an address cannot have."), code="invalid")
    if parts.scheme != "https" or not has_host:
        raise ValidationError(_("The address must begin with https:// and name a host."), code="invalid")
    if "@" in parts.netloc or parts.fragment:
        raise ValidationError(_("The address may hold neither a user name, nor a #."), code="invalid")
