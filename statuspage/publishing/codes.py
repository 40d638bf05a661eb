"""Codes: the names by which the outside knows public objects."""

import secrets
import string

from django.core.validators import RegexValidator

ALPHABET = string.ascii_lowercase + string.digits
LENGTH = 12

validate_code = RegexValidator(r"\A[a-z0-9]{12}\Z", "A code is 12 lower-case letters and digits.")


def new_code() -> str:
    """A fresh code: 12 lower-case letters and digits, as the public API's ids have."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
