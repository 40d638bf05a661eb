#!/usr/bin/env python
"""Candor's command line: Django's own commands and ours."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "statuspage.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # A broken setting is the operator's to mend: a sentence helps, a traceback does not.
        sys.exit(f"candor: {error}")


if __name__ == "__main__":
    main()
