"""The rules of privacy, and the record of processing."""

from itertools import groupby
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from config.env import env
from portal.frame.toasts import add_toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.privacy import policy, registry
from tenants.privacy.declaring import WHOSE, Table
from tenants.privacy.forms import PolicyForm
from tenants.privacy.models import PrivacyRequest
from tenants.salons import hosts

NEWEST = 5


@require_http_methods(["GET", "POST"])
@allowed(Permission.PRIVACY_MANAGE)
def settings(request: SalonRequest) -> HttpResponse:
    """How long each kind is kept, how log lines are masked, and the ways to everything else."""
    form = _form(request, request.POST if request.method == "POST" else None)
    is_part = request.headers.get("HX-Request") == "true"
    name = "privacy/settings.html" + ("#form" if is_part else "")
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        policy.change(
            form.wanted(),
            controller=given["controller"],
            officer=given["officer"],
            redaction=given["redaction"],
            by=request.member,
        )
        hosts.forget()  # the salon's row is remembered for a moment
        if not is_part:
            return HttpResponseRedirect(reverse("privacy:settings"), status=303)
        request.salon.log_redaction = given["redaction"]
        saved = render(request, name, {"form": _form(request)})
        return add_toast(saved, _("Saved. The rules are kept once a day from now on."))
    context: dict[str, Any] = {"form": form}
    if not is_part:
        context["newest"] = PrivacyRequest.objects.order_by("-pk")[:NEWEST]
    return render(request, name, context, status=422 if request.method == "POST" else 200)


@require_GET
@allowed(Permission.PRIVACY_MANAGE)
def record(request: SalonRequest) -> HttpResponse:
    """The record of processing (LGPD art. 37, GDPR art. 30), as it follows from what each part of the product says."""
    row = policy.stored()
    days = {one.rule.kind: one for one in policy.holding()}
    tables = sorted(registry.tables(), key=lambda one: list(WHOSE).index(one.whose))
    context = {
        "salon": request.salon,
        "controller": row.controller,
        "officer": row.officer,
        "groups": [(WHOSE[whose], [_line(one) for one in some]) for whose, some in groupby(tables, lambda t: t.whose)],
        "places": registry.places(),
        "rules": days.values(),
        "backup_days": env.backup_days,
        "counts": _counts(),
    }
    return render(request, "privacy/record.html", context)


def _form(request: SalonRequest, given: Any = None) -> PolicyForm:
    return PolicyForm(given, held=policy.holding(), row=policy.stored(), redaction=request.salon.log_redaction)


def _line(one: Table) -> dict[str, Any]:
    return {
        "name": one.label or one.name.replace("_", " ").capitalize(),
        "holds": ", ".join(column.replace("_", " ") for column in one.holds),
        "why": one.why,
        "kept": one.kept,
        "stays": one.stays,
    }


def _counts() -> dict[str, int]:
    done = PrivacyRequest.objects.filter(state__in=[PrivacyRequest.State.DONE, PrivacyRequest.State.EXPIRED])
    return {kind: done.filter(kind=kind).count() for kind in PrivacyRequest.Kind.values}
