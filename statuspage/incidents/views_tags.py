"""An incident's tags at the desk: a small form on the incident's page, and in the editor of its postmortem."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from statuspage.incidents.models import Incident
from statuspage.incidents.services_tags import tag_incident
from statuspage.publishing.models import StatusPage
from statuspage.team.access import DeskRequest, staff_only


@require_POST
@staff_only
def tags(request: DeskRequest, code: str) -> HttpResponse:
    """Give the incident the tags that were typed; for htmx the form alone, so that nothing beside it is lost."""
    incident = get_object_or_404(Incident, code=code)
    context = {"incident": incident, "page": StatusPage.objects.get(), "saved": True}
    names = request.POST.get("names", "")
    try:
        tag_incident(incident, names=names)
    except ValidationError as error:
        context |= {"saved": False, "refused": names, "problems": error.messages}
    if not request.htmx and context["saved"]:
        return redirect("desk:incident", code=code)
    template = "desk/_tags.html" if request.htmx else "desk/tags.html"
    return render(request, template, context, status=200 if context["saved"] else 422)
