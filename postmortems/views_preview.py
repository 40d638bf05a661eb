"""The draft as readers would get it, before they do: a page, a pane beside the editor, a PDF."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from postmortems.models import Proof
from postmortems.proofs import ask_for_proof
from postmortems.report import assemble
from postmortems.views import find_postmortem
from statuspage.publishing.models import StatusPage
from statuspage.publishing.serving import CONTENT_SECURITY_POLICY
from statuspage.team.access import DeskRequest, staff_only

# Nobody but the editor may put the pane into a frame.
PANE_POLICY = CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")


@require_safe
@staff_only
def preview(request: DeskRequest, code: str) -> HttpResponse:
    """The saved draft exactly as readers would get it."""
    return _sheet(request, code, "preview")


@xframe_options_sameorigin
@require_safe
@staff_only
def pane(request: DeskRequest, code: str) -> HttpResponse:
    """The same without anything around it, to stand beside the editor."""
    response = _sheet(request, code, "pane")
    response["Content-Security-Policy"] = PANE_POLICY
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def proof(request: DeskRequest, code: str) -> HttpResponse:
    """Ask for a PDF of the draft; or how far it is: the fragment that asks for itself until it is made."""
    postmortem = find_postmortem(code)
    if request.method == "POST":
        ask_for_proof(postmortem)
        if not request.htmx:
            return redirect("postmortems:preview", code=code)
    asked = proof_of(code)
    if request.method != "POST" and asked and asked.is_owed:
        return HttpResponse(status=204)
    return render(request, "postmortems/_proof.html", {"postmortem": postmortem, "proof": asked})


@require_safe
@staff_only
def proof_pdf(request: DeskRequest, code: str) -> HttpResponse:
    """The PDF itself, for the team alone."""
    made = get_object_or_404(Proof, postmortem__incident__code=code)
    if made.content is None:
        raise Http404
    name = f'inline; filename="draft-{code}.pdf"'
    return HttpResponse(bytes(made.content), content_type="application/pdf", headers={"Content-Disposition": name})


def proof_of(code: str) -> Proof | None:
    """How far the PDF of a draft is; None where nobody asked for one."""
    return Proof.objects.filter(postmortem__incident__code=code).first()


def _sheet(request: DeskRequest, code: str, name: str) -> HttpResponse:
    postmortem, page = find_postmortem(code), StatusPage.objects.get()
    context = {"page": page, "postmortem": postmortem, "report": assemble(postmortem, page=page)}
    return render(request, f"postmortems/{name}.html", context | {"proof": proof_of(code)})
