"""The alerts, and how one wants to hear of them."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.frame.keyset import by_id, is_fragment
from portal.frame.toasts import add_event, add_toast, toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.alerts import actions, delivering, webhook
from tenants.alerts.forms import MailForm, WebhookForm
from tenants.alerts.models import Alert, AlertDelivery, AlertPreference, AlertWebhook, Level
from tenants.alerts.telling import wish

SHOWS = ("open", "past")
DELIVERIES_SHOWN = 10


@require_GET
@allowed(Permission.ALERTS_SEE)
def alerts(request: SalonRequest) -> HttpResponse:
    """What is open, or what was; a fragment is the list or its next page."""
    show = request.GET.get("show", "open")
    level = request.GET.get("level", "")
    if show not in SHOWS or (level and level not in Level.values):
        raise Http404
    before = request.GET.get("before", "")
    own = Alert.objects.told_to(request.member.pk).select_related("acknowledged_by")
    found = own.filter(closed_at__isnull=show == "open")
    if level:
        found = found.filter(level=level)
    page = by_id(found, before=before)
    context = {
        "alerts": page.rows,
        "next_url": page.next_url(reverse("alerts:list"), show=show, level=level),
        "is_next": bool(before),
        "show": show,
        "level": level,
        "levels": Level.choices,
        "tabs": [("open", _("Still open")), ("past", _("Past"))],
    }
    return render(request, "alerts/list.html#alerts" if is_fragment(request) else "alerts/list.html", context)


@require_POST
@allowed(Permission.ALERTS_SEE)
def acknowledge(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """I take care of it."""
    try:
        alert = actions.acknowledge(public_id, by=request.member)
    except Alert.DoesNotExist:
        raise Http404 from None
    words = _("Noted") if alert.is_notice else _("Noted: you take care of it")
    if not is_fragment(request):
        return toast(request, words)
    # A notice that was read leaves the list.
    answer = render(request, "alerts/list.html#alert", {"alert": alert}) if alert.is_open else HttpResponse("")
    return add_event(add_toast(answer, words), "alerts-changed")


@never_cache
@require_GET
@allowed(Permission.ALERTS_SEE)
def ways(request: SalonRequest) -> HttpResponse:
    """How I, and the salon's program, hear of alerts."""
    return render(request, "alerts/ways.html", _ways(request))


@require_http_methods(["GET", "POST"])
@allowed(Permission.ALERTS_SEE)
def save_mail(request: SalonRequest) -> HttpResponse:
    """Which e-mails I want."""
    if request.method == "GET":
        return _to_ways()
    form = MailForm(request.POST)
    if not form.is_valid():
        return render(request, "alerts/ways.html", _ways(request, mail_form=form), status=422)
    actions.set_mail(request.member, form.cleaned_data["mail"])
    return toast(request, _("Saved"))


@never_cache
@require_http_methods(["GET", "POST"])
@allowed(Permission.ALERTS_MANAGE)
def save_webhook(request: SalonRequest) -> HttpResponse:
    """Where a program hears of alerts; a new one shows its secret once."""
    if request.method == "GET":
        return _to_ways()
    form = WebhookForm(request.POST)
    if form.is_valid():
        try:
            secret = webhook.save(form.cleaned_data["url"], Level(form.cleaned_data["level"]), by=request.member)
        except webhook.BadWebhook:
            form.add_error("url", _("This address cannot be used: it must be a public one, of http or https."))
        else:
            if not secret:
                return toast(request, _("Saved"))
            return render(request, "alerts/ways.html", _ways(request, secret=secret))
    return render(request, "alerts/ways.html", _ways(request, webhook_form=form), status=422)


@never_cache
@require_http_methods(["GET", "POST"])
@allowed(Permission.ALERTS_MANAGE)
def renew_secret(request: SalonRequest) -> HttpResponse:
    """A new secret, shown once."""
    if request.method == "GET":
        return _to_ways()
    try:
        secret = webhook.renew_secret(by=request.member)
    except AlertWebhook.DoesNotExist:
        raise Http404 from None
    return render(request, "alerts/ways.html", _ways(request, secret=secret))


@require_POST
@allowed(Permission.ALERTS_MANAGE)
def test_webhook(request: SalonRequest) -> HttpResponse:
    """Send a test; the list below shows what came of it."""
    if webhook.webhook_of_salon() is None:
        raise Http404
    webhook.test()
    return toast(request, _("A test is on its way. Reload the page in a moment to see what came of it."))


@require_POST
@allowed(Permission.ALERTS_MANAGE)
def remove_webhook(request: SalonRequest) -> HttpResponse:
    """Tell no program any more."""
    webhook.remove(by=request.member)
    return _to_ways()


@require_POST
@allowed(Permission.ALERTS_MANAGE)
def tell_again(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Try a telling again that was given up."""
    delivery = get_object_or_404(AlertDelivery, public_id=public_id)
    if not delivering.try_again(delivery):
        return toast(request, _("This one was not given up; there is nothing to try again."), status=409)
    return toast(request, _("It is tried again now."))


def _to_ways() -> HttpResponse:
    # Where a form was answered with a page, a reload or the next form comes back by its address.
    return HttpResponseRedirect(reverse("alerts:ways"), status=303)


def _ways(request: SalonRequest, **given: Any) -> dict[str, Any]:
    chosen = AlertPreference.objects.filter(member=request.member).values_list("mail", flat=True).first()
    context: dict[str, Any] = {
        "mail_form": MailForm(initial={"mail": wish(request.member.role, chosen)}),
        "may_manage": request.member.may(Permission.ALERTS_MANAGE),
        "email": getattr(request.user, "email", ""),
    }
    if context["may_manage"]:
        kept = webhook.webhook_of_salon()
        told = AlertDelivery.objects.select_related("alert").filter(channel=AlertDelivery.Channel.WEBHOOK)
        context |= {
            "webhook": kept,
            "webhook_form": WebhookForm(initial={"url": kept.url, "level": kept.level} if kept else None),
            "deliveries": list(told.order_by("-pk")[:DELIVERIES_SHOWN]),
        }
    return context | given
