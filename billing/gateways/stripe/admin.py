"""What Stripe told, and whose customers are whose, for the operator. To look at; one act tries again."""

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.gateways.stripe.models import StripeCustomer, StripeDelivery
from ops import clock
from ops.operator import ReadOnlyAdmin, act


@admin.register(StripeDelivery)
class StripeDeliveryAdmin(ReadOnlyAdmin):
    """Events as they came; `ignored` says why, `dead` waits for somebody."""

    list_display = ("id", "kind", "event_id", "customer", "state", "attempts", "received_at", "error")
    list_filter = ("state", "kind")
    search_fields = ("event_id", "customer")
    exclude = ("raw",)
    ordering = ("-id",)
    actions = ("try_again",)

    @act("stripe.tried_again", _("Try again"))
    def try_again(self, request: HttpRequest, queryset: QuerySet[StripeDelivery]) -> None:
        """Back into the queue, for those that were given up or were nobody's."""
        again = StripeDelivery.objects.filter(pk__in=queryset.values("pk"), state__in=["dead", "ignored"])
        # What is of another mode or account stays out, whoever asks.
        again = again.exclude(state="ignored", customer="")
        done = again.exclude(error__startswith="of ").update(
            state="pending", attempts=0, lease_until=None, fence=F("fence") + 1, due_at=clock.real()
        )
        self.message_user(request, gettext("%(done)d will be tried again.") % {"done": done})


@admin.register(StripeCustomer)
class StripeCustomerAdmin(ReadOnlyAdmin):
    """Salons at Stripe, and what it said of them at the last time."""

    list_display = ("salon_id", "ref", "said", "asked_at", "next_ask_at")
    search_fields = ("ref", "=salon_id")
    ordering = ("-id",)
    actions = ("ask_now",)

    @act("stripe.asked", _("Ask Stripe now"))
    def ask_now(self, request: HttpRequest, queryset: QuerySet[StripeCustomer]) -> None:
        """Within some seconds."""
        done = StripeCustomer.objects.filter(pk__in=queryset.values("pk")).update(next_ask_at=clock.now())
        self.message_user(request, gettext("%(done)d will be asked for.") % {"done": done})
