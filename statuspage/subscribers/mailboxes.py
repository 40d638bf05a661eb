"""Mail addresses as strangers type them, made safe to mail to."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# What RFC 5321 lets an address and its local part have.
LONGEST, LONGEST_LOCAL = 254, 64
# The dot-atom of RFC 5322: neither quotes nor spaces, for every mail server on the way would have to understand them.
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LOCAL = re.compile(rf"{ATOM}(?:\.{ATOM})*")
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
DOMAIN = re.compile(rf"(?:{LABEL}\.)+(?:[a-z]{{2,63}}|xn--[a-z0-9-]{{0,58}}[a-z0-9])")


def clean_mailbox(text: str) -> str:
    """A mail address as it is kept and mailed to: ASCII, its domain in lower case and as DNS has it.

    Raises ValidationError for whatever is none. Nothing that passes can begin another header, or end one.
    """
    text = text.strip()
    local, _at, domain = unicodedata.normalize("NFC", text[: LONGEST + 1]).rpartition("@")
    domain = _as_dns_has_it(domain.lower())
    fits = max(len(text), len(local) + 1 + len(domain)) <= LONGEST and len(local) <= LONGEST_LOCAL
    if not (fits and LOCAL.fullmatch(local) and DOMAIN.fullmatch(domain)):
        raise ValidationError(_("This does not look like a mail address, such as name@example.com."), code="invalid")
    return f"{local}@{domain}"


def _as_dns_has_it(domain: str) -> str:
    """The domain in ASCII; as it was, where that would be another one."""
    try:
        encoded = domain.encode("idna").decode("ascii")
        # Python knows the rules of 2003, which take some letters, such as ß, for others.
        return encoded if encoded.encode("ascii").decode("idna") == domain else domain
    except UnicodeError:
        return domain
