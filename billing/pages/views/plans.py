"""Plans side by side, the change to another one, its end, and the way back from the gateway's page."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billing.gateways.port import GatewayAway, GatewayRefused
from billing.pages import comparing, gateways, meters, standing
from billing.plans import queries
from billing.plans.models import PlanVersion
from billing.plans.names import FREE, INTERVALS
from billing.subscriptions.models import Subscription
from billing.subscriptions.states import State
from ops import clock
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.access.stepup import fresh
from tenants.audit import actions as audit

# Seconds before the page that waits asks again: soon at first, then seldom, then no more.
WAITS = (1, 1, 2, 2, 3, 5, 8, 13, 20, 30, 30, 30)
# News that is lost is fetched: so often is not hard on anybody.
LOOKS = (4, 8, 11)


@never_cache
@require_GET
@allowed(Permission.BILLING_SEE)
def listing(request: SalonRequest) -> HttpResponse:
    """All that are offered, by the month or by the year, in the salon's currency."""
    row = standing.row_of(request)
    interval, found = _interval(request, row), queries.offered()
    context = {
        "tab": "overview",
        "offers": comparing.offers(row, found, interval),
        "rows": comparing.rows(row, found),
        "interval": interval,
        "intervals": INTERVALS,
        "is_paid": row.is_billed,
        "may_manage": request.member.may(Permission.BILLING_MANAGE),
    }
    return render(request, "billing/plans.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@allowed(Permission.BILLING_MANAGE)
@fresh
@gateways.asks
def change(request: SalonRequest, plan: str) -> HttpResponse:
    """What it would cost and what would be above its limits; then do it, or pay on the gateway's page."""
    row = standing.row_of(request)
    wanted = next((one for one in queries.offered() if one.plan.code == plan), None)
    if wanted is None:
        raise Http404
    interval = _interval(request, row)
    if plan == FREE:
        return HttpResponseRedirect(reverse("billing:cancel" if row.is_billed else "billing:plans"), status=303)
    if request.method == "POST":
        return _change(request, row, wanted, interval)
    is_now = row.is_billed and row.plan_version.plan.code == plan and row.interval == interval
    owes = standing.owes(row)
    context: dict[str, Any] = {
        "wanted": wanted,
        "interval": interval,
        "intervals": INTERVALS,
        "price": standing.price_words(wanted, interval, standing.currency_of(row, wanted)),
        "is_now": is_now,
        "owes": owes,
        "is_paid": row.is_billed,
        "excess": meters.excess(row, wanted, clock.now()),
        "from": row.plan_version.plan.label,
        **({} if is_now or owes else _preview(request, plan, interval)),
    }
    return render(request, "billing/change.html", context)


@never_cache
@require_GET
@allowed(Permission.BILLING_MANAGE)
def back(request: SalonRequest) -> HttpResponse:
    """Where the gateway's page leads back to: waits until the gateway's news has come."""
    return render(request, "billing/back.html", _waiting(request, 0))


@never_cache
@require_GET
@allowed(Permission.BILLING_MANAGE)
def back_state(request: SalonRequest) -> HttpResponse:
    """The part that waits, asked for by itself."""
    given = request.GET.get("n", "")
    tries = int(given) if given.isdecimal() and len(given) < 4 else 0
    if tries in LOOKS:
        try:
            gateways.the_gateway().refresh(request.salon.pk)
        except (GatewayAway, GatewayRefused):
            pass  # the next look, or its own news
    return render(request, "billing/back_state.html", _waiting(request, tries + 1))


@never_cache
@require_http_methods(["GET", "POST"])
@allowed(Permission.BILLING_MANAGE)
@fresh
@gateways.asks
def cancel(request: SalonRequest) -> HttpResponse:
    """What happens then; and do it, at the end of what was paid for."""
    row = standing.row_of(request)
    if not row.is_billed or row.cancel_at:
        return HttpResponseRedirect(reverse("billing:overview"), status=303)
    if request.method == "POST":
        at = gateways.the_gateway().cancel(request.salon.pk)
        until = at.isoformat() if at else ""
        audit.record(
            "subscription.cancel_asked", subject=request.salon.public_id, by=request.member, after={"until": until}
        )
        messages.success(request, _("The plan ends with its period. Until then everything goes on."))
        return HttpResponseRedirect(reverse("billing:overview"), status=303)
    free = queries.version_of(FREE)
    context = {
        "standing": standing.of(row, clock.now()),
        "ends_at": row.period_ends_at,
        "is_paused": row.standing == State.PAUSED,
        "free": free,
        "excess": meters.excess(row, free, clock.now()),
    }
    return render(request, "billing/cancel.html", context)


@never_cache
@require_POST
@allowed(Permission.BILLING_MANAGE)
@fresh
@gateways.asks
def resume(request: SalonRequest) -> HttpResponse:
    """It goes on as it is: neither the end comes nor the smaller plan."""
    if standing.row_of(request).is_billed:
        gateways.the_gateway().resume(request.salon.pk)
        audit.record("subscription.resumed", subject=request.salon.public_id, by=request.member)
        messages.success(request, _("Good: the plan goes on."))
    return HttpResponseRedirect(reverse("billing:overview"), status=303)


def _change(request: SalonRequest, row: Subscription, wanted: PlanVersion, interval: str) -> HttpResponse:
    code, till = wanted.plan.code, gateways.the_gateway()
    after = {"plan": code, "interval": interval}
    way_back = f"{reverse('billing:back')}?plan={code}"
    if not row.is_billed:
        url = till.checkout(
            request.salon.pk,
            code,
            interval,
            request.build_absolute_uri(way_back),
            request.build_absolute_uri(reverse("billing:plans")),
        )
        audit.record("subscription.checkout", subject=request.salon.public_id, by=request.member, after=after)
        return gateways.leave(url)
    done = till.change(request.salon.pk, code, interval)
    audit.record("subscription.change_asked", subject=request.salon.public_id, by=request.member, after=after)
    if done.is_downgrade:
        messages.success(request, _("Noted: the smaller plan begins with the next period."))
        return HttpResponseRedirect(reverse("billing:overview"), status=303)
    return HttpResponseRedirect(way_back, status=303)


def _preview(request: SalonRequest, plan: str, interval: str) -> dict[str, Any]:
    try:
        return {"preview": comparing.previewed(gateways.the_gateway().preview(request.salon.pk, plan, interval))}
    except GatewayRefused as refused:
        return {"trouble": refused.why}
    except GatewayAway:
        return {"trouble": gateways.away()}


def _waiting(request: SalonRequest, tries: int) -> dict[str, Any]:
    row = standing.row_of(request)
    code = request.GET.get("plan", "")[:30]
    own = row.plan_version.plan.code
    is_there = row.is_billed and row.standing == State.ACTIVE and code in ("", own)
    wait = None if is_there or tries >= len(WAITS) else WAITS[tries]
    return {"is_there": is_there, "wait": wait, "tries": tries, "plan": code, "standing": standing.of(row, clock.now())}


def _interval(request: SalonRequest, row: Subscription) -> str:
    given = request.POST.get("interval") or request.GET.get("interval") or row.interval
    return given if given in INTERVALS else "month"
