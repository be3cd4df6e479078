"""What was asked for about guests: the list, exports and erasures, and their receipts."""

from functools import wraps
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from ops.sealing import CannotOpen
from ops.storage import Missing, storage
from portal.frame.files import streaming
from portal.frame.keyset import by_id, is_fragment
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.access.stepup import fresh
from tenants.audit import actions as audit
from tenants.privacy import requests
from tenants.privacy.erasing import certificate, checking
from tenants.privacy.exporting import links
from tenants.privacy.exporting.signing import public_key
from tenants.privacy.exporting.work import reading
from tenants.privacy.forms import ErasureForm
from tenants.privacy.models import PrivacyRequest
from tenants.privacy.whom import Person
from tenants.salons.hosts import salon_url

State = PrivacyRequest.State


@require_GET
@allowed(Permission.PRIVACY_MANAGE)
def requests_list(request: SalonRequest) -> HttpResponse:
    """Everything that was asked for, newest first; a page of it."""
    page = by_id(PrivacyRequest.objects.select_related("by"), before=request.GET.get("before", ""))
    context = {"rows": page.rows, "next_url": page.next_url(reverse("privacy:requests"))}
    name = "privacy/requests.html" + ("#rows" if is_fragment(request) else "")
    return render(request, name, context)


@require_POST
@allowed(Permission.PRIVACY_MANAGE)
@fresh
def export(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Have all that is known of a contact put into a file."""
    _person(public_id)
    row = requests.ask_export(public_id, by=request.member)
    return HttpResponseRedirect(reverse("privacy:request", args=[row.public_id]), status=303)


@require_http_methods(["GET", "POST"])
@allowed(Permission.PRIVACY_MANAGE)
@fresh
def erase(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """What would go and what must stay; and do it."""
    person = _person(public_id)
    form = ErasureForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        row = requests.ask_erasure(person.public_id, by=request.member, why=form.cleaned_data["why"])
        return HttpResponseRedirect(reverse("privacy:request", args=[row.public_id]), status=303)
    goes, stays = requests.preview(person)
    context = {"person": person, "form": form, "goes": goes, "stays": stays}
    return render(request, "privacy/erase.html", context, status=422 if request.method == "POST" else 200)


@require_GET
@allowed(Permission.PRIVACY_MANAGE)
def request_page(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """How far it is; then the receipt, or the file."""
    row = get_object_or_404(PrivacyRequest.objects.select_related("by"), public_id=public_id)
    name = "privacy/request.html" + ("#state" if is_fragment(request) else "")
    return render(request, name, _shown(request, row))


@require_GET
@allowed(Permission.PRIVACY_MANAGE)
def receipt(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The receipt of an erasure for programs."""
    row = get_object_or_404(PrivacyRequest, public_id=public_id, kind=PrivacyRequest.Kind.ERASURE, state=State.DONE)
    answer = JsonResponse(certificate.as_json(row, salon=request.salon.name), json_dumps_params={"indent": 2})
    answer["Content-Disposition"] = f'attachment; filename="receipt-{row.public_id}.json"'
    return answer


@require_POST
@allowed(Permission.PRIVACY_MANAGE)
def check(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Search everything again for the one who was erased."""
    row = get_object_or_404(PrivacyRequest, public_id=public_id, kind=PrivacyRequest.Kind.ERASURE, state=State.DONE)
    checking.ask(row, by=request.member)
    if not is_fragment(request):
        return HttpResponseRedirect(reverse("privacy:request", args=[row.public_id]), status=303)
    return render(request, "privacy/request.html#state", _shown(request, row))


@require_POST
@allowed(Permission.PRIVACY_MANAGE)
@fresh
def again(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """One that stopped goes on."""
    row = get_object_or_404(PrivacyRequest, public_id=public_id)
    requests.again(row, by=request.member)
    return HttpResponseRedirect(reverse("privacy:request", args=[row.public_id]), status=303)


@require_POST
@allowed(Permission.PRIVACY_MANAGE)
@fresh
def link(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """A link that the guest may be given; it ends after a day."""
    row = _file_or_404(public_id)
    url = salon_url(request.salon.slug, links.signed(row))
    audit.record("contact.export_shared", subject=row.contact_public_id, by=request.member)
    context = {**_shown(request, row), "link": url}
    name = "privacy/request.html" + ("#state" if is_fragment(request) else "")
    return render(request, name, context)


def _by_link(view: Any) -> Any:
    """Open to whoever has a link that the salon signed; others are asked as ever."""
    for_members = allowed(Permission.PRIVACY_MANAGE)(fresh(view))

    @wraps(view)
    def checked(request: Any, public_id: UUID) -> HttpResponse:
        given = request.GET
        if "signature" not in given:
            return for_members(request, public_id=public_id)
        row = PrivacyRequest.objects.filter(public_id=public_id, state=State.DONE).exclude(storage_key="").first()
        if row is None or not links.is_valid(row, expires=given.get("expires", ""), signature=given["signature"]):
            return HttpResponse("This link has ended, or was never signed.", status=403, content_type="text/plain")
        return view(request, public_id=public_id)  # type: ignore[no-any-return]

    checked.permission = Permission.PRIVACY_MANAGE  # type: ignore[attr-defined]
    return checked


@require_safe
@_by_link
def download(request: Any, public_id: UUID) -> HttpResponse:
    """The file, to be saved."""
    row = _file_or_404(public_id)
    try:
        pieces = reading(row)
        storage().size(row.storage_key)
    except (CannotOpen, Missing) as gone:
        raise Http404("the file is gone") from gone
    if request.method != "HEAD":
        audit.record("contact.export_downloaded", subject=row.contact_public_id, by=request.member)
    name = f"export-{row.contact_public_id}.zip"
    response = streaming.answer(request, pieces, salon_id=request.salon.pk, name=name, content_type="application/zip")
    response["Content-Length"] = str(row.bytes)
    return response


def _person(public_id: UUID) -> Person:
    try:
        return requests.person_of(public_id)
    except requests.Unknown as unknown:
        raise Http404("no such contact") from unknown


def _file_or_404(public_id: UUID) -> PrivacyRequest:
    rows = PrivacyRequest.objects.filter(kind=PrivacyRequest.Kind.EXPORT, state=State.DONE).exclude(storage_key="")
    return get_object_or_404(rows, public_id=public_id)


def _shown(request: SalonRequest, row: PrivacyRequest) -> dict[str, Any]:
    is_erasure = row.kind == PrivacyRequest.Kind.ERASURE
    return {
        "row": row,
        "salon": request.salon,
        "is_erasure": is_erasure,
        "gone": certificate.gone(row),
        "stays": certificate.stays(row) if is_erasure else [],
        "backups_until": certificate.backups_until(row),
        "checks": [
            {"when": parse_datetime(one["at"]), "found": one["found"]} for one in reversed(row.result.get("checks", []))
        ],
        "places": [(certificate.label_of(name.removeprefix("public.")), count) for name, count in _latest(row).items()],
        "public_key": "" if is_erasure else public_key(),
        "is_checking": bool(row.result.get("is_checking")),
        "tone": {State.DONE: "green", State.FAILED: "red", State.EXPIRED: "muted"}.get(State(row.state), "blue"),
    }


def _latest(row: PrivacyRequest) -> dict[str, int]:
    checks = row.result.get("checks", [])
    return dict(checks[-1]["places"]) if checks else {}
