"""Rules for deposits and fees among the settings, and what was asked for."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from billing.payment_links.models import PaymentLink
from billing.payment_links.providers import current
from crm.bookings import defaults
from crm.bookings.actions import offering
from crm.bookings.deposits.forms import SalonRuleForm, ServiceRuleForm, told
from crm.bookings.models import Booking, Service
from crm.bookings.notices import sending
from crm.deals.defaults import currency
from portal.frame import money
from portal.frame.keyset import by_id
from portal.frame.toasts import toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

NOTICES = ("booking_deposit_link", "booking_no_show_fee", "booking_payment_news")


@require_http_methods(["GET", "POST"])
@allowed(Permission.SERVICES_MANAGE)
def rules(request: SalonRequest) -> HttpResponse:
    """The salon's rule, the services' own, and the last payments."""
    policy, code = defaults.policy(), currency()
    form = SalonRuleForm(request.POST or None, policy=policy, currency=code)
    if request.method == "POST" and form.is_valid():
        offering.change_policy(form.values(), by=request.member)
        _prepare(form.values())
        return toast(request, _("Saved: it holds for the next bookings"))
    status = 422 if request.method == "POST" else 200
    page = by_id(PaymentLink.objects.all(), before=request.GET.get("before", ""))
    context: dict[str, Any] = {
        "form": form,
        "services": [
            (one, told(one.deposit, one.currency))
            for one in Service.objects.filter(archived_at=None, is_add_on=False).order_by("order", "pk")
        ],
        "has_provider": bool(current()),
        "links": _shown_all(page.rows),
        "next_url": page.next_url(reverse("deposits:rules")),
    }
    return render(request, "crm/bookings/deposits/rules.html", context, status=status)


@require_http_methods(["GET", "POST"])
@allowed(Permission.SERVICES_MANAGE)
def service(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """A service's own rule."""
    found = get_object_or_404(Service, public_id=public_id)
    form = ServiceRuleForm(request.POST or None, service=found)
    if request.method == "POST" and form.is_valid():
        offering.change(found, form.values(), by=request.member)
        _prepare(form.values())
        return toast(request, _("Saved: it holds for the next bookings"))
    status = 422 if request.method == "POST" else 200
    return render(request, "crm/bookings/deposits/service.html", {"form": form, "service": found}, status=status)


def _prepare(values: dict[str, Any]) -> None:
    """Meta looks at the texts before the first guest needs them."""
    if values["deposit"].get("when", "never") != "never" or values["no_show_fee_minor"]:
        for name in NOTICES:
            sending.prepare(name)


def _shown_all(links: Sequence[PaymentLink]) -> list[dict[str, Any]]:
    rows = Booking.objects.select_related("contact").filter(public_id__in={link.subject for link in links})
    bookings = {booking.public_id: booking for booking in rows}
    return [_shown(link, bookings.get(link.subject)) for link in links]


def _shown(link: PaymentLink, booking: Booking | None) -> dict[str, Any]:
    tones = {"paid": "green", "open": "blue", "failed": "red", "refunded": "yellow", "refunding": "yellow"}
    return {
        "link": link,
        "amount": money.shown(link.amount_minor, link.currency),
        "what": {"no_show_fee": _("No-show fee"), "package": _("Package")}.get(link.purpose, _("Deposit")),
        "who": (booking.contact.name if booking and booking.contact else "") or _("Guest"),
        "when": booking.starts_at if booking else None,
        "tone": tones.get(link.state, ""),
    }
