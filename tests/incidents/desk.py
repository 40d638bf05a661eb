"""What tests of the desk send."""

from django.urls import reverse

HTMX = {"HTTP_HX_REQUEST": "true"}
DESK_PAGES = ["index", "past", "declare", "schedule", "backfill", "components"]


def url(name, *args):
    """An address of the desk."""
    return reverse(f"desk:{name}", args=args)


def declaration(**said):
    """A form that declares an incident."""
    return {"name": "Some bookings fail", "status": "investigating", "body": "We are looking.", "notify": "on"} | said


def pick(component, status):
    """The choice of a status for a component."""
    return {f"component_{component.code}": status}
