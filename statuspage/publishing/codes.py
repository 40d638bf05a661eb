"""Codes: the names by which the outside knows public objects."""

import re
import secrets
import string

from django.core.validators import RegexValidator

ALPHABET = string.ascii_lowercase + string.digits
LENGTH = 12
PATTERN = r"\A[a-z0-9]{12}\Z"

validate_code = RegexValidator(PATTERN, "A code is 12 lower-case letters and digits.")


def is_code(words: str) -> bool:
    """Whether the words have the shape of a code."""
    return re.match(PATTERN, words) is not None


def new_code() -> str:
    """A fresh code: 12 lower-case letters and digits, as the public API's ids have."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
