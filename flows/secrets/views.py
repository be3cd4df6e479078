"""The keys and passwords that flows use: added, replaced, deleted, never shown (FL-012)."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from flows.models import FlowSecret
from flows.runtime import secrets as vault
from flows.secrets.forms import AddForm, ReplaceForm
from portal.frame.toasts import toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

# There are a few; who has more than this keeps something else in here.
MOST_SHOWN = 500


@never_cache
@require_GET
@allowed(Permission.FLOWS_SECRETS)
def secrets(request: SalonRequest) -> HttpResponse:
    """All of them, with where they are used and when they were sent last."""
    found = list(FlowSecret.objects.select_related("created_by").order_by("name")[:MOST_SHOWN])
    used = vault.used_by([secret.name for secret in found])
    return render(request, "flows/secrets/list.html", {"rows": [(secret, used[secret.name]) for secret in found]})


@never_cache
@require_http_methods(["GET", "POST"])
@allowed(Permission.FLOWS_SECRETS)
def add(request: SalonRequest) -> HttpResponse:
    """Keep a new one."""
    form = AddForm(request.POST or None, initial={"name": request.GET.get("name", "")[:60]})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            vault.add(given["name"], given["value"], given["hosts"], by=request.member)
        except vault.NameTaken:
            form.add_error("name", _("There is one of this name. Replace that one, or choose another name."))
        else:
            return _to_list()
    status = 422 if form.is_bound else 200
    return render(request, "flows/secrets/secret.html", {"form": form}, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
@allowed(Permission.FLOWS_SECRETS)
def change(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Replace its value, or say where it may go."""
    secret = get_object_or_404(FlowSecret, public_id=public_id)
    form = ReplaceForm(request.POST or None, initial={"hosts": "\n".join(secret.hosts)})
    if request.method == "POST" and form.is_valid():
        vault.replace(secret, form.cleaned_data["value"], form.cleaned_data["hosts"], by=request.member)
        return _to_list()
    context = {"form": form, "secret": secret, "flows": vault.used_by([secret.name])[secret.name]}
    return render(request, "flows/secrets/secret.html", context, status=422 if form.is_bound else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@allowed(Permission.FLOWS_SECRETS)
def delete(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Forget it, once it is clear that no published flow needs it."""
    secret = get_object_or_404(FlowSecret, public_id=public_id)
    if request.method == "GET":
        context = {"secret": secret, "flows": vault.used_by([secret.name])[secret.name]}
        return render(request, "flows/secrets/delete.html", context)
    try:
        vault.delete(secret, by=request.member)
    except vault.InUse as used:
        words = _("Published flows need it: %(flows)s. Take it out of them first.")
        return toast(request, words % {"flows": ", ".join(used.flows)}, status=409)
    return _to_list()


def _to_list() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("flows:secrets"), status=303)
