"""What pays, the invoices, and the tax number that stands on them."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billing.gateways.port import Gateway, GatewayAway, GatewayRefused, Invoice
from billing.pages import gateways, standing
from billing.pages.amounts import whole
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.access.stepup import fresh
from tenants.audit import actions as audit

STATUSES = {
    "draft": (gettext_lazy("Being made"), ""),
    "open": (gettext_lazy("Not paid yet"), "yellow"),
    "paid": (gettext_lazy("Paid"), "green"),
    "void": (gettext_lazy("Taken back"), ""),
    "uncollectible": (gettext_lazy("Given up"), "red"),
}
# The oldest are on the gateway's own page.
MOST = 60


class TaxForm(forms.Form):
    """The number of a company or a person."""

    value = forms.CharField(
        label=gettext_lazy("CNPJ, CPF or VAT number"),
        help_text=gettext_lazy("It stands on invoices from now on. Empty: none."),
        required=False,
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off"}),
    )


@never_cache
@require_GET
@allowed(Permission.BILLING_MANAGE)
@gateways.shows
def page(request: SalonRequest) -> HttpResponse:
    """Cards, the tax number, and what is open."""
    return _page(request, None)


@never_cache
@require_POST
@allowed(Permission.BILLING_MANAGE)
@fresh
@gateways.asks
def add(request: SalonRequest) -> HttpResponse:
    """One more card, on the gateway's page: its number never comes here."""
    return _to_theirs(request, "payment_method.asked", lambda till, *where: till.add_payment_method_url(*where))


@never_cache
@require_POST
@allowed(Permission.BILLING_MANAGE)
@fresh
@gateways.asks
def choose(request: SalonRequest) -> HttpResponse:
    """The one that pays from now on."""
    _with_method(request, "payment_method.chosen", lambda till, *what: till.set_default(*what))
    return _back(request, _("This one pays from now on."))


@never_cache
@require_POST
@allowed(Permission.BILLING_MANAGE)
@fresh
@gateways.asks
def remove(request: SalonRequest) -> HttpResponse:
    """Forget one."""
    _with_method(request, "payment_method.removed", lambda till, *what: till.remove(*what))
    return _back(request, _("Removed."))


@never_cache
@require_http_methods(["POST"])
@allowed(Permission.BILLING_MANAGE)
@fresh
@gateways.shows
def tax(request: SalonRequest) -> HttpResponse:
    """Set the tax number; a wrong one is said at its field."""
    form = TaxForm(request.POST)
    if form.is_valid():
        try:
            gateways.the_gateway().set_tax_id(request.salon.pk, form.cleaned_data["value"].strip())
        except GatewayRefused as refused:
            form.add_error("value", refused.why)
        except GatewayAway:
            form.add_error("value", gateways.away())
        else:
            audit.record("tax_id.changed", subject=request.salon.public_id, by=request.member)
            return _back(request, _("Saved"))
    return _page(request, form)


@never_cache
@require_POST
@allowed(Permission.BILLING_MANAGE)
@fresh
@gateways.asks
def portal(request: SalonRequest) -> HttpResponse:
    """The gateway's own page of cards and invoices."""
    return _to_theirs(request, "billing_portal.opened", lambda till, *where: till.portal(*where))


@never_cache
@require_GET
@allowed(Permission.BILLING_SEE)
@gateways.shows
def invoices(request: SalonRequest) -> HttpResponse:
    """All of them, newest first."""
    found = _invoices(request)
    context = {
        "tab": "invoices",
        "invoices": [_shown(one) for one in found[:MOST]],
        "has_more": len(found) > MOST,
        "may_manage": request.member.may(Permission.BILLING_MANAGE),
    }
    return render(request, "billing/invoices.html", context)


@never_cache
@require_GET
@allowed(Permission.BILLING_SEE)
@gateways.shows
def pdf(request: SalonRequest) -> HttpResponse:
    """The file of one of the salon's own, from where the gateway keeps it."""
    found = _find(request, request.GET.get("invoice", ""))
    if found is None or not found.pdf_url:
        raise Http404
    return gateways.leave(found.pdf_url)


@never_cache
@require_POST
@allowed(Permission.BILLING_MANAGE)
@fresh
@gateways.asks
def pay(request: SalonRequest) -> HttpResponse:
    """Try an open one now."""
    found = _find(request, request.POST.get("invoice", ""))
    if found is None or found.status != "open":
        messages.info(request, _("There is nothing to pay on this invoice any more."))
        return HttpResponseRedirect(reverse("billing:payment"), status=303)
    gateways.the_gateway().pay(request.salon.pk, found.ref)
    audit.record("invoice.paid", subject=request.salon.public_id, by=request.member, after={"number": found.number})
    return HttpResponseRedirect(reverse("billing:back"), status=303)


def _page(request: SalonRequest, form: TaxForm | None) -> HttpResponse:
    till, salon_id, row = gateways.the_gateway(), request.salon.pk, standing.row_of(request)
    known, methods = till.tax_id(salon_id), till.payment_methods(salon_id)
    context: dict[str, Any] = {
        "tab": "payment",
        "methods": methods,
        "open": [_shown(one) for one in till.invoices(salon_id) if one.status == "open"],
        "owes": standing.owes(row),
        "form": form or TaxForm(initial={"value": known.value if known else ""}),
        # Who was a customer once has invoices there.
        "is_customer": bool(row.customer_ref or methods),
    }
    return render(request, "billing/payment.html", context, status=422 if form is not None else 200)


def _shown(one: Invoice) -> dict[str, Any]:
    words, tone = STATUSES.get(one.status, (one.status, ""))
    return {
        "ref": one.ref,
        "number": one.number or _("Draft"),
        "at": one.at,
        "total": whole(one.total_minor, one.currency),
        "due": whole(one.due_minor or one.total_minor, one.currency),
        "status": words,
        "tone": tone,
        "is_open": one.status == "open",
        "is_paid": one.status == "paid",
        "refunded": whole(one.refunded_minor, one.currency) if one.refunded_minor else "",
        "next_try_at": one.next_try_at,
        "has_pdf": bool(one.pdf_url),
        "lines": [(line.text, whole(line.amount_minor, one.currency)) for line in one.lines],
    }


def _invoices(request: SalonRequest) -> list[Invoice]:
    return gateways.the_gateway().invoices(request.salon.pk)


def _find(request: SalonRequest, ref: str) -> Invoice | None:
    return next((one for one in _invoices(request) if ref and one.ref == ref), None)


def _to_theirs(request: SalonRequest, noted: str, page: Callable[[Gateway, int, str], str]) -> HttpResponse:
    till = gateways.the_gateway()
    till.ensure_customer(request.salon.pk)
    url = page(till, request.salon.pk, request.build_absolute_uri(reverse("billing:payment")))
    audit.record(noted, subject=request.salon.public_id, by=request.member)
    return gateways.leave(url)


def _with_method(request: SalonRequest, noted: str, do: Callable[[Gateway, int, str], None]) -> None:
    """To one of the salon's own; nobody else's is touched."""
    till, ref = gateways.the_gateway(), request.POST.get("method", "")
    if ref not in {one.ref for one in till.payment_methods(request.salon.pk)}:
        raise GatewayRefused("payment_method", _("This way to pay is not there any more."))
    do(till, request.salon.pk, ref)
    audit.record(noted, subject=request.salon.public_id, by=request.member)


def _back(request: SalonRequest, words: str) -> HttpResponse:
    messages.success(request, words)
    return HttpResponseRedirect(reverse("billing:payment"), status=303)
