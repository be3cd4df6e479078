"""Use for the operator: what does not agree, and what was told to whoever bills."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.metering import last_bills, overage
from billing.metering.models import LastBill, OverageReport, UsageDifference
from ops.operator import ReadOnlyAdmin, act


@admin.register(UsageDifference)
class UsageDifferenceAdmin(ReadOnlyAdmin):
    """Where our sums and others' differ; closed by itself when they agree again."""

    list_display = ("day", "salon_id", "kind", "against", "ours", "theirs", "found_at", "seen_at", "closed_at")
    list_filter = (("closed_at", admin.EmptyFieldListFilter), "against", "kind")
    search_fields = ("=salon_id",)
    ordering = ("-day", "salon_id")


@admin.register(OverageReport)
class OverageReportAdmin(ReadOnlyAdmin):
    """Units beyond a plan, as they are told."""

    list_display = ("id", "salon_id", "kind", "period_at", "quantity", "state", "attempts", "reported_at", "error")
    list_filter = ("state", "kind")
    search_fields = ("=salon_id", "key")
    ordering = ("-id",)
    actions = ("try_again",)

    @act("overage.told_again", _("Tell again"))
    def try_again(self, request: HttpRequest, queryset: QuerySet[OverageReport]) -> None:
        """For those that were refused."""
        done = overage.try_again(list(queryset.values_list("pk", flat=True)))
        self.message_user(request, gettext("%(done)d will be told again.") % {"done": done})


@admin.register(LastBill)
class LastBillAdmin(ReadOnlyAdmin):
    """Subscriptions that have ended, and whether all that was used in them is on a bill."""

    list_display = (
        "id",
        "salon_id",
        "subscription_ref",
        "ended_at",
        "state",
        "units",
        "attempts",
        "looked_at",
        "error",
    )
    list_filter = ("state",)
    search_fields = ("=salon_id", "subscription_ref")
    ordering = ("-id",)
    actions = ("try_again",)

    @act("last_bill.made_again", _("Look again"))
    def try_again(self, request: HttpRequest, queryset: QuerySet[LastBill]) -> None:
        """What is on no bill is put on one; nothing is billed twice."""
        for row in queryset:
            last_bills.look_again(row)
        self.message_user(request, gettext("%(done)d will be looked at again.") % {"done": len(queryset)})
