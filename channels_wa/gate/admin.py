"""The raw webhook log for operators (WA-019): searched, shown masked, unmasked for a reason, replayed."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import OperationalError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from channels_wa.gate.delivery import delivery_box, open_delivery
from channels_wa.gate.models import Delivery
from channels_wa.gate.partitions import KEPT_DAYS
from channels_wa.inbound.log import masking, ranges
from channels_wa.inbound.log.search import Page, Wanted, find
from channels_wa.inbound.models import InboxItem
from channels_wa.inbound.replaying import replay_deliveries
from ops import clock
from ops.operator import ReadOnlyAdmin, note
from ops.sealing import CannotOpen

SHOWN_BYTES = 200_000
LEAST_REASON = 10
KINDS = ("message", "status", "error", "account", "coexistence", "echo", "history", "phonebook", "other")


class SearchForm(forms.Form):
    """Which deliveries."""

    start = forms.DateTimeField(label=_lazy("From"), required=False)
    end = forms.DateTimeField(label=_lazy("To"), required=False)
    salon = forms.IntegerField(label=_lazy("Salon (id)"), required=False, min_value=1)
    number = forms.IntegerField(label=_lazy("Number (id)"), required=False, min_value=1)
    kind = forms.ChoiceField(
        label=_lazy("Kind"), required=False, choices=[("", _lazy("all")), *((kind, kind) for kind in KINDS)]
    )
    state = forms.ChoiceField(
        label=_lazy("State"), required=False, choices=[("", _lazy("all")), *InboxItem.State.choices]
    )
    text = forms.CharField(
        label=_lazy("Contains"),
        required=False,
        min_length=4,
        max_length=200,
        help_text=_lazy("wamid, digits of a phone, id of an account, name of a field"),
    )

    def wanted(self) -> Wanted:
        """The search; without a time the last day."""
        given: dict[str, Any] = self.cleaned_data
        end: datetime = given["end"] or clock.real() + timedelta(seconds=1)
        return Wanted(
            start=given["start"] or end - timedelta(days=1),
            end=end,
            salon_id=given["salon"],
            number_id=given["number"],
            kind=given["kind"],
            state=given["state"],
            text=given["text"],
        )


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """What Meta sent."""

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The search and what it finds; by POST its replay begins."""
        if not self.has_view_permission(request):
            return super().changelist_view(request, extra_context)
        form = SearchForm(request.POST if request.method == "POST" else request.GET or {})
        page, problem = Page([], None, 0), ""
        if form.is_valid():
            if request.method == "POST":
                return self._replay_all(request, form.wanted())
            page, problem = _found(request, form.wanted())
        context = {
            **self.admin_site.each_context(request),
            "title": _("Webhook log"),
            "opts": self.model._meta,
            "form": form,
            "page": page,
            "problem": problem,
            "kept_days": KEPT_DAYS,
            "replays_url": reverse("admin:inbound_replay_changelist"),
            "further": _further(request, page),
        }
        return TemplateResponse(request, "admin/gate/delivery/log.html", context)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """One delivery, masked; by POST it is unmasked for a reason or replayed."""
        delivery = self.get_object(request, object_id)
        if not self.has_view_permission(request):
            return super().change_view(request, object_id, *args, **kwargs)
        if delivery is None:
            raise Http404
        reason = request.POST.get("reason", "").strip()
        error = ""
        if request.method == "POST" and "replay" in request.POST:
            return self._replay_one(request, delivery)
        if request.method == "POST" and len(reason) < LEAST_REASON:
            reason, error = "", _("Say in a few words why you must see it.")
        elif request.method == "POST":
            with transaction.atomic():
                note(request, "delivery.unmasked", "gate.delivery", [delivery.pk], {"reason": reason[:500]})
        context = {
            **self.admin_site.each_context(request),
            "title": _("Delivery %(id)s") % {"id": delivery.pk},
            "opts": self.model._meta,
            "delivery": delivery,
            "content": _content(delivery, unmasked=bool(reason)),
            "items": InboxItem.objects.filter(delivery_id=delivery.pk).order_by("index")[:200],
            "is_unmasked": bool(reason),
            "error": error,
        }
        return TemplateResponse(request, "admin/gate/delivery/one.html", context)

    def _replay_one(self, request: HttpRequest, delivery: Delivery) -> HttpResponse:
        with transaction.atomic():
            note(request, "delivery.replayed", "gate.delivery", [delivery.pk])
            done = replay_deliveries([delivery.pk])
        messages.success(request, _("%(count)s items take effect once more.") % {"count": done})
        return HttpResponseRedirect(reverse("admin:gate_delivery_change", args=[delivery.pk]))

    def _replay_all(self, request: HttpRequest, wanted: Wanted) -> HttpResponse:
        with transaction.atomic():
            run = ranges.begin(wanted, asked_by=str(getattr(request.user, "email", "")))
            note(request, "deliveries.replayed", "inbound.replay", [run.pk], wanted.to_json())
        messages.success(request, _("The replay has begun; this page shows how far it is."))
        return HttpResponseRedirect(reverse("admin:inbound_replay_changelist"))


def _found(request: HttpRequest, wanted: Wanted) -> tuple[Page, str]:
    after = forms.UUIDField(required=False)
    try:
        return find(wanted, after=after.clean(request.GET.get("after"))), ""
    except forms.ValidationError:
        return find(wanted), ""
    except OperationalError:
        return Page([], None, 0), _("That takes too long. Ask for a shorter time.")


def _further(request: HttpRequest, page: Page) -> str:
    query = request.GET.copy()
    query["after"] = str(page.further or "")
    return query.urlencode() if page.further else ""


def _content(delivery: Delivery, *, unmasked: bool) -> str:
    try:
        raw = open_delivery(delivery_box(), delivery.pk.bytes, bytes(delivery.raw))
    except CannotOpen as error:
        return f"({error})"
    return masking.plain(raw, most=SHOWN_BYTES) if unmasked else masking.masked(raw)
