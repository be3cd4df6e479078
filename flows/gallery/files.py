"""A flow as a file, out and in; and giving one to all salons."""

import json
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from flows.gallery import actions
from flows.gallery.exchange import MAX_BYTES, CannotRead, read
from flows.gallery.forms import ImportForm, ShareForm
from flows.gallery.models import SharedFlow
from flows.gallery.needs import missing_of
from flows.gallery.ready import language_for
from flows.models import Flow
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.sharing.rights import Right


@require_GET
@allowed(Permission.FLOWS_EDIT, shared="flow")
def export(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The flow as a file. No secret, no guest and no run is in it."""
    flow = get_object_or_404(Flow, public_id=public_id)
    body = json.dumps(actions.exported(flow).to_json(), ensure_ascii=False, indent=1)
    answer = HttpResponse(body, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{slugify(flow.name) or "flow"}.json"'
    return answer


@require_http_methods(["GET", "POST"])
@allowed(Permission.FLOWS_EDIT)
def import_flow(request: SalonRequest) -> HttpResponse:
    """Choose a file; a draft is made of it, which runs nothing."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "GET":
        return render(request, "flows/gallery/import.html", {"form": ImportForm()})
    if not form.is_valid():
        return render(request, "flows/gallery/import.html", {"form": form}, status=422)
    file = form.cleaned_data["file"]
    try:
        found = read(file.read(MAX_BYTES + 1), file_name=file.name)
    except CannotRead as error:
        context = {"form": ImportForm(), "reasons": error.reasons, "file_name": file.name}
        return render(request, "flows/gallery/import.html", context, status=422)
    flow = actions.make(found, by=request.member)
    missing = missing_of(found.graph)
    if missing:
        words = _("%(flow)s is here as a draft. It needs: %(needs)s")
        messages.success(request, words % {"flow": flow.name, "needs": " ".join(one.words for one in missing)})
    else:
        messages.success(request, _("%(flow)s is here as a draft. Look at it, then publish it.") % {"flow": flow.name})
    return HttpResponseRedirect(reverse("flows:flow", args=[flow.public_id]), status=303)


@require_http_methods(["GET", "POST"])
@allowed(Permission.FLOWS_EDIT, shared="flow", right=Right.ADMIN)
def share(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Give a flow to all salons, or see what became of it."""
    flow = get_object_or_404(Flow, public_id=public_id)
    given = SharedFlow.objects.filter(salon_id=request.salon.pk, flow_public_id=public_id).order_by("-pk")
    form = ShareForm(request.POST or None, initial={"language": language_for(get_language() or "")})
    problem = ""
    if request.method == "POST" and form.is_valid():
        try:
            actions.share(flow, by=request.member, **form.cleaned_data)
        except actions.CannotShare as error:
            problem = _("It names what only your salon has (a person, a file or another flow), in: %(steps)s")
            problem %= {"steps": ", ".join(error.nodes)}
        except CannotRead as error:
            problem = "; ".join(error.reasons)
        else:
            messages.success(request, _("Thank you! Somebody of ours reads it, then all salons see it."))
            return HttpResponseRedirect(request.path, status=303)
    context = {"flow": flow, "form": form, "given": given[:10], "problem": problem}
    return render(request, "flows/gallery/share.html", context, status=200 if request.method == "GET" else 422)


@require_POST
@allowed(Permission.FLOWS_EDIT)
def withdraw(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Take a flow back from the gallery."""
    found = get_object_or_404(SharedFlow, public_id=public_id, salon_id=request.salon.pk)
    actions.withdraw(found, by=request.member)
    messages.success(request, _("It is no longer in the gallery. What others made of it stays with them."))
    return HttpResponseRedirect(reverse("flows:share", args=[found.flow_public_id]), status=303)
