"""What the owner of a new site does first."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from statuspage.components.models import Component
from statuspage.incidents.models import Incident
from statuspage.publishing.models import StatusPage
from statuspage.team.models import User


@dataclass(frozen=True)
class Step:
    """Something to do, where, and what for."""

    name: str
    why: str
    url: str
    is_done: bool


def first_steps(page: StatusPage, user: User) -> list[Step]:
    """The steps for whoever may take them; none once the page has a name of its own and something that can break."""
    is_named, has_components = page.name != StatusPage.UNNAMED, Component.objects.exists()
    if is_named and has_components:
        return []
    if not user.has_perms(["publishing.change_statuspage", "components.add_component"]):
        return []
    return [
        Step(
            "Name the page and choose its time zone",
            "Every public time is told in it.",
            reverse("admin:publishing_statuspage_change", args=[page.pk]),
            is_named,
        ),
        Step(
            "Add components",
            "Whatever readers know and can break: “Website”, “API”, “Payments”.",
            reverse("admin:components_component_add"),
            has_components,
        ),
        Step(
            "Declare an incident when something breaks",
            "Or record a past one, to see how it reads.",
            reverse("desk:declare"),
            Incident.objects.exists(),
        ),
    ]
