"""Beginning a postmortem with another template."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from postmortems.draft import Draft
from postmortems.forms import PostmortemForm
from postmortems.outlines import outline_called
from postmortems.services import begin_with
from postmortems.views import editor, find_postmortem
from statuspage.publishing.models import StatusPage
from statuspage.team.access import DeskRequest, staff_only


@require_POST
@staff_only
def begin(request: DeskRequest, code: str) -> HttpResponse:
    """Begin with the template asked for; whoever has written something keeps it instead."""
    postmortem, page = find_postmortem(code), StatusPage.objects.get()
    form = PostmortemForm(request.POST, postmortem=postmortem, page=page)
    outline = outline_called(request.POST.get("template", ""))
    try:
        if not form.is_valid() or form.draft().marks() != Draft.of(postmortem).marks():
            raise ValidationError("You have written something already. It is kept; save it, or go on writing.")
        begin_with(postmortem, outline=outline)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
        return editor(request, form, postmortem, page)
    messages.success(request, f"Begun with the template “{outline.name}”.")
    return redirect("postmortems:edit", code=code)
